import type { ConnectorSettings, Credential } from '../../credential/settings/credential.ts';
import type { AuditRecord } from '../audit/records.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { SecretVersion } from '../secret-store.ts';

/** What a list shows of a credential's settings. */
export interface ShownSettings extends Pick<Credential, 'clientId' | 'strategy' | 'maxAge'> {
  readonly iam: Credential['iam']['type'];
  readonly schedule: Pick<Credential['schedule'], 'expression' | 'timezone' | 'state'>;
  readonly connectors: readonly Pick<ConnectorSettings, 'name' | 'via'>[];
}

/** What was read of a credential before. Each part says what it was read of: it holds for that, and for nothing later. */
export interface Remembered {
  /** The settings that a schedule had after it was changed at that time. */
  readonly settings?: { readonly changedAt: Date; readonly shown: ShownSettings } | undefined;
  /** A version that was current. When a version was made does not change. */
  readonly version?: Pick<SecretVersion, 'id' | 'createdAt'> | undefined;
}

/** What the table knows of a credential. */
export interface Overview {
  /** The run that was asked for last. */
  readonly lastRun?: LedgerEntry | undefined;
  /** What its last audit found. */
  readonly audit?: AuditRecord | undefined;
  readonly remembered: Remembered;
}

/** What the table knows of many credentials at once. Both methods throw a RotationError `ledger-unavailable` or `ledger-throttled`. */
export interface Overviews {
  /** Strongly consistent. @returns by id; one for each */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, Overview>>;

  /** Keeps what was read of a credential, part by part. Nothing depends on it: what is lost is read again. */
  remember(id: string, remembered: Remembered): Promise<void>;
}
