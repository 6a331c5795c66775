import { describe, expect, it } from '@jest/globals';
import { rateIntervalMs, scheduleExpressionFault } from '../../../../functions/credential/schedule/expression.ts';

describe('scheduleExpressionFault', () => {
  it.each([
    'cron(0 3 ? * SUN *)',
    'cron(15 10 L * ? *)',
    'cron(0 3 ? * 2#1 *)',
    'cron(0/30 8-17 ? * MON-FRI *)',
    'cron(0 3 1 1,4,7,10 ? *)',
    'rate(1 day)',
    'rate(30 days)',
    'rate(12 hours)',
  ])('accepts %s', (expression) => {
    expect(scheduleExpressionFault(expression)).toBeUndefined();
  });

  it.each([
    ['at(2026-12-24T03:00:00)', /neither cron\(…\) nor rate\(…\)/],
    ['every sunday', /neither cron\(…\) nor rate\(…\)/],
    ['0 3 ? * SUN *', /neither cron\(…\) nor rate\(…\)/],
    ['cron(0 3 ? * SUN)', /six fields.*found 5/],
    ['cron(0 3 * * SUN *)', /exactly one of day-of-month and day-of-week/],
    ['cron(0 3 ? * ? *)', /exactly one of day-of-month and day-of-week/],
    ['cron(0 3 ? * sunday! *)', /day-of-week field 'sunday!'/],
    ['cron(61 3 ? * SUN *)', /61|minutes|value/],
    ['cron(0 24 ? * SUN *)', /24|hours|value/],
    ['cron(0 3 ? * SOON *)', /value|day-of-week/i],
    ['cron(0 3 1 1 ? 2020)', /never fires/],
    ['rate(1 days)', /rate\(1 day\), but rate\(2 days\)/],
    ['rate(2 day)', /rate\(1 day\), but rate\(2 days\)/],
    ['rate(0 days)', /neither/],
    ['rate(1 week)', /neither/],
  ])('says what is wrong with %s', (expression, fault) => {
    expect(scheduleExpressionFault(expression)).toMatch(fault);
  });

  it('shows an example of what to write', () => {
    expect(scheduleExpressionFault('cron(99 3 ? * SUN *)')).toContain('for example cron(0 3 ? * SUN *)');
  });
});

describe('rateIntervalMs', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(12 hours)', 43_200_000],
    ['rate(30 days)', 2_592_000_000],
  ])('knows the interval of %s', (expression, ms) => {
    expect(rateIntervalMs(expression)).toBe(ms);
  });

  it('does not know one of a cron expression', () => {
    expect(rateIntervalMs('cron(0 3 ? * SUN *)')).toBeUndefined();
  });
});
