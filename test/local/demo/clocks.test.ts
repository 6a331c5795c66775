import { expect, it } from '@jest/globals';
import { Clocks } from '../../../local/demo/clocks.ts';

it('sets a host forward before AWS, and always by all that has passed', async () => {
  const clocks = new Clocks();
  const told: { readonly passedMs: number; readonly aheadInAws: number }[] = [];
  clocks.follow(async (passedMs) => {
    told.push({ passedMs, aheadInAws: clocks.inAws(0).getTime() });
  });
  await clocks.pass(90_000);
  await clocks.pass(30_000);
  expect(told).toEqual([
    { passedMs: 90_000, aheadInAws: 0 },
    { passedMs: 120_000, aheadInAws: 90_000 },
  ]);
  expect(clocks.inAws(1000)).toEqual(new Date(121_000));
});
