import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { describe, expect, it } from '@jest/globals';
import { eventBridgeSchedules } from '../../functions/adapters/event-bridge-schedules/event-bridge-schedules.ts';
import { inProcess } from '../../local/stand-ins/in-process.ts';
import { createScheduler } from '../../local/stand-ins/scheduler/scheduler.ts';
import { schedulesPortContract } from './schedules-port.ts';

const config = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 };

const OPTIONS = {
  context: { prefix: 'csr', local: false },
  group: 'csr',
  onceGroup: 'csr-once',
  roleArn: 'arn:aws:iam::000000000000:role/scheduler',
  deadLetterQueueArn: 'arn:aws:sqs:us-east-1:000000000000:queue',
  targets: { rotate: 'rotate-function', retire: 'retire-function' },
};

describe('the embedded Scheduler', () => {
  let now = Date.parse('2026-01-10T12:00:00Z');
  const scheduler = createScheduler({ invoke: async () => {}, clock: () => new Date(now) });
  const requestHandler = inProcess(scheduler.handler);
  const client = new SchedulerClient({ ...config, endpoint: 'http://scheduler', requestHandler });

  schedulesPortContract({
    fixture: () => ({
      client,
      createGroup: async (Name) => void (await client.send(new CreateScheduleGroupCommand({ Name }))),
      now: () => new Date(now),
      passSeconds: async (seconds) => {
        now += seconds * 1000;
        await scheduler.tick();
      },
    }),
  });
});

// What a target receives can be seen here only: the real ones call functions.
it('a planned event is delivered once, to its target, at its second and not before', async () => {
  let now = Date.parse('2026-01-10T12:00:00Z');
  const delivered: [string | undefined, unknown][] = [];
  const scheduler = createScheduler({
    invoke: async ({ Arn }, input) => void delivered.push([Arn, JSON.parse(input)]),
    clock: () => new Date(now),
  });
  const client = new SchedulerClient({
    ...config,
    endpoint: 'http://scheduler',
    requestHandler: inProcess(scheduler.handler),
  });
  await client.send(new CreateScheduleGroupCommand({ Name: OPTIONS.onceGroup }));
  const event = { trigger: 'retire', id: 'acme-prod', versionId: 'v', attempt: 0 };
  const at = new Date('2026-01-10T12:00:05.400Z');
  const oneTime = { name: 'acme-prod.retire.01234567', at, target: 'retire' as const, event };
  await eventBridgeSchedules(client, OPTIONS).plan(oneTime);
  await eventBridgeSchedules(client, OPTIONS).plan(oneTime);
  const deliveries = [];
  for (const time of ['12:00:05', '12:00:06', '12:00:07', '13:00:00']) {
    now = Date.parse(`2026-01-10T${time}Z`);
    await scheduler.tick();
    deliveries.push(delivered.length);
  }
  expect(deliveries).toEqual([0, 1, 1, 1]);
  expect(delivered).toEqual([['retire-function', event]]);
});

// Nothing can be taken away from the real ones.
it('a Scheduler that does not answer as it should is schedule-unavailable', async () => {
  const requestHandler = inProcess(async () => new Response('{}', { status: 503 }));
  const client = new SchedulerClient({ ...config, endpoint: 'http://scheduler', requestHandler });
  const schedules = eventBridgeSchedules(client, OPTIONS);
  const oneTime = { name: 'x', at: new Date(0), target: 'retire' as const, event: {} };
  await expect(schedules.settings('acme-prod')).rejects.toMatchObject({ code: 'schedule-unavailable' });
  await expect(schedules.list({ limit: 1 })).rejects.toMatchObject({ code: 'schedule-unavailable' });
  await expect(schedules.plan(oneTime)).rejects.toMatchObject({ code: 'schedule-unavailable' });
});
