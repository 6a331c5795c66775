import { expect, it } from '@jest/globals';
import { OutageWatch } from '../../../bench/stand/outage-watch.ts';

it('adds up the times in which it does not work, the last one until now', () => {
  let now = 0;
  let works = true;
  const watch = new OutageWatch(
    () => works,
    () => now,
  );
  for (const [at, working] of [
    [10, false],
    [15, false],
    [30, true],
    [50, false],
  ] as const) {
    now = at;
    works = working;
    watch.look();
  }
  now = 57;
  expect(watch.totalMs()).toBe(27);
});
