import type { CredentialView, UnreadableCredential } from '../../../../functions/api/contract/answers/credential.ts';
import type { RunView } from '../../../../functions/api/contract/answers/run.ts';
import type { TaskReport } from '../../../../functions/credential/outcome.ts';

type Audited = 'auditedAt' | 'findings';

/** A credential. A deployment of an earlier version has no audits. */
export type Credential = Omit<CredentialView, Audited> & Partial<Pick<CredentialView, Audited>>;

/** A credential of the list. */
export type Listed = Credential | UnreadableCredential;

export type Run = RunView;
export type Task = TaskReport;
