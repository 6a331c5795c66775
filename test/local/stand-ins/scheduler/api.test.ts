import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { describe, expect, it } from '@jest/globals';
import { serve } from '../../../../local/stand-ins/serve.ts';
import { bench, config, Target } from './bench.ts';

const EXPRESSION = 'cron(0 3 ? * SUN *)';
const FlexibleTimeWindow = { Mode: 'OFF' } as const;

describe('CreateSchedule and GetSchedule', () => {
  it('keep what was given, and fill in the documented defaults', async () => {
    const { client, create } = bench();
    const { ScheduleArn } = await create(EXPRESSION, { StartDate: new Date('2026-02-01T00:00:00Z') });
    expect(ScheduleArn).toBe('arn:aws:scheduler:eu-north-1:123456789012:schedule/default/acme');
    const { $metadata: _, ...schedule } = await client.send(new GetScheduleCommand({ Name: 'acme' }));
    expect(schedule).toEqual({
      Arn: ScheduleArn,
      Name: 'acme',
      GroupName: 'default',
      ScheduleExpression: EXPRESSION,
      ScheduleExpressionTimezone: 'UTC',
      StartDate: new Date('2026-02-01T00:00:00Z'),
      State: 'ENABLED',
      ActionAfterCompletion: 'NONE',
      FlexibleTimeWindow,
      Target: { ...Target, RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
      CreationDate: new Date('2026-01-10T12:00:00Z'),
      LastModificationDate: new Date('2026-01-10T12:00:00Z'),
    });
  });

  it('speak over a socket as well', async () => {
    const { scheduler } = bench();
    const server = await serve(scheduler.handler);
    const client = new SchedulerClient({ ...config, endpoint: server.url });
    const schedule = { Name: 'a.retire.0123abcd', ScheduleExpression: EXPRESSION, Target, FlexibleTimeWindow };
    await client.send(new CreateScheduleCommand(schedule));
    expect(await client.send(new GetScheduleCommand({ Name: schedule.Name }))).toMatchObject(schedule);
    client.destroy();
    await server.close();
  });

  it('refuse a name that is taken in the group, but not the repetition of a call by its ClientToken', async () => {
    const { create } = bench();
    await create(EXPRESSION, { ClientToken: 'one' });
    await create(EXPRESSION, { ClientToken: 'one' });
    const other = create(EXPRESSION, { ClientToken: 'two' });
    await expect(other).rejects.toMatchObject({ name: 'ConflictException', $metadata: { httpStatusCode: 409 } });
  });

  it('know nothing of a group or schedule that does not exist', async () => {
    const { client, create } = bench();
    const missing = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };
    await expect(create(EXPRESSION, { GroupName: 'other' })).rejects.toMatchObject(missing);
    await create(EXPRESSION);
    await client.send(new CreateScheduleGroupCommand({ Name: 'other' }));
    const GroupName = 'other';
    await expect(client.send(new GetScheduleCommand({ Name: 'acme', GroupName }))).rejects.toMatchObject(missing);
    await expect(client.send(new DeleteScheduleCommand({ Name: 'acme', GroupName }))).rejects.toMatchObject(missing);
  });

  it.each([
    ['every day', {}, /neither cron/],
    ['rate(1 days)', {}, /rate\(1 day\)/],
    ['cron(0 3 * * SUN *)', {}, /'\?'/],
    ['at(2026-02-30T03:00:00)', {}, /yyyy-mm-dd/],
    ['at(2026-01-10T11:59:59)', {}, /in the past/],
    ['at(2026-03-29T02:30:00)', { ScheduleExpressionTimezone: 'Europe/Stockholm' }, /daylight saving/],
    [EXPRESSION, { ScheduleExpressionTimezone: 'Mars/X' }, /IANA/],
    [EXPRESSION, { Name: 'a/b' }, /1 to 64/],
    [EXPRESSION, { FlexibleTimeWindow: { Mode: 'FLEXIBLE' as const } }, /MaximumWindowInMinutes/],
    [EXPRESSION, { Target: { ...Target, RoleArn: 'role' } }, /Target\.RoleArn/],
  ])('refuse %s %o with ValidationException', async (expression, more, reason) => {
    const refused = bench().create(expression, more);
    await expect(refused).rejects.toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
    await expect(refused).rejects.toThrow(reason);
  });
});

describe('UpdateSchedule and DeleteSchedule', () => {
  it('replace the whole schedule: what is left out gets its default', async () => {
    const { client, create, at } = bench();
    await create(EXPRESSION, { Description: 'before', State: 'DISABLED' });
    await at('2026-01-11T00:00:00Z');
    const update = { Name: 'acme', ScheduleExpression: 'rate(30 days)', Target, FlexibleTimeWindow };
    await client.send(new UpdateScheduleCommand(update));
    const after = await client.send(new GetScheduleCommand({ Name: 'acme' }));
    expect(after).toMatchObject({ ScheduleExpression: 'rate(30 days)', State: 'ENABLED' });
    expect(after.Description).toBeUndefined();
    expect(after.CreationDate).toEqual(new Date('2026-01-10T12:00:00Z'));
    expect(after.LastModificationDate).toEqual(new Date('2026-01-11T00:00:00Z'));
  });

  it('need a schedule that exists', async () => {
    const { client } = bench();
    const update = { Name: 'acme', ScheduleExpression: EXPRESSION, Target, FlexibleTimeWindow };
    const missing = { name: 'ResourceNotFoundException' };
    await expect(client.send(new UpdateScheduleCommand(update))).rejects.toMatchObject(missing);
    await expect(client.send(new DeleteScheduleCommand({ Name: 'acme' }))).rejects.toMatchObject(missing);
  });
});

describe('ListSchedules', () => {
  it('filters by group, prefix and state, and pages even when the last one seen is gone', async () => {
    const { client, create } = bench();
    await client.send(new CreateScheduleGroupCommand({ Name: 'once' }));
    for (const Name of ['a1', 'a2', 'a3', 'b1']) await create(EXPRESSION, { Name, GroupName: 'once' });
    await create(EXPRESSION, { Name: 'a4', GroupName: 'once', State: 'DISABLED' });
    await create(EXPRESSION, { Name: 'a5' });
    const query = { GroupName: 'once', NamePrefix: 'a', State: 'ENABLED' as const, MaxResults: 2 };
    const first = await client.send(new ListSchedulesCommand(query));
    expect(first.Schedules?.map(({ Name }) => Name)).toEqual(['a1', 'a2']);
    await client.send(new DeleteScheduleCommand({ Name: 'a2', GroupName: 'once' }));
    const { NextToken } = first;
    const second = await client.send(new ListSchedulesCommand({ ...query, NextToken }));
    expect(second.Schedules).toMatchObject([{ Name: 'a3', GroupName: 'once', Target: { Arn: Target.Arn } }]);
    expect(second.NextToken).toBeUndefined();
  });
});

describe('anything else', () => {
  it('is refused by name', async () => {
    const { client } = bench();
    await expect(client.send(new ListScheduleGroupsCommand({}))).rejects.toThrow("'ListScheduleGroups'");
    await expect(client.send(new CreateScheduleGroupCommand({ Name: 'default' }))).rejects.toMatchObject({
      name: 'ConflictException',
    });
  });
});
