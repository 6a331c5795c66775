import { randomBytes } from 'node:crypto';
import type { GetScheduleCommandOutput, ListSchedulesCommandOutput } from '@aws-sdk/client-scheduler';
import type * as z from 'zod';
import { page } from '../aws-json.ts';
import { SchedulerFault } from './errors.ts';
import { isOneTime, nextOccurrence, type Timing } from './occurrences.ts';
import type { ListQuery, ScheduleBody } from './schemas.ts';

/** A schedule, and how far it has been looked at. */
export interface Schedule extends ScheduleBody {
  readonly name: string;
  readonly arn: string;
  readonly created: Date;
  readonly modified: Date;
  readonly timing: Timing;
  /** Times up to here are done with, milliseconds since 1970. */
  cursor: number;
}

/** Effects of {@link createScheduler}. */
export interface SchedulerOptions {
  /** Delivers a target's input. What it throws is a failed delivery, which is retried as the schedule's policy says. */
  readonly invoke: (target: ScheduleBody['Target'], input: string) => Promise<void>;
  /** Hears of deliveries that were given up. @default - nothing */
  readonly onDropped?: (schedule: { readonly arn: string }, error: unknown) => void;
  /** @default - real time */
  readonly clock?: () => Date;
  /** Makes execution ids. @default - 16 random hexadecimal digits */
  readonly newExecutionId?: () => string;
  /** @default 'eu-north-1' */
  readonly region?: string;
  /** @default '123456789012' */
  readonly account?: string;
}

type Answer<Output> = Omit<Output, '$metadata'>;

/** The schedules and what the API does to them. */
export class Schedules {
  readonly #options: SchedulerOptions;
  readonly #groups = new Set(['default']);
  readonly #schedules = new Map<string, Schedule>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  now(): Date {
    return this.#options.clock?.() ?? new Date();
  }

  all(): Schedule[] {
    return [...this.#schedules.values()];
  }

  /** @throws {SchedulerFault} ConflictException when the name is taken */
  createGroup(name: string): { ScheduleGroupArn: string } {
    if (this.#groups.has(name)) throw new SchedulerFault('ConflictException', `Schedule group ${name} already exists.`);
    this.#groups.add(name);
    return { ScheduleGroupArn: this.#arn('schedule-group', name) };
  }

  /** @throws {SchedulerFault} ConflictException when the name is taken, unless the call repeats one by its ClientToken */
  create(name: string, body: ScheduleBody): { ScheduleArn: string } {
    this.#knownGroup(body.GroupName);
    const present = this.#schedules.get(`${body.GroupName}/${name}`);
    if (present && (body.ClientToken === undefined || present.ClientToken !== body.ClientToken)) {
      throw new SchedulerFault('ConflictException', `Schedule ${name} already exists.`);
    }
    return { ScheduleArn: present?.arn ?? this.#store(name, body).arn };
  }

  /** Replaces the whole schedule: what is left out gets its default. */
  update(name: string, body: ScheduleBody): { ScheduleArn: string } {
    return { ScheduleArn: this.#store(name, body, this.find(name, body.GroupName)).arn };
  }

  /** @throws {SchedulerFault} ResourceNotFoundException */
  find(name: string, group: string): Schedule {
    const schedule = this.#schedules.get(`${group}/${name}`);
    if (!schedule) throw new SchedulerFault('ResourceNotFoundException', `Schedule ${name} does not exist.`);
    return schedule;
  }

  delete({ name, GroupName }: Pick<Schedule, 'name' | 'GroupName'>): void {
    this.#schedules.delete(`${GroupName}/${name}`);
  }

  /** Deletes a schedule after its last time, unless it has been replaced in the meantime. */
  complete(schedule: Schedule): void {
    const { name, GroupName, ActionAfterCompletion } = schedule;
    const same = this.#schedules.get(`${GroupName}/${name}`) === schedule;
    if (same && ActionAfterCompletion === 'DELETE') this.delete(schedule);
  }

  list(query: z.output<typeof ListQuery>): Answer<ListSchedulesCommandOutput> {
    if (query.ScheduleGroup !== undefined) this.#knownGroup(query.ScheduleGroup);
    const matching = this.all()
      .filter(({ GroupName }) => query.ScheduleGroup === undefined || GroupName === query.ScheduleGroup)
      .filter(({ name }) => name.startsWith(query.NamePrefix ?? ''))
      .filter(({ State }) => query.State === undefined || State === query.State);
    const invalidToken = () => new SchedulerFault('ValidationException', 'Invalid NextToken.');
    const { items, next } = page(matching, { key: ({ arn }) => arn, invalidToken, ...query });
    return { Schedules: items.map(summary), ...next };
  }

  #store(name: string, body: ScheduleBody, present?: Schedule): Schedule {
    const now = this.now();
    const { ScheduleExpression: expression, ScheduleExpressionTimezone: timeZone, StartDate, GroupName } = body;
    const unchanged = present?.ScheduleExpression === expression ? present.timing.anchor : undefined;
    const timing = { expression, timeZone, anchor: StartDate?.getTime() ?? unchanged ?? now.getTime() };
    const cursor = Math.max(now.getTime() - 1, present?.cursor ?? 0);
    if (isOneTime(expression) && unchanged === undefined && nextOccurrence(timing, cursor) === undefined) {
      throw new SchedulerFault('ValidationException', `${expression} is in the past.`);
    }
    const arn = this.#arn('schedule', `${GroupName}/${name}`);
    const schedule = { ...body, name, arn, created: present?.created ?? now, modified: now, timing, cursor };
    this.#schedules.set(`${GroupName}/${name}`, schedule);
    return schedule;
  }

  #knownGroup(name: string): void {
    if (this.#groups.has(name)) return;
    throw new SchedulerFault('ResourceNotFoundException', `Schedule group ${name} does not exist.`);
  }

  #arn(kind: string, path: string): string {
    const { region = 'eu-north-1', account = '123456789012' } = this.#options;
    return `arn:aws:scheduler:${region}:${account}:${kind}/${path}`;
  }

  newExecutionId(): string {
    return this.#options.newExecutionId?.() ?? randomBytes(8).toString('hex');
  }
}

/** What GetSchedule answers. */
export function details(schedule: Schedule): Answer<GetScheduleCommandOutput> {
  const { name, arn, created, modified, timing: _timing, cursor: _cursor, ClientToken: _token, ...body } = schedule;
  return { ...body, Name: name, Arn: arn, CreationDate: created, LastModificationDate: modified };
}

function summary({ name, arn, created, modified, GroupName, State, Target }: Schedule) {
  const dates = { CreationDate: created, LastModificationDate: modified };
  return { Arn: arn, Name: name, GroupName, State, ...dates, Target: { Arn: Target.Arn } };
}
