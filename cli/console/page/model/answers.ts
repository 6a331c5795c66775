import type { CredentialView, UnreadableCredential } from '../../../../functions/api/contract/answers/credential.ts';
import type { RunView } from '../../../../functions/api/contract/answers/run.ts';
import type { TaskReport } from '../../../../functions/credential/outcome.ts';

/** What an audit has found, and is not put right yet. */
interface Finding {
  readonly kind: string;
  readonly title: string;
  /** Which connector, client, version or system, where there may be several. */
  readonly about?: string;
  readonly detail: string;
  readonly since: string;
  readonly expiresAt?: string;
  readonly next: string;
}

/** A credential. A deployment of an earlier version has no audits. */
export type Credential = CredentialView & {
  readonly auditedAt?: string | null;
  readonly findings?: readonly Finding[] | null;
};

/** A credential of the list. */
export type Listed = Credential | UnreadableCredential;

export type Run = RunView;
export type Task = TaskReport;
