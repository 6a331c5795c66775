import {
  CreateScheduleCommand,
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  ListSchedulesCommand,
  type SchedulerClient,
  UpdateScheduleCommand,
  type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { RotationError } from '../../credential/errors.ts';
import { scheduledSettings } from '../../credential/events/scheduled.ts';
import type { Credential } from '../../credential/settings/credential.ts';
import { faultLines } from '../../credential/settings/fault-lines.ts';
import type { SettingsContext } from '../../credential/settings/parts/context.ts';
import { windowMinutes } from '../../credential/settings/schedule.ts';
import type { OneTime, Schedules } from '../../ports/schedules.ts';
import type { SecretOverview } from '../../ports/secret-store.ts';
import { awsErrorName } from '../aws/aws-error.ts';
import { type Pin, pinCheck } from './pinned.ts';

/** Where the schedules are, and as whom one-time schedules call what. */
export interface SchedulesOptions {
  readonly context: SettingsContext;
  /** The group that holds one schedule for each credential. */
  readonly group: string;
  /** The group of one-time schedules. */
  readonly onceGroup: string;
  readonly roleArn: string;
  readonly deadLetterQueueArn: string;
  /** Encrypts one-time schedules. @default - a key of AWS's own */
  readonly keyArn?: string;
  readonly targets: Readonly<Record<OneTime['target'], string>>;
  /** What the stack wrote of settings, by a credential's id. @default - settings are taken as they stand there */
  readonly pinOf?: (id: string) => Promise<Pin>;
}

/** By how much later something is planned whose time Scheduler refuses, in milliseconds: clocks are wrong by less. */
const CLOCK_SLACK_MS = 600_000;

const TOKEN = { pointer: '/nextToken', next: 'Begin again without nextToken.' };

/**
 * EventBridge Scheduler.
 *
 * @see [Scheduler API reference](https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html)
 */
export function eventBridgeSchedules(client: SchedulerClient, options: SchedulesOptions): Schedules {
  const read = settingsReader(options);
  return {
    settings: async (id, noticed) =>
      await read(id, await getSchedule(client, { GroupName: options.group, Name: id }), noticed),
    reschedule: async (id, schedule) => {
      const known = await getSchedule(client, { GroupName: options.group, Name: id });
      try {
        await client.send(new UpdateScheduleCommand(rescheduled(known, schedule)));
      } catch (error) {
        throw updateFailure(error, id);
      }
    },
    plan: async (oneTime) => {
      const limit = oneTime.tryMs === undefined ? {} : { requestTimeout: oneTime.tryMs };
      const create = (at: Date) =>
        client.send(new CreateScheduleCommand(scheduleInput({ ...oneTime, at }, options)), limit);
      try {
        await create(oneTime.at).catch(async (error: unknown) => {
          // A time that is past by Scheduler's clock: this function's own is behind.
          if (awsErrorName(error) !== 'ValidationException') throw error;
          await create(new Date(oneTime.at.getTime() + CLOCK_SLACK_MS));
        });
      } catch (error) {
        if (awsErrorName(error) === 'ConflictException') return;
        throw schedulerFailure(error, oneTime.name);
      }
    },
    list: async ({ limit, nextToken }) => {
      const input = { GroupName: options.group, MaxResults: limit, NextToken: nextToken };
      const page = await client.send(new ListSchedulesCommand(input)).catch((error: unknown) => {
        // All else in the call is ours, and right.
        if (nextToken !== undefined && awsErrorName(error) === 'ValidationException')
          throw new RotationError('request-invalid', 'This nextToken is not of a page of this API', TOKEN);
        throw schedulerFailure(error, options.group);
      });
      const schedules = (page.Schedules ?? []).flatMap(({ Name, LastModificationDate: changedAt }) =>
        Name === undefined ? [] : { id: Name, ...(changedAt && { changedAt }) },
      );
      return { schedules, ...(page.NextToken ? { nextToken: page.NextToken } : {}) };
    },
  };
}

/**
 * Makes what reads the settings in a schedule's input. Make one for many: the form of settings is made once.
 *
 * @returns a function that throws {@link RotationError} `settings-invalid`, with every fault's place, or where the stack wrote others
 */
export function settingsReader({ context, pinOf }: Pick<SchedulesOptions, 'context' | 'pinOf'>) {
  const schema = scheduledSettings(context);
  const check = pinCheck(pinOf);
  return async (
    id: string,
    { Target }: Pick<GetScheduleCommandOutput, 'Target'>,
    noticed?: (overview: SecretOverview) => void,
  ): Promise<Credential> => {
    const written = tryJson(Target?.Input);
    const event = schema.safeParse(written);
    if (!event.success) throw new RotationError('settings-invalid', faultLines(event.error).join('; '));
    const { credential } = event.data;
    if (credential.id !== id)
      throw new RotationError('settings-invalid', `The schedule ${id} holds the settings of ${credential.id}`);
    // As they stand there: defaults of another version are no change.
    const overview = await check(id, (written as { credential: object }).credential);
    if (overview) noticed?.(overview);
    return credential;
  };
}

function scheduleInput({ name, at, target, event }: OneTime, options: SchedulesOptions) {
  return {
    Name: name,
    GroupName: options.onceGroup,
    // Whole seconds, and never earlier than asked for.
    ScheduleExpression: `at(${new Date(Math.ceil(at.getTime() / 1000) * 1000).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    ActionAfterCompletion: 'DELETE' as const,
    ...(options.keyArn === undefined ? {} : { KmsKeyArn: options.keyArn }),
    Target: {
      Arn: options.targets[target],
      RoleArn: options.roleArn,
      Input: JSON.stringify(event),
      DeadLetterConfig: { Arn: options.deadLetterQueueArn },
      RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 },
    },
  };
}

/** @throws {RotationError} `credential-unknown` where there is no such schedule */
export async function getSchedule(client: SchedulerClient, input: { GroupName: string; Name: string }) {
  try {
    return await client.send(new GetScheduleCommand(input));
  } catch (error) {
    if (awsErrorName(error) === 'ResourceNotFoundException') {
      throw new RotationError('credential-unknown', `There is no credential ${input.Name}`);
    }
    throw schedulerFailure(error, input.Name);
  }
}

/** UpdateSchedule replaces a schedule as a whole: what is not changed has to be sent again. */
function rescheduled(known: GetScheduleCommandOutput, schedule: Credential['schedule']): UpdateScheduleCommandInput {
  const { $metadata: _, Arn: __, CreationDate: ___, LastModificationDate: ____, Target, ...kept } = known;
  const event = (tryJson(Target?.Input) ?? {}) as { credential?: object };
  const Input = JSON.stringify({ ...event, credential: { ...event.credential, schedule } });
  const { expression, timezone, flexibleWindow, state } = schedule;
  const minutes = windowMinutes(flexibleWindow);
  return {
    ...kept,
    Name: known.Name,
    ScheduleExpression: expression,
    ScheduleExpressionTimezone: timezone,
    State: state,
    FlexibleTimeWindow: minutes === 0 ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: minutes },
    Target: { ...Target, Arn: Target?.Arn, RoleArn: Target?.RoleArn, Input },
  };
}

/** Whether a schedule was changed, where Scheduler has not said. */
function updateFailure(error: unknown, id: string): RotationError {
  const name = awsErrorName(error);
  if (name === 'ResourceNotFoundException')
    return new RotationError('credential-unknown', `There is no credential ${id}`);
  if (name === 'ValidationException')
    return new RotationError('request-invalid', `EventBridge Scheduler refuses the schedule of ${id}`);
  if (name === 'ThrottlingException' || name === 'ConflictException')
    return new RotationError('schedule-throttled', `EventBridge Scheduler, ${id}: ${name}`);
  const next = 'Look at the credential, then repeat the call: a second time does no harm.';
  return new RotationError('schedule-unavailable', `EventBridge Scheduler, ${id}: ${name}`, { changed: null, next });
}

/** A failure of EventBridge Scheduler, in our words: its name and what it is about. */
export function schedulerFailure(error: unknown, about: string): RotationError {
  const name = awsErrorName(error);
  const code = name === 'ThrottlingException' ? 'schedule-throttled' : 'schedule-unavailable';
  return new RotationError(code, `EventBridge Scheduler, ${about}: ${name}`);
}

function tryJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
