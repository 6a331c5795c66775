import { describe, expect, it } from '@jest/globals';
import { count, emptyCounts } from '../../../../local/stand-ins/connector/counts.ts';

function counted(...requests: [startedAt: number, endedAt: number, error?: string | undefined, secret?: string][]) {
  const counts = emptyCounts(0);
  for (const [startedAt, endedAt, error, secret = 'old'] of requests) {
    count(counts, { startedAt, endedAt, secret, ...(error && { error }) });
  }
  return counts;
}

describe('the counts of traffic', () => {
  it('know no outage while all goes well', () => {
    expect(counted([0, 5], [20, 26])).toEqual({
      startedAt: 0,
      requests: 2,
      failed: 0,
      skipped: 0,
      lastSuccessAt: 26,
      bySecret: { old: { requests: 2, failed: 0 } },
      outages: [],
    });
  });

  it('keep first and last failure of each outage, with the OAuth errors', () => {
    const { outages } = counted([0, 5, 'unauthorized_client'], [20, 25, 'timeout'], [40, 45], [60, 65, 'http-503']);
    expect(outages).toEqual([
      {
        firstFailureAt: 5,
        lastFailureAt: 25,
        recoveredAt: 45,
        failed: 2,
        errors: { unauthorized_client: 1, timeout: 1 },
      },
      { firstFailureAt: 65, lastFailureAt: 65, recoveredAt: null, failed: 1, errors: { 'http-503': 1 } },
    ]);
  });

  it('do not end an outage by a success that was begun before it', () => {
    const { outages } = counted([10, 15, 'unauthorized_client'], [8, 16], [20, 25, 'unauthorized_client'], [30, 35]);
    expect(outages).toHaveLength(1);
    expect(outages[0]).toMatchObject({ failed: 2, lastFailureAt: 25, recoveredAt: 35 });
  });

  it('add a late failure to the outage in which it was begun', () => {
    const { outages } = counted([10, 15, 'timeout'], [20, 25], [12, 40, 'timeout']);
    expect(outages).toHaveLength(1);
    expect(outages[0]).toMatchObject({ failed: 2, lastFailureAt: 40, recoveredAt: 25 });
  });

  it('count a request with the secret that it used', () => {
    const { bySecret } = counted([0, 90, 'unauthorized_client', 'old'], [10, 15, undefined, 'new']);
    expect(bySecret).toEqual({ old: { requests: 1, failed: 1 }, new: { requests: 1, failed: 0 } });
  });
});
