import { describe, expect, it } from '@jest/globals';
import { timeZoneFault } from '../../../infra/fleet/time-zones.ts';

describe('the name of a time zone', () => {
  it.each([
    'UTC',
    'Etc/UTC',
    'Etc/GMT+5',
    'GMT',
    'Europe/Stockholm',
    'Europe/Kyiv',
    'Europe/Kiev',
    'Asia/Kolkata',
    'US/Pacific',
    'America/Argentina/Buenos_Aires',
  ])('is one of those that IANA gives, links included: %s', (name) => {
    expect(timeZoneFault(name)).toBeUndefined();
  });

  it.each(['PST', 'BST', 'IST', 'ACT', 'US/Pacific-New', 'SystemV/PST8', 'Mars/X', '+02:00', 'Factory', ''])(
    'is not %j',
    (name) => {
      expect(timeZoneFault(name)).toMatch(/^'.*' is not an IANA time zone; /);
    },
  );

  it.each([
    ['europe/stockholm', 'Europe/Stockholm'],
    ['EUROPE/STOCKHOLM', 'Europe/Stockholm'],
    ['Europe/Stokholm', 'Europe/Stockholm'],
    ['utc', 'UTC'],
    ['America/New York', 'America/New_York'],
  ])('is spelled as IANA does: %s is meant as %s', (name, meant) => {
    expect(timeZoneFault(name)).toBe(`'${name}' is not an IANA time zone; did you mean '${meant}'?`);
  });

  it('is not guessed from an abbreviation that means something else', () => {
    expect(timeZoneFault('PST')).toBe("'PST' is not an IANA time zone; for example Europe/Stockholm");
  });

  it('is known to the Node that runs the functions, but for the time of a run', () => {
    expect(Intl.supportedValuesOf('timeZone').filter((name) => timeZoneFault(name))).toEqual([]);
  });
});
