import { describe, expect, it } from '@jest/globals';
import { activeFreeze } from '../../../../functions/credential/settings/schedule.ts';

const yearEnd = { from: '2026-12-20', to: '2027-01-04', reason: 'year end' };

function reasonAt(instant: string, timezone: string, freezes = [yearEnd]): string | undefined {
  const schedule = { expression: 'rate(1 day)', timezone, state: 'ENABLED' as const };
  return activeFreeze({ freezes, schedule }, new Date(instant))?.reason;
}

describe('activeFreeze', () => {
  it.each([
    ['UTC', '2026-12-19T23:59:59.999Z', undefined],
    ['UTC', '2026-12-20T00:00:00Z', 'year end'],
    ['UTC', '2027-01-04T23:59:59.999Z', 'year end'],
    ['UTC', '2027-01-05T00:00:00Z', undefined],
    // Stockholm is one hour ahead in winter, New York five behind, Kiritimati fourteen ahead.
    ['Europe/Stockholm', '2026-12-19T22:59:59Z', undefined],
    ['Europe/Stockholm', '2026-12-19T23:00:00Z', 'year end'],
    ['Europe/Stockholm', '2027-01-04T22:59:59Z', 'year end'],
    ['Europe/Stockholm', '2027-01-04T23:00:00Z', undefined],
    ['America/New_York', '2026-12-20T04:59:59Z', undefined],
    ['America/New_York', '2026-12-20T05:00:00Z', 'year end'],
    ['Pacific/Kiritimati', '2026-12-19T10:00:00Z', 'year end'],
  ])('counts both days whole in %s: %s', (timezone, instant, reason) => {
    expect(reasonAt(instant, timezone)).toBe(reason);
  });

  it.each([
    // Clocks go forward in Stockholm on 29 March 2026 (a day of 23 hours) and back on 25 October 2026 (of 25).
    ['2026-03-29', '2026-03-28T22:59:59Z', undefined],
    ['2026-03-29', '2026-03-28T23:00:00Z', 'one day'],
    ['2026-03-29', '2026-03-29T21:59:59Z', 'one day'],
    ['2026-03-29', '2026-03-29T22:00:00Z', undefined],
    ['2026-10-25', '2026-10-24T21:59:59Z', undefined],
    ['2026-10-25', '2026-10-24T22:00:00Z', 'one day'],
    ['2026-10-25', '2026-10-25T22:59:59Z', 'one day'],
    ['2026-10-25', '2026-10-25T23:00:00Z', undefined],
  ])('follows daylight saving on %s: %s', (day, instant, reason) => {
    expect(reasonAt(instant, 'Europe/Stockholm', [{ from: day, to: day, reason: 'one day' }])).toBe(reason);
  });

  it('finds the one of several that covers the instant', () => {
    const summer = { from: '2026-07-01', to: '2026-07-31', reason: 'summer' };
    expect(reasonAt('2026-07-31T12:00:00Z', 'UTC', [yearEnd, summer])).toBe('summer');
    expect(reasonAt('2026-08-01T12:00:00Z', 'UTC', [yearEnd, summer])).toBeUndefined();
  });

  it('reads a zone that this Node no longer knows as UTC, instead of ending the run', () => {
    expect(reasonAt('2026-12-19T23:59:59Z', 'Mars/X')).toBeUndefined();
    expect(reasonAt('2026-12-20T00:00:00Z', 'Mars/X')).toBe('year end');
  });
});
