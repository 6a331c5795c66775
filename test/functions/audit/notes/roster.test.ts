import { describe, expect, it } from '@jest/globals';
import { depthOf } from '../../../../functions/audit/slices.ts';
import { RotationError } from '../../../../functions/credential/errors.ts';
import { auditOf } from '../../../support/audits.ts';
import { createWorld } from '../../../support/world.ts';

const HALF_A_DAY_MS = 43_200_000;
const FIRST = Date.parse('2026-03-01T03:00:00Z');
const [STAYS, GONE] = Array.from({ length: 500 }, (_, n) => `customer-${n}`).filter(
  (id) => depthOf(id, new Date(FIRST)) === 'whole',
) as [string, string];

/** Audits of the same turn, half a day apart. */
function createTurns() {
  const world = createWorld();
  const audit = auditOf(world);
  let turn = 0;
  /** @param listed what Scheduler lists; `known` what it has */
  const run = async (listed: readonly string[], { known = listed, events = world.world.events } = {}) => {
    const ids = async function* () {
      yield* listed;
    };
    const read = async (id: string) => {
      if (!known.includes(id)) throw new RotationError('credential-unknown', id);
      return await audit.watch.read(id);
    };
    await audit.run({ watch: { ...audit.watch, ids, read }, events }, new Date(FIRST + turn++ * HALF_A_DAY_MS));
    return world.events.splice(0).map(({ detail }) => detail as { credential: string; kind: string });
  };
  return { run, audit };
}

describe('a schedule that is gone', () => {
  it('is told once, when its credential is missed', async () => {
    const { run } = createTurns();
    expect(await run([STAYS, GONE])).toEqual([]);
    expect(await run([STAYS])).toMatchObject([{ credential: GONE, kind: 'schedule-gone' }]);
    expect(await run([STAYS])).toEqual([]);
  });

  it('is not told where Scheduler still has it, and is where it is gone later', async () => {
    const { run } = createTurns();
    await run([STAYS, GONE]);
    expect(await run([STAYS], { known: [STAYS, GONE] })).toEqual([]);
    expect(await run([STAYS])).toMatchObject([{ credential: GONE, kind: 'schedule-gone' }]);
  });

  it('is told by a later audit where it could not be published', async () => {
    const { run, audit } = createTurns();
    const publish = async () => {
      throw new RotationError('event-unavailable' as never, 'away');
    };
    await run([STAYS, GONE]);
    expect(await run([STAYS], { events: { publish } as never })).toEqual([]);
    expect(audit.told.some((told) => told.startsWith(`event failed: ${GONE}`))).toBe(true);
    expect(await run([STAYS])).toMatchObject([{ credential: GONE, kind: 'schedule-gone' }]);
  });

  it('is nothing that an audit of one credential tells', async () => {
    const { run, audit } = createTurns();
    await run([STAYS, GONE]);
    await audit.run();
    expect(await run([STAYS, GONE])).toEqual([]);
  });
});
