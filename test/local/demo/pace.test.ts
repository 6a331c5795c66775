import { describe, expect, it } from '@jest/globals';
import { durationMs } from '../../../functions/credential/duration.ts';
import { measureRequestMs, paceOf } from '../../../local/demo/pace.ts';

describe('the pace of the demonstration', () => {
  it('is 60 requests a second, and a lease that an agent may need, on a quiet machine', () => {
    expect(paceOf(2)).toEqual({
      slowness: 1,
      timeouts: { function: 'PT27S', http: 'PT3S' },
      agentTimeout: 'PT5S',
      // The function's timeout, and the minute by which an agent's clock may be behind.
      leaseMs: 87_000,
      shownGraceMs: 1000,
      pauses: 0.1,
      rate: 60,
      leastRate: 50,
    });
  });

  it.each([
    [2, 1],
    [2.1, 2],
    [11, 6],
    [20, 10],
    [9000, 20],
  ])('follows the machine: a request of %d ms makes it %d times as slow', (requestMs, slowness) => {
    const pace = paceOf(requestMs);
    expect(pace).toMatchObject({ slowness, rate: 60 / slowness, leastRate: 50 / slowness });
    expect(pace.pauses).toBeCloseTo(Math.min(1, slowness / 10));
    expect(durationMs(pace.timeouts.http)).toBe(3000 * slowness);
    const { function: run, http } = pace.timeouts;
    const longest = Math.max(durationMs(http), durationMs(pace.agentTimeout), 60_000);
    expect(pace.leaseMs).toBe(durationMs(run) + longest);
    expect(durationMs(pace.agentTimeout)).toBe(Math.min(5000 * slowness, 120_000));
  });

  it('is found out by requests to a real token endpoint', async () => {
    expect(await measureRequestMs()).toBeGreaterThan(0);
  });
});
