import { describe, expect, it } from '@jest/globals';
import { paired, spreadOf, written } from '../../bench/statistics.ts';

describe('a spread', () => {
  it.each([
    [[3, 1, 2], { median: 2, low: 1, high: 3 }],
    [[4, 1, 3, 2], { median: 2.5, low: 1, high: 4 }],
    [[7], { median: 7, low: 7, high: 7 }],
  ])('of %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  it('of nothing is refused', () => {
    expect(() => spreadOf([])).toThrow('nothing was measured');
  });

  it('is written with what lies around the median', () => {
    expect(written({ median: 1.125, low: 1, high: 2.5 }, 1)).toBe('1.1 (1.0–2.5)');
  });
});

describe('pairs', () => {
  it('divide each value by the one of the same round', () => {
    expect(paired([10, 9], [5, 2])).toEqual([2, 4.5]);
  });

  it('are refused where a round has one side only', () => {
    expect(() => paired([10, 9], [5])).toThrow("2 values can't be paired with 1");
  });
});
