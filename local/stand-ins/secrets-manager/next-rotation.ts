import { cronTimes } from '../../../functions/credential/schedule/cron.ts';
import { cronOf } from '../../../functions/credential/schedule/expression.ts';
import type { Secret } from './model.ts';

const RATE = /^rate\((\d+) (hour|day)s?\)$/;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The date on or before which the next rotation happens: a day rule ends with its day in UTC, and a value that was put by hand
 * counts as a rotation.
 *
 * @returns undefined while rotation is off
 * @see [DescribeSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html)
 */
export function nextRotationDate(secret: Secret): Date | undefined {
  const { rotation } = secret;
  if (!rotation?.enabled) return undefined;
  const { AutomaticallyAfterDays: days, ScheduleExpression: expression = '' } = rotation.rules;
  const last = lastValueDate(secret);
  if (days !== undefined) return endOfDay(last.getTime() + days * DAY_MS);
  const cron = cronOf(expression);
  if (cron !== undefined) return cronTimes(cron, last).next().value;
  const [, count = '0', unit] = RATE.exec(expression) ?? [];
  if (unit === 'hour') return new Date(last.getTime() + Number(count) * HOUR_MS);
  return unit === 'day' ? endOfDay(last.getTime() + Number(count) * DAY_MS) : undefined;
}

function lastValueDate({ labels, versions, createdDate }: Secret): Date {
  return versions.get(labels.get('AWSCURRENT') ?? '')?.createdDate ?? createdDate;
}

function endOfDay(ms: number): Date {
  return new Date(Math.floor(ms / DAY_MS) * DAY_MS + DAY_MS - 1000);
}
