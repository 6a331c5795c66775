import { describe, expect, it } from '@jest/globals';
import { depthOf } from '../../../functions/audit/slices.ts';

const BEGIN = Date.parse('2026-03-10T00:00:00Z');
const QUARTER_MS = 900_000;
const IDS = Array.from({ length: 1000 }, (_, number) => `customer-${number}-prod`);

/** What each quarter of an hour of a day does about a credential. */
const dayOf = (id: string) => Array.from({ length: 96 }, (_, slot) => depthOf(id, new Date(BEGIN + slot * QUARTER_MS)));

describe('depthOf', () => {
  it('looks at each credential in whole twice a day, twelve hours apart', () => {
    for (const id of IDS) {
      const whole = dayOf(id).flatMap((depth, slot) => (depth === 'whole' ? [slot] : []));
      expect(whole).toHaveLength(2);
      expect((whole[1] ?? 0) - (whole[0] ?? 0)).toBe(48);
    }
  });

  it('tries the secret of each credential once an hour, a whole look included', () => {
    for (const id of IDS) {
      const day = dayOf(id);
      for (let hour = 0; hour < 24; hour++)
        expect(day.slice(4 * hour, 4 * hour + 4).filter((depth) => depth !== undefined)).toHaveLength(1);
    }
  });

  it('spreads credentials evenly: of a thousand, 21 in whole and 229 probes a time', () => {
    const days = IDS.map(dayOf);
    for (let slot = 0; slot < 96; slot++) {
      const depths = days.map((day) => day[slot]);
      // Six standard deviations of chance.
      expect(Math.abs(depths.filter((depth) => depth === 'whole').length - 1000 / 48)).toBeLessThan(28);
      expect(Math.abs(depths.filter((depth) => depth !== undefined).length - 250)).toBeLessThan(83);
    }
  });

  it('does its own part when it is delivered late: the time that it was planned for counts', () => {
    for (const id of IDS.slice(0, 50))
      expect(depthOf(id, new Date(BEGIN + QUARTER_MS - 1))).toBe(depthOf(id, new Date(BEGIN)));
  });
});
