import { describe, expect, it } from '@jest/globals';
import { Budget, FORWARD, shortestFunctionTimeoutMs, UNDO } from '../../../../functions/rotation/run/budget.ts';

const HTTP_TIMEOUT_MS = 10_000;
/** Two seconds are kept for the end of a run. */
const FAREWELL_MS = 2000;

function create(remainingMs: number) {
  const clock = { now: 0, remainingMs };
  const runtime = { now: () => new Date(clock.now), remainingMs: () => clock.remainingMs };
  const budget = new Budget(runtime, { httpTimeoutMs: HTTP_TIMEOUT_MS });
  const answered = (dependency: 'iam' | 'connector' | 'store', ms: number) =>
    budget.measure(dependency, async () => {
      clock.now += ms;
    });
  return { budget, answered, clock };
}

describe('what a request may need', () => {
  it('is the slowest answer so far and half as much again, by neighbour', async () => {
    const { budget, answered } = create(90_000);
    await answered('iam', 2000);
    await answered('iam', 800);
    await answered('connector', 4000);
    expect([budget.estimate('iam'), budget.estimate('connector')]).toEqual([3000, 6000]);
  });

  it('is never less than a twentieth of the time-out, nor more than all of it', async () => {
    const { budget, answered } = create(90_000);
    expect(budget.estimate('store')).toBe(500);
    await answered('store', 9000);
    expect(budget.estimate('store')).toBe(10_000);
  });

  it('is not learnt from what is not answered', async () => {
    const { budget, clock } = create(90_000);
    const dark = budget.measure('connector', async () => {
      clock.now += 10_000;
      throw new Error('no answer');
    });
    await expect(dark).rejects.toThrow('no answer');
    expect(budget.estimate('connector')).toBe(500);
  });

  it('adds up: what goes forward and what an undo needs', async () => {
    const { budget, answered } = create(90_000);
    for (const dependency of ['iam', 'connector', 'store'] as const) await answered(dependency, 2000);
    // Renew, check, push, read back: four requests of three seconds.
    expect(budget.needs(FORWARD)).toBe(12_000);
    // Fence, read, restore, prove, fence, read, push back, read back, clear: nine.
    expect(budget.needs(UNDO)).toBe(27_000);
  });
});

describe('what requests are expected to take', () => {
  it('is what each dependency has taken at most, without headroom', async () => {
    const { budget, answered } = create(90_000);
    await answered('iam', 20);
    await answered('iam', 10);
    await answered('connector', 50);
    await answered('store', 5);
    expect(budget.expectedMs({ iam: 2, connector: 1, connectorWrite: 1, store: 10 })).toBe(40 + 50 + 50 + 50);
  });

  it('is nothing as long as nothing was answered', () => {
    expect(create(90_000).budget.expectedMs(UNDO)).toBe(0);
  });
});

describe('a request waits for its answer', () => {
  it('for the time-out, while there is time', () => {
    expect(create(90_000).budget.timeoutMs('iam')).toBe(10_000);
  });

  it('never into the end of the run', () => {
    expect(create(FAREWELL_MS + 4000).budget.timeoutMs('iam')).toBe(4000);
    expect(create(FAREWELL_MS - 1).budget.timeoutMs('iam')).toBeLessThan(0);
  });

  it('for less once the IAM was changed: an undo has to fit behind it', () => {
    const { budget } = create(FAREWELL_MS + 9000);
    budget.enter('forward');
    // Nine requests of half a second are kept.
    expect(budget.timeoutMs('connector')).toBe(4500);
  });

  it('in an undo for half of what is left, so that the rest of the undo has time too', () => {
    const { budget } = create(FAREWELL_MS + 9000);
    budget.enter('undo');
    expect(budget.timeoutMs('connector')).toBe(4500);
  });

  it('for a fifth of the time-out, where the same neighbour has just not answered', () => {
    expect(create(90_000).budget.timeoutMs('connector', true)).toBe(2000);
  });
});

describe('what fits', () => {
  it('leaves the end of the run', () => {
    const { budget } = create(10_000);
    expect([budget.fits(8000), budget.fits(8001)]).toEqual([true, false]);
  });

  it('leaves an undo, after the IAM was changed; not in an undo, which may use everything', () => {
    const { budget } = create(10_000);
    const leave = budget.enter('forward');
    expect([budget.fits(3500), budget.fits(3501)]).toEqual([true, false]);
    budget.enter('undo')();
    expect(budget.fits(3501)).toBe(false);
    leave();
    expect(budget.fits(8000)).toBe(true);
  });
});

describe('behind an agent', () => {
  const runtime = (remainingMs: number) => ({ now: () => new Date(0), remainingMs: () => remainingMs });
  const slow = (remainingMs: number) =>
    new Budget(runtime(remainingMs), { httpTimeoutMs: HTTP_TIMEOUT_MS, agentTimeoutMs: 45_000 });

  it('a write needs the whole timeout of the agent, and a read no more than elsewhere', () => {
    const budget = slow(300_000);
    expect([budget.estimate('connectorWrite'), budget.estimate('connector')]).toEqual([45_000, 500]);
    expect([budget.timeoutMs('connectorWrite'), budget.timeoutMs('connector')]).toEqual([45_000, 10_000]);
  });

  it('what goes forward and what an undo needs hold one write each', () => {
    const budget = slow(300_000);
    expect([budget.needs(FORWARD), budget.needs(UNDO)]).toEqual([3 * 500 + 45_000, 8 * 500 + 45_000]);
  });

  it('a write may wait into the room of the undo no more than any other request', () => {
    const budget = slow(FAREWELL_MS + 49_000 + 46_000);
    budget.enter('forward');
    expect(budget.timeoutMs('connectorWrite')).toBe(46_000 - 1000);
    expect(budget.fits(46_000)).toBe(true);
    expect(budget.fits(46_001)).toBe(false);
  });

  it('nothing is different without one', () => {
    const budget = new Budget(runtime(90_000), { httpTimeoutMs: HTTP_TIMEOUT_MS });
    expect(budget.estimate('connectorWrite')).toBe(budget.estimate('connector'));
    expect(budget.timeoutMs('connectorWrite')).toBe(budget.timeoutMs('connector'));
  });
});

describe('the shortest function time-out', () => {
  it('holds four time-outs', () => {
    expect(shortestFunctionTimeoutMs(10_000)).toBe(41_000);
  });

  it('behind an agent holds its write as well, and where it may be taken back the wait and one more restart', () => {
    const agent = { timeoutMs: 45_000, lateMs: 60_000 };
    expect(shortestFunctionTimeoutMs(10_000, { ...agent, takesBack: false })).toBe(86_000);
    expect(shortestFunctionTimeoutMs(10_000, { ...agent, takesBack: true })).toBe(181_000);
  });
});
