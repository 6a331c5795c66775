import * as z from 'zod';
import { timeZoneFault } from '../../../infra/fleet/time-zones.ts';
import { expressionFault } from './occurrences.ts';

// The constraints of the API reference. A member that this part doesn't know is refused rather than ignored.
const Name = z
  .string()
  .regex(/^[0-9a-zA-Z-_.]{1,64}$/, 'must be 1 to 64 letters, digits, hyphens, underscores or dots');
const ClientToken = z
  .string()
  .regex(/^[a-zA-Z0-9-_]{1,64}$/)
  .optional();
const Time = z
  .number()
  .transform((seconds) => new Date(seconds * 1000))
  .optional();

const FlexibleTimeWindow = z
  .strictObject({ Mode: z.enum(['OFF', 'FLEXIBLE']), MaximumWindowInMinutes: z.int().min(1).max(1440).optional() })
  .refine(({ Mode, MaximumWindowInMinutes: minutes }) => (Mode === 'FLEXIBLE') === (minutes !== undefined), {
    error: 'MaximumWindowInMinutes belongs to FLEXIBLE, and only to it',
  });

const Target = z.strictObject({
  Arn: z.string().min(1).max(1600),
  RoleArn: z.string().regex(/^arn:aws[^:]*:iam::\d{12}:role\/.+$/, 'must be the ARN of an IAM role'),
  Input: z.string().min(1).optional(),
  RetryPolicy: z
    .strictObject({
      MaximumEventAgeInSeconds: z.int().min(60).max(86_400).default(86_400),
      MaximumRetryAttempts: z.int().min(0).max(185).default(185),
    })
    .prefault({}),
  DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
});

/** The body of CreateSchedule and of UpdateSchedule, which replaces a schedule as a whole. */
export const ScheduleBody = z
  .strictObject({
    GroupName: Name.default('default'),
    ScheduleExpression: z.string().min(1).max(256),
    ScheduleExpressionTimezone: z
      .string()
      .refine((name) => timeZoneFault(name) === undefined, 'is not an IANA time zone')
      .default('UTC'),
    StartDate: Time,
    EndDate: Time,
    Description: z.string().max(512).optional(),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    KmsKeyArn: z.string().optional(),
    Target,
    FlexibleTimeWindow,
    ClientToken,
    ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  })
  .check(({ value, issues }) => {
    const fault = expressionFault({
      expression: value.ScheduleExpression,
      timeZone: value.ScheduleExpressionTimezone,
    });
    if (fault) issues.push({ code: 'custom', message: fault, input: value, path: ['ScheduleExpression'] });
    if (value.StartDate && value.EndDate && value.StartDate >= value.EndDate) {
      issues.push({ code: 'custom', message: 'must be later than StartDate', input: value, path: ['EndDate'] });
    }
  });

export type ScheduleBody = z.output<typeof ScheduleBody>;

/** The name in a path. */
export const ScheduleName = Name;

/** The body of CreateScheduleGroup. */
export const GroupBody = z.strictObject({
  ClientToken,
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});

/** The query of GetSchedule and DeleteSchedule. */
export const ScheduleQuery = z.strictObject({ groupName: Name.default('default'), clientToken: ClientToken });

/** The query of ListSchedules. */
export const ListQuery = z.strictObject({
  ScheduleGroup: Name.optional(),
  NamePrefix: Name.optional(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  MaxResults: z.coerce.number().int().min(1).max(100).optional(),
  NextToken: z.string().min(1).optional(),
});
