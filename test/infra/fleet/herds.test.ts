import { describe, expect, it } from '@jest/globals';
import type { Credential } from '../../../functions/credential/settings/credential.ts';
import { spread, windowFor } from '../../../infra/fleet/herds.ts';

const scheduled = (expression: string, more: Partial<Credential['schedule']> = {}) =>
  ({ id: 'a', schedule: { expression, timezone: 'UTC', state: 'ENABLED', ...more } }) as Credential;
const many = (count: number, one: Credential) => Array.from({ length: count }, () => one);
const windowsOf = (credentials: readonly Credential[]) => [
  ...new Set(spread(credentials).map(({ schedule }) => schedule.flexibleWindow)),
];

describe('windowFor', () => {
  // 50 writes a second are 3,000 a minute, which hold 1,000 rotations.
  it.each([
    [1, undefined],
    [25, undefined],
    [26, 'PT1M'],
    [1000, 'PT1M'],
    [1001, 'PT2M'],
    [10_000, 'PT10M'],
  ])('spreads %d rotations on one minute over %s', (rotations, window) => {
    expect(windowFor(rotations)).toBe(window);
  });
});

describe('spread', () => {
  const SUNDAY = 'cron(0 3 ? * SUN *)';

  it('leaves a few on one minute, and many on different minutes, as they are', () => {
    expect(windowsOf(many(25, scheduled(SUNDAY)))).toEqual([undefined]);
    const staggered = Array.from({ length: 120 }, (_, i) =>
      scheduled(`cron(${i % 60} ${Math.floor(i / 60)} ? * SUN *)`),
    );
    expect(windowsOf(staggered)).toEqual([undefined]);
  });

  it('gives many on one minute a window', () => {
    expect(windowsOf(many(1001, scheduled(SUNDAY)))).toEqual(['PT2M']);
  });

  it('finds schedules that meet, whatever they look like: in another zone, on some days only, written otherwise', () => {
    const stockholm = scheduled('cron(0 4 ? * 1 *)', { timezone: 'Europe/Stockholm' });
    const daily = scheduled('cron(0 3 * * ? *)');
    const apart = scheduled('cron(1 3 ? * SUN *)');
    const windows = spread([...many(13, stockholm), ...many(13, daily), apart]).map(
      ({ schedule }) => schedule.flexibleWindow,
    );
    expect(windows).toEqual([...many(26, 'PT1M' as never), undefined]);
  });

  it('keeps a window that a credential has, and one that says that there is none', () => {
    const own = [scheduled(SUNDAY, { flexibleWindow: 'PT4H' }), scheduled(SUNDAY, { flexibleWindow: 'PT0S' })];
    const windows = spread([...own, ...many(30, scheduled(SUNDAY))]).map(({ schedule }) => schedule.flexibleWindow);
    expect(windows.slice(0, 3)).toEqual(['PT4H', 'PT0S', 'PT1M']);
  });

  it('counts schedules that are switched off as nothing', () => {
    expect(windowsOf(many(100, scheduled(SUNDAY, { state: 'DISABLED' })))).toEqual([undefined]);
  });

  it('takes rates of one interval for a herd, since nobody knows when they come', () => {
    expect(windowsOf(many(26, scheduled('rate(7 days)')))).toEqual(['PT1M']);
  });
});
