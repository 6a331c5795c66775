import { isRotationError } from '../../credential/errors.ts';
import { FINDINGS } from '../../credential/published/findings.ts';
import type { AuditRecords, KnownFinding } from '../../ports/audit/records.ts';
import type { CredentialView } from '../contract/answers/credential.ts';
import type { FindingView } from '../contract/answers/finding.ts';

/** What audits know of a credential, as the API shows it. */
type Findings = Pick<CredentialView, 'auditedAt' | 'findings'>;

/**
 * What the last audit of a credential knows. A table that cannot be read hides nothing else of the credential: its findings are not
 * known then, which is not the same as none.
 */
export async function findingsOf(id: string, records: Pick<AuditRecords, 'read'>): Promise<Findings> {
  try {
    const record = await records.read(id);
    return {
      auditedAt: record?.auditedAt.toISOString() ?? null,
      findings: (record?.findings ?? []).map(findingView),
    };
  } catch (error) {
    if (!isRotationError(error)) throw error;
    return { auditedAt: null, findings: null };
  }
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
