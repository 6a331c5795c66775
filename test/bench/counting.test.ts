import { describe, expect, it } from '@jest/globals';
import { count, OUR_CASES } from '../../bench/counting.ts';

const caseCalled = (name: string) => {
  const found = OUR_CASES.find((one) => one.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return found;
};

describe('the counts of a rotation', () => {
  it('are the same each time', async () => {
    const one = caseCalled('dual-secret · set · native schedule');
    expect(await count(one)).toEqual(await count(one));
  });

  it('show that a warm function reads less than a cold one', async () => {
    const { cold, warm } = await count(caseCalled('in-place · set · schedule'));
    expect(warm.calls).toBeLessThan(cold.calls);
    expect(warm.depth).toBeLessThanOrEqual(cold.depth);
  });

  it('know no outage with overlap, and at least check and push without', async () => {
    const overlap = await count(caseCalled('alternating-clients · set · schedule'));
    const inPlace = await count(caseCalled('in-place · set · schedule'));
    expect(overlap.warm.outage).toBe(0);
    expect(inPlace.warm.outage).toBeGreaterThanOrEqual(2);
  });

  it('cover each strategy with each renewal and trigger', () => {
    const names = OUR_CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    // Each strategy: two renewals by schedule, API and agent; one native run and one native rotation by steps.
    expect(names.filter((name) => !name.endsWith('in grace'))).toHaveLength(3 * (2 * 3 + 2));
  });
});
