import { setTimeout as realTime } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { depthOf, Network } from '../../../bench/stand/network.ts';

const URL = 'https://iam.example.com/';

/** A network with one dependency, whose answers take real time and no simulated time. */
function networkWith(answerMs = 0) {
  const network = new Network({ now: 1000, roundTripMs: 20 });
  const line = { service: 'iam', nameOf: async (request: Request) => request.method };
  const ask = network.through(line, async () => {
    if (answerMs > 0) await realTime(answerMs);
    return new Response('done');
  });
  return { network, ask: () => ask(new Request(URL)) };
}

describe('the simulated network', () => {
  it('takes one round trip for each request that waits for the one before', async () => {
    const { network, ask } = networkWith();
    await network.run(async () => {
      await ask();
      await ask();
    });
    expect(network.now).toBe(1040);
    expect(network.hops.map(({ start, end }) => [start, end])).toEqual([
      [1000, 1020],
      [1020, 1040],
    ]);
  });

  it('takes one round trip for requests side by side, however long a machine needs to answer', async () => {
    const { network, ask } = networkWith(30);
    await network.run(() => Promise.all([ask(), ask(), ask()]));
    expect(network.now).toBe(1020);
    expect(network.hops).toHaveLength(3);
  });

  it('lets a pause pass beside requests', async () => {
    const { network, ask } = networkWith();
    await network.run(() => Promise.all([network.sleep(100), ask()]));
    expect(network.now).toBe(1100);
  });

  it('passes on how the work failed', async () => {
    const { network, ask } = networkWith();
    const failing = async () => {
      await ask();
      throw new Error('refused');
    };
    await expect(network.run(failing)).rejects.toThrow('refused');
  });

  it('does not wait for what never comes', async () => {
    const { network } = networkWith();
    await expect(network.run(() => new Promise<void>(() => undefined))).rejects.toThrow('everybody waits');
  });
});

describe('depth', () => {
  const hop = (start: number, end: number) => ({ start, end });

  it.each([
    ['nothing', [], 0],
    ['side by side', [hop(0, 20), hop(0, 20)], 1],
    ['one after the other', [hop(0, 20), hop(20, 40), hop(40, 60)], 3],
    ['overlapping: sent before the answer came', [hop(0, 20), hop(19, 39)], 1],
    ['the longest of several chains', [hop(0, 20), hop(0, 50), hop(20, 40), hop(60, 80)], 3],
    ['in any order', [hop(40, 60), hop(0, 20), hop(20, 40)], 3],
  ])('of %s', (_, hops, depth) => {
    expect(depthOf(hops)).toBe(depth);
  });
});
