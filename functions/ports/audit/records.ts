import type { ErrorCode } from '../../credential/errors.ts';
import type { FindingKind } from '../../credential/published/findings.ts';

/** Another system that could not be asked, or did not let itself be asked. */
export interface Unread {
  readonly system: 'iam' | 'connector' | 'agent' | 'secrets-manager' | 'kms' | 'scheduler' | 'table';
  /** Which of them: a host, an agent's name, or the service's own name. */
  readonly host: string;
  /** It does not answer. Otherwise it answers, and refuses or breaks its contract. */
  readonly away: boolean;
  readonly code: ErrorCode;
  readonly detail: string;
}

/** Something that is not as it should be. It holds no secret. */
export interface Finding {
  readonly kind: FindingKind;
  /** What of the credential it is about, where there may be several: a connector, a client, a version, a system. */
  readonly about?: string | undefined;
  /** In plain words, for people. */
  readonly detail: string;
  /** Since when, as far as the thing itself tells. @default - since an audit found it first */
  readonly since?: Date | undefined;
  /** With `expiry-near`: when the IAM will refuse the secret. */
  readonly expiresAt?: Date | undefined;
  /** With `unreadable` and `agent-silent`: who could not be asked. */
  readonly system?: Pick<Unread, 'system' | 'host' | 'away' | 'code'> | undefined;
}

/** A finding that an audit has noted. */
export interface KnownFinding extends Finding {
  readonly since: Date;
  /** Whether its event was published. */
  readonly announced: boolean;
}

/** What is known of a credential by its audits. */
export interface AuditRecord {
  readonly auditedAt: Date;
  /** When everything was looked at last. @default - never: only labels, dates and a token request */
  readonly seenAt?: Date | undefined;
  readonly findings: readonly KnownFinding[];
}

/** A system that could not be read, and since when. */
export interface KnownOutage extends Unread {
  readonly since: Date;
  /** How many credentials the last audit could not look at because of it. */
  readonly credentials: number;
  /** The ids of some of them. */
  readonly examples: readonly string[];
}

/**
 * What audits have found. Nothing is decided by it: where it is lost, the next audit finds the same again. All methods throw a
 * RotationError `ledger-unavailable` or `ledger-throttled`.
 */
export interface AuditRecords {
  /** What is known of a credential; undefined before its first audit. */
  read(id: string): Promise<AuditRecord | undefined>;
  /** Replaces what is known. */
  write(id: string, record: AuditRecord): Promise<void>;
  /** The systems that could not be read. */
  outages(): Promise<readonly KnownOutage[]>;
  writeOutages(outages: readonly KnownOutage[], now: Date): Promise<void>;
  /** The ids of those that had the same turn half a day before. */
  roster(turn: number): Promise<readonly string[]>;
  writeRoster(turn: number, ids: readonly string[], now: Date): Promise<void>;
}
