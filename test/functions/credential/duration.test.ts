import { describe, expect, it } from '@jest/globals';
import { durationMs, parseDuration } from '../../../functions/credential/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['PT0S', 0],
    ['PT90S', 90_000],
    ['PT24H', 86_400_000],
    ['P90D', 7_776_000_000],
    ['P1DT2H3M4S', 93_784_000],
    ['PT100M', 6_000_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    'P1Y',
    'P1M',
    'P1W',
    'PT1.5H',
    'PT1,5H',
    '-PT1H',
    'PT1H30',
    'PT1M1H',
    'pt1h',
    ' PT1H',
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('durationMs', () => {
  it('throws for a text that no schema would have accepted', () => {
    expect(durationMs('PT1H')).toBe(3_600_000);
    expect(() => durationMs('1h')).toThrow(RangeError);
  });
});
