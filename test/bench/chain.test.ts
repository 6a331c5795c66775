import { describe, expect, it } from '@jest/globals';
import { CHAINS, chainTable, findChain } from '../../bench/chain.ts';
import { retireNow } from '../../bench/peers/retire.ts';
import { OURS } from '../../bench/peers/rotators.ts';
import { GRACE } from '../../bench/stand/customers.ts';
import type { Hop } from '../../bench/stand/network.ts';
import { startSimulated } from '../../bench/stand/simulated.ts';

/** The requests of a warm rotation. */
async function hopsOf(strategy: keyof typeof CHAINS): Promise<readonly Hop[]> {
  const stand = await startSimulated({ strategy, renewal: 'set' });
  try {
    await stand.run(() => OURS.schedule(stand));
    stand.network.now += GRACE.ms;
    await stand.run(() => retireNow(stand));
    stand.network.now += GRACE.ms;
    stand.network.hops.length = 0;
    await stand.run(() => OURS.schedule(stand));
    return [...stand.network.hops];
  } finally {
    await stand.close();
  }
}

describe('the chain of true dependencies', () => {
  it.each(['in-place', 'dual-secret'] as const)('is kept by a rotation %s', async (strategy) => {
    const hops = await hopsOf(strategy);
    expect(findChain(CHAINS[strategy], hops)).toHaveLength(CHAINS[strategy].length);
  });

  it('is not found where two of its requests are sent at once', () => {
    const link = (name: string) => ({ service: 'iam', name, does: name, because: 'it must' });
    const hop = (name: string, start: number) => ({ service: 'iam', name: `${name} …`, start, end: start + 20 });
    const chain = [link('reads'), link('writes')];
    expect(findChain(chain, [hop('reads', 0), hop('writes', 20)])).toHaveLength(2);
    expect(() => findChain(chain, [hop('reads', 0), hop('writes', 10)])).toThrow('nothing writes');
  });

  it('is told link by link', () => {
    const { rows } = chainTable();
    expect(rows).toHaveLength(CHAINS['in-place'].length + CHAINS['dual-secret'].length);
    expect(rows[0]).toEqual(['in-place', 1, 'scheduler', 'reads the settings', expect.stringContaining('names')]);
  });
});
