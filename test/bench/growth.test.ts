import { describe, expect, it } from '@jest/globals';
import { growthTable, perDoubling } from '../../bench/growth.ts';

describe('the growth a doubling', () => {
  it.each([
    ['flat', 30, 30, 1],
    ['in proportion', 30, 300, 2],
    ['quadratic', 30, 3000, 4],
  ])('is that of a %s thing over ten times the size', (_, from, to, factor) => {
    expect(perDoubling({ size: 10, value: from }, { size: 100, value: to })).toBeCloseTo(factor);
  });
});

describe('the table of growth', () => {
  it('compares each size with the one before, and nothing where nothing is called', () => {
    const { rows } = growthTable([
      {
        name: 'an audit',
        sizes: [
          { credentials: 1, ms: 100, calls: 5, megabytes: 80 },
          { credentials: 2, ms: 150, calls: 10, megabytes: 80 },
        ],
      },
      { name: 'a synth', sizes: [{ credentials: 1, ms: 5000.4, megabytes: 400, kilobytes: 36.2 }] },
    ]);
    expect(rows).toEqual([
      ['an audit', 1, 100, '', 5, '', 80, '', '', ''],
      ['an audit', 2, 150, '1.50', 10, '2.00', 80, '1.00', '', ''],
      ['a synth', 1, 5000, '', '', '', 400, '', 36, ''],
    ]);
  });
});
