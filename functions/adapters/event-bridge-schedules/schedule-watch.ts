import { type GetScheduleCommandOutput, ListSchedulesCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { isRotationError } from '../../credential/errors.ts';
import type { PlannedRun, RecurringSchedule, ScheduleWatch } from '../../ports/audit/schedule-watch.ts';
import { getSchedule, type SchedulesOptions, schedulerFailure, settingsReader } from './event-bridge-schedules.ts';

/** Where the schedules are. */
export type WatchOptions = Pick<SchedulesOptions, 'context' | 'group' | 'onceGroup' | 'pinOf'>;

/** The most that one page has. */
const PAGE = 100;
/** What a one-time schedule is for, by the word behind the credential's id in its name. */
const WORDS: Readonly<Record<string, PlannedRun['what']>> = { retire: 'retire', repeat: 'repeat', remind: 'reminder' };

/**
 * EventBridge Scheduler, as an audit reads it.
 *
 * @see [ListSchedules](https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html)
 */
export function eventBridgeScheduleWatch(client: SchedulerClient, options: WatchOptions): ScheduleWatch {
  const { group, onceGroup } = options;
  const read = settingsReader(options);
  return {
    ids: () => namesIn(client, { GroupName: group }),
    read: async (id) => {
      const schedule = await getSchedule(client, { GroupName: group, Name: id });
      return { credential: await read(id, schedule), schedule: recurring(schedule) };
    },
    planned: async (id) => {
      const planned: PlannedRun[] = [];
      for await (const name of namesIn(client, { GroupName: onceGroup, NamePrefix: `${id}.` })) {
        const what = WORDS[name.split('.')[1] ?? ''];
        const at = what && (await firesAt(client, { GroupName: onceGroup, Name: name }));
        if (at) planned.push({ name, what, at });
      }
      return planned;
    },
  };
}

async function* namesIn(
  client: SchedulerClient,
  where: { readonly GroupName: string; readonly NamePrefix?: string },
): AsyncIterable<string> {
  let NextToken: string | undefined;
  do {
    const page = await client
      .send(new ListSchedulesCommand({ ...where, MaxResults: PAGE, NextToken }))
      .catch((error: unknown) => {
        throw schedulerFailure(error, where.GroupName);
      });
    for (const { Name } of page.Schedules ?? []) if (Name !== undefined) yield Name;
    NextToken = page.NextToken;
  } while (NextToken);
}

/** @returns undefined for one that has fired meanwhile, which deletes it */
async function firesAt(
  client: SchedulerClient,
  named: { readonly GroupName: string; readonly Name: string },
): Promise<Date | undefined> {
  try {
    const { ScheduleExpression = '' } = await getSchedule(client, named);
    // The stack's own: always in UTC.
    const time = Date.parse(`${/^at\((.*)\)$/.exec(ScheduleExpression)?.[1]}Z`);
    return Number.isNaN(time) ? undefined : new Date(time);
  } catch (error) {
    if (isRotationError(error, 'credential-unknown')) return undefined;
    throw error;
  }
}

function recurring(schedule: GetScheduleCommandOutput): RecurringSchedule {
  const { ScheduleExpression, ScheduleExpressionTimezone, State, FlexibleTimeWindow, StartDate, EndDate } = schedule;
  const changes = [schedule.CreationDate, schedule.LastModificationDate, StartDate].map((date) => date?.getTime() ?? 0);
  return {
    expression: ScheduleExpression ?? '',
    timezone: ScheduleExpressionTimezone ?? 'UTC',
    enabled: State !== 'DISABLED',
    windowMs: (FlexibleTimeWindow?.MaximumWindowInMinutes ?? 0) * 60_000,
    changedAt: new Date(Math.max(...changes)),
    ...(EndDate && { endsAt: EndDate }),
  };
}
