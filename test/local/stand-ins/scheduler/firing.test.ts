import {
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { describe, expect, it } from '@jest/globals';
import { bench, Target } from './bench.ts';

const Stockholm = { ScheduleExpressionTimezone: 'Europe/Stockholm' };

describe('at()', () => {
  it('fires once, at its time in the zone of the schedule', async () => {
    const { create, at, inputs } = bench();
    await create('at(2026-07-01T03:00:00)', Stockholm);
    await at('2026-07-01T00:59:59Z');
    expect(inputs).toEqual([]);
    await at('2026-07-01T01:00:00Z');
    await at('2026-07-02T01:00:00Z');
    expect(inputs).toEqual(['2026-07-01T01:00:00Z']);
  });

  it('stays with ActionAfterCompletion NONE and is deleted with DELETE', async () => {
    const { client, create, at } = bench();
    await create('at(2026-01-11T00:00:00)', { Name: 'kept' });
    await create('at(2026-01-11T00:00:00)', { Name: 'gone', ActionAfterCompletion: 'DELETE' });
    await at('2026-01-11T00:00:00Z');
    const { Schedules } = await client.send(new ListSchedulesCommand({}));
    expect(Schedules?.map(({ Name }) => Name)).toEqual(['kept']);
  });
});

describe('rate()', () => {
  it('fires at once and then at every interval, missed times included', async () => {
    const { create, at, inputs } = bench();
    await create('rate(1 day)');
    await at('2026-01-10T12:00:00Z');
    await at('2026-01-12T13:00:00Z');
    expect(inputs).toEqual(['2026-01-10T12:00:00Z', '2026-01-11T12:00:00Z', '2026-01-12T12:00:00Z']);
  });

  it('begins with its StartDate and ends with its EndDate, after which DELETE takes it away', async () => {
    const { client, create, at, inputs } = bench();
    const StartDate = new Date('2026-01-11T08:00:00Z');
    const EndDate = new Date('2026-01-11T10:30:00Z');
    await create('rate(1 hour)', { StartDate, EndDate, ActionAfterCompletion: 'DELETE' });
    await at('2026-01-11T09:59:00Z');
    await client.send(new GetScheduleCommand({ Name: 'acme' }));
    await at('2026-01-11T12:00:00Z');
    expect(inputs).toEqual(['2026-01-11T08:00:00Z', '2026-01-11T09:00:00Z', '2026-01-11T10:00:00Z']);
    const gone = client.send(new GetScheduleCommand({ Name: 'acme' }));
    await expect(gone).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('cron()', () => {
  it('fires by the wall clock of its zone, in winter and in summer', async () => {
    const { create, at, inputs } = bench();
    await create('cron(0 3 ? * SUN *)', Stockholm);
    await at('2026-01-18T12:00:00Z');
    expect(inputs).toEqual(['2026-01-11T02:00:00Z', '2026-01-18T02:00:00Z']);
    inputs.length = 0;
    await at('2026-04-04T00:00:00Z');
    inputs.length = 0;
    await at('2026-04-05T12:00:00Z');
    expect(inputs).toEqual(['2026-04-05T01:00:00Z']);
  });

  it('leaves out a time that daylight saving skips', async () => {
    const { create, at, inputs } = bench();
    await create('cron(30 2 * * ? *)', Stockholm);
    await at('2026-03-28T02:00:00Z');
    inputs.length = 0;
    await at('2026-03-30T12:00:00Z');
    expect(inputs).toEqual(['2026-03-30T00:30:00Z']);
  });

  it('fires once at a time that comes twice', async () => {
    const { create, at, inputs } = bench();
    await create('cron(30 2 * * ? *)', Stockholm);
    await at('2026-10-24T12:00:00Z');
    inputs.length = 0;
    for (const time of ['00:30', '00:45', '01:30', '12:00']) await at(`2026-10-25T${time}:00Z`);
    expect(inputs).toEqual(['2026-10-25T00:30:00Z']);
  });
});

describe('a schedule', () => {
  it('that is disabled does not fire, nor catch up when it is enabled again', async () => {
    const { client, create, at, inputs } = bench();
    await create('cron(0 3 * * ? *)', { State: 'DISABLED' });
    await at('2026-01-12T12:00:00Z');
    const again = { Name: 'acme', ScheduleExpression: 'cron(0 3 * * ? *)', Target };
    await client.send(new UpdateScheduleCommand({ ...again, FlexibleTimeWindow: { Mode: 'OFF' }, State: 'ENABLED' }));
    await at('2026-01-13T12:00:00Z');
    expect(inputs).toEqual(['2026-01-13T03:00:00Z']);
  });

  it('that is deleted does not fire', async () => {
    const { client, create, at, inputs } = bench();
    await create('cron(0 3 * * ? *)');
    await client.send(new DeleteScheduleCommand({ Name: 'acme' }));
    await at('2026-01-13T12:00:00Z');
    expect(inputs).toEqual([]);
  });

  it('fills in the four context attributes wherever they stand in the input', async () => {
    const { create, at, inputs } = bench({ newExecutionId: () => 'd32c5kddcf5bb8c3' });
    const names = ['schedule-arn', 'scheduled-time', 'execution-id', 'attempt-number', 'unknown'];
    const Input = JSON.stringify(names.map((name) => `<aws.scheduler.${name}>`));
    await create('cron(0 3 * * ? *)', { Target: { ...Target, Input } });
    await at('2026-01-11T12:00:00Z');
    expect(inputs.map((input) => JSON.parse(input))).toEqual([
      [
        'arn:aws:scheduler:eu-north-1:123456789012:schedule/default/acme',
        '2026-01-11T03:00:00Z',
        'd32c5kddcf5bb8c3',
        '1',
        '<aws.scheduler.unknown>',
      ],
    ]);
  });
});

describe('a delivery that fails', () => {
  it('is repeated with the same execution id as often as the policy says, then given up', async () => {
    const inputs: string[] = [];
    const dropped: string[] = [];
    const { client, create, at } = bench({
      newExecutionId: () => 'id',
      invoke: async (_target, input) => {
        inputs.push(input);
        throw new Error('no answer');
      },
      onDropped: ({ arn }, error) => dropped.push(`${arn}: ${error}`),
    });
    const Input = '<aws.scheduler.execution-id> <aws.scheduler.attempt-number>';
    const target = { ...Target, Input, RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 } };
    await create('at(2026-01-11T00:00:00)', { Target: target, ActionAfterCompletion: 'DELETE' });
    for (const second of ['00', '00', '01', '02', '03', '09']) await at(`2026-01-11T00:00:${second}Z`);
    expect(inputs).toEqual(['id 1', 'id 2', 'id 3']);
    expect(dropped).toEqual(['arn:aws:scheduler:eu-north-1:123456789012:schedule/default/acme: Error: no answer']);
    const gone = client.send(new GetScheduleCommand({ Name: 'acme' }));
    await expect(gone).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
