import { isRotationError } from '../../credential/errors.ts';
import { FINDINGS } from '../../credential/published/findings.ts';
import type { AuditRecord, AuditRecords, KnownFinding } from '../../ports/audit/records.ts';
import type { CredentialView } from '../contract/answers/credential.ts';
import type { FindingView } from '../contract/answers/finding.ts';

/** What audits know of a credential, as the API shows it. */
type Findings = Pick<CredentialView, 'auditedAt' | 'findings'>;

/** A table that cannot be read hides nothing else of a credential: its findings are not known then, which is not the same as none. */
export const UNKNOWN_FINDINGS: Findings = { auditedAt: null, findings: null };

/** What the last audit of a credential knows. */
export async function findingsOf(id: string, records: Pick<AuditRecords, 'read'>): Promise<Findings> {
  try {
    return findingsIn(await records.read(id));
  } catch (error) {
    if (!isRotationError(error)) throw error;
    return UNKNOWN_FINDINGS;
  }
}

/** What the record of a credential's audits says. @param record undefined before the first audit */
export function findingsIn(record: AuditRecord | undefined): Findings {
  return {
    auditedAt: record?.auditedAt.toISOString() ?? null,
    findings: (record?.findings ?? []).map(findingView),
  };
}

function findingView({ kind, about, detail, since, expiresAt }: KnownFinding): FindingView {
  const { title, next } = FINDINGS[kind];
  return {
    kind,
    title,
    ...(about !== undefined && { about }),
    detail,
    since: since.toISOString(),
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
    next,
  };
}
