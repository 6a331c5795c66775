import { describe, expect, it } from '@jest/globals';
import { budgetedSchedules } from '../../../functions/lambda/budgeted.ts';
import type { OneTime } from '../../../functions/ports/schedules.ts';

/** Three tries of the SDK, its pauses between them, and the end of the run. */
const inAll = (tryMs: number) => 3 * tryMs + 600 + 500;

function bench(remainingMs: number) {
  const sent: OneTime[] = [];
  const plan = async (oneTime: OneTime) => void sent.push(oneTime);
  const schedules = budgetedSchedules({ plan }, { remainingMs: () => remainingMs, httpTimeoutMs: 10_000 });
  const oneTime: OneTime = { name: 'acme-prod.repeat.1', at: new Date(0), target: 'rotate', event: {} };
  return { sent, plan: () => schedules.plan(oneTime) };
}

describe('what a run plans', () => {
  it('takes all tries together no longer than the run has, their pauses included', async () => {
    for (const remainingMs of [31_000, 19_546, 1104]) {
      const { sent, plan } = bench(remainingMs);
      await plan();
      expect(inAll(sent[0]?.tryMs ?? Number.NaN)).toBeLessThanOrEqual(remainingMs);
      expect(inAll((sent[0]?.tryMs ?? 0) + 1)).toBeGreaterThan(remainingMs);
    }
  });

  it('is tried as long as anything else where there is time', async () => {
    const { sent, plan } = bench(60_000);
    await plan();
    expect(sent[0]).not.toHaveProperty('tryMs');
  });

  it('is not sent where there is no time: the run ends by itself, and says that nothing is planned', async () => {
    const { sent, plan } = bench(1000);
    await expect(plan()).rejects.toMatchObject({ code: 'schedule-unavailable' });
    expect(sent).toEqual([]);
  });
});
