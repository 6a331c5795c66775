import { describe, expect, it, jest } from '@jest/globals';
import { simulateHerd } from '../../../bench/herd/simulate.ts';
import { herdTable, MAKESPAN_GOAL } from '../../../bench/sections/herd.ts';

jest.setTimeout(300_000);

describe('a herd', () => {
  // A smaller one, behind quotas that are smaller in proportion: its writes take a minute, too.
  const CREDENTIALS = 150;
  const quotas = { writes: 7.5, lists: 7.5, reads: 1500 };

  it('is rotated within the time that the quota needs for its writes, nothing interrupted and nothing given up', async () => {
    const result = await simulateHerd({ credentials: CREDENTIALS, windowMs: 60_000, quotas });
    expect(result).toMatchObject({
      rotated: CREDENTIALS,
      interrupted: 0,
      failedRuns: 0,
      givenUp: 0,
      invocations: CREDENTIALS,
      // Three writes each.
      boundMs: (CREDENTIALS * 3 * 1000) / 7.5,
    });
    expect(result.throttled).toBeGreaterThan(0);
    expect(result.makespanMs / result.boundMs).toBeLessThanOrEqual(MAKESPAN_GOAL);
    const [row] = herdTable([result]).rows;
    expect(row?.slice(0, 6)).toEqual([CREDENTIALS, '1 min', CREDENTIALS, 0, 0, 0]);
    expect(row?.at(-1)).not.toContain('missed');
  });

  it('is told where it misses', () => {
    const result = {
      credentials: 2,
      windowMs: 60_000,
      rotated: 2,
      interrupted: 0,
      failedRuns: 0,
      givenUp: 0,
      makespanMs: 111,
      boundMs: 100,
      throttled: 0,
      invocations: 2,
      peak: 1,
      dollars: 0,
      heapMb: [1, 2] as const,
    };
    const goalOf = (change: object) => herdTable([{ ...result, ...change }]).rows[0]?.at(-1);
    expect(goalOf({})).toMatch(/\(missed\)$/);
    expect(goalOf({ makespanMs: 110 })).not.toContain('missed');
    expect(goalOf({ makespanMs: 110, interrupted: 1 })).toMatch(/\(missed\)$/);
    expect(goalOf({ makespanMs: 110, rotated: 1 })).toMatch(/\(missed\)$/);
  });
});
