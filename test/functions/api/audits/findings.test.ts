import { describe, expect, it } from '@jest/globals';
import { findingsOf } from '../../../../functions/api/audits/findings.ts';
import { RotationError } from '../../../../functions/credential/errors.ts';
import type { KnownFinding } from '../../../../functions/ports/audit/records.ts';
import { MemoryAuditRecords } from '../../../../local/stand-ins/table/audit-records.ts';

const AUDITED_AT = new Date('2026-03-08T02:15:00Z');
const SINCE = new Date('2026-03-07T14:15:00Z');

async function shown(...findings: KnownFinding[]) {
  const records = new MemoryAuditRecords();
  await records.write('acme-prod', { auditedAt: AUDITED_AT, findings });
  return await findingsOf('acme-prod', records);
}

describe('what the API shows of an audit', () => {
  it('is each finding, with what to do about it', async () => {
    const drift = { kind: 'connector-differs', about: 'ifs-1', detail: 'it differs', since: SINCE } as const;
    expect(await shown({ ...drift, announced: true })).toEqual({
      auditedAt: '2026-03-08T02:15:00.000Z',
      findings: [
        {
          kind: 'connector-differs',
          title: 'A connector holds another secret than the current one.',
          about: 'ifs-1',
          detail: 'it differs',
          since: '2026-03-07T14:15:00.000Z',
          next: 'Ask who changed the connector, then rotate: the run gives it the current secret.',
        },
      ],
    });
  });

  it('is also when a secret expires, and which system could not be read', async () => {
    const expiresAt = new Date('2026-03-20T00:00:00Z');
    const system = { system: 'iam', host: 'id.example', away: true, code: 'iam-timeout' } as const;
    const { findings } = await shown(
      { kind: 'expiry-near', about: 'current', detail: 'soon', since: SINCE, expiresAt, announced: false },
      { kind: 'unreadable', about: 'iam id.example', detail: 'no answer', since: SINCE, system, announced: false },
    );
    const told = { since: '2026-03-07T14:15:00.000Z', title: expect.any(String), next: expect.any(String) };
    expect(findings).toEqual([
      { ...told, kind: 'expiry-near', about: 'current', detail: 'soon', expiresAt: '2026-03-20T00:00:00.000Z' },
      { ...told, kind: 'unreadable', about: 'iam id.example', detail: 'no answer' },
    ]);
  });

  it('is nothing before the first audit', async () => {
    expect(await findingsOf('acme-prod', new MemoryAuditRecords())).toEqual({ auditedAt: null, findings: [] });
  });

  it('does not say that nothing was found when the table can not be read', async () => {
    const read = async () => {
      throw new RotationError('ledger-unavailable', 'away');
    };
    expect(await findingsOf('acme-prod', { read })).toEqual({ auditedAt: null, findings: null });
  });

  it('hides no fault of the program', async () => {
    const read = async () => {
      throw new TypeError('broken');
    };
    await expect(findingsOf('acme-prod', { read })).rejects.toThrow(TypeError);
  });
});
