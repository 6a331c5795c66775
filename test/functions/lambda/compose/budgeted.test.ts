import { describe, expect, it } from '@jest/globals';
import type { PublishedEvent } from '../../../../functions/credential/published/vocabulary.ts';
import {
  budgetedEvents,
  budgetedSchedules,
  measuredClient,
  tryMsIn,
} from '../../../../functions/lambda/compose/budgeted.ts';
import type { OneTime } from '../../../../functions/ports/schedules.ts';
import { Budget } from '../../../../functions/rotation/run/budget.ts';

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

describe('a call to the table or to EventBridge', () => {
  const budgetOf = (remainingMs: number) =>
    new Budget({ now: () => new Date(0), remainingMs: () => remainingMs }, { httpTimeoutMs: 10_000 });

  it('takes all tries together no longer than a connector may, and than the run has', () => {
    // A fifth of the timeout is kept for the end of the run.
    for (const [remainingMs, longest] of [
      [90_000, 10_000],
      [12_000, 10_000],
      [5000, 3000],
    ] as const) {
      const tryMs = tryMsIn(budgetOf(remainingMs));
      expect(3 * tryMs + 600).toBeLessThanOrEqual(longest);
      expect(3 * (tryMs + 1) + 600).toBeGreaterThan(longest);
    }
  });

  it('leaves room for an undo while one may be needed', () => {
    const budget = budgetOf(12_000);
    budget.enter('forward');
    // An undo is three requests of the IAM, the connector and Secrets Manager each, of half a second at least.
    expect(3 * tryMsIn(budget) + 600).toBeLessThanOrEqual(12_000 - 2000 - 9 * 500);
  });

  it('announces with what a try may take, and nothing where no time is left', async () => {
    const sent: unknown[] = [];
    const publish = async (_event: PublishedEvent, tryMs?: number) => void sent.push(tryMs);
    await budgetedEvents({ publish }, budgetOf(90_000)).publish({} as PublishedEvent);
    expect(sent).toEqual([3133]);
    const late = budgetedEvents({ publish }, budgetOf(2600));
    await expect(late.publish({} as PublishedEvent)).rejects.toMatchObject({ code: 'events-unavailable' });
    expect(sent).toHaveLength(1);
  });
});

describe('a client of Secrets Manager behind which a connector lies', () => {
  it('teaches the budget how long that connector takes', async () => {
    let clock = 0;
    const runtime = { now: () => new Date(clock), remainingMs: () => 90_000 };
    const budget = new Budget(runtime, { httpTimeoutMs: 10_000 });
    const send = async (...sent: unknown[]) => {
      clock += 2000;
      return sent;
    };
    const client = measuredClient({ send } as never, budget);
    expect(await client.send('command' as never, 'options' as never)).toEqual(['command', 'options']);
    expect([budget.estimate('connector'), budget.estimate('store')]).toEqual([3000, 500]);
  });
});
