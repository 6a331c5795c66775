import { describe, expect, it } from '@jest/globals';
import { depthOf } from '../../../functions/audit/slices.ts';
import type { AuditRecord } from '../../../functions/ports/audit/records.ts';
import { auditOf } from '../../support/audits.ts';
import { createWorld } from '../../support/world.ts';

/** A quarter of an hour. */
const TURN = new Date('2026-03-01T03:00:00Z');

/** So many ids that all have their turn then, in whole. */
function idsOf(size: number): string[] {
  const ids: string[] = [];
  for (let n = 1; ids.length < size; n++) if (depthOf(`customer-${n}`, TURN) === 'whole') ids.push(`customer-${n}`);
  return ids;
}

/** One audit that looks at so many credentials in whole, and what it cost. */
async function auditAll(size: number) {
  const world = createWorld();
  const audit = auditOf(world, { ids: idsOf(size) });
  let [reads, writes, underWay, most] = [0, 0, 0, 0];
  const read = async (id: string) => {
    most = Math.max(most, ++underWay);
    return await audit.watch.read(id);
  };
  const records = {
    read: async (id: string) => {
      reads++;
      return await audit.records.read(id);
    },
    write: async (id: string, record: AuditRecord) => {
      writes++;
      await audit.records.write(id, record);
      underWay--;
    },
    outages: async () => [],
    writeOutages: async () => {},
    roster: async () => [],
    writeRoster: async () => {},
  };
  const changes = { watch: { ...audit.watch, read }, records: records as unknown as typeof audit.records };
  const report = await audit.run(changes, TURN);
  const calls = (name: string) => world.calls.filter((call) => call.startsWith(name)).length;
  const [secrets, iam, connector] = ['secrets-manager', 'iam', 'connector'].map(calls);
  return { report, counts: { secrets, iam, connector, reads, writes }, most };
}

function times(factor: number, counts: Readonly<Record<string, number | undefined>>) {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, factor * (count ?? 0)]));
}

describe('the budget of an audit', () => {
  it('is a few calls for each credential, and no more of them in a large fleet', async () => {
    const one = await auditAll(1);
    expect(one.report).toMatchObject({ audited: 1, failed: 0, findings: {} });
    // Labels twice, their last change, the value, and two access secrets; two tokens and the client; the connector.
    expect(one.counts).toEqual({ secrets: 6, iam: 3, connector: 1, reads: 1, writes: 1 });
    const many = await auditAll(150);
    expect(many.report).toMatchObject({ audited: 150, failed: 0, findings: {} });
    expect(many.counts).toEqual(times(150, one.counts));
  });

  it('is ten credentials at once, however many there are', async () => {
    expect((await auditAll(5)).most).toBe(5);
    expect((await auditAll(150)).most).toBe(10);
  });

  it('keeps counts in memory, and nothing of a credential', async () => {
    const [few, many] = [await auditAll(10), await auditAll(150)];
    const shape = ({ report }: typeof few) => JSON.stringify({ ...report, audited: 0, durationMs: 0, startedAt: 0 });
    expect(shape(many)).toBe(shape(few));
  });
});
