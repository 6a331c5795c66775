import { CreateScheduleCommand, type CreateScheduleCommandInput, SchedulerClient } from '@aws-sdk/client-scheduler';
import { inProcess } from '../../../../local/stand-ins/in-process.ts';
import { createScheduler, type SchedulerOptions } from '../../../../local/stand-ins/scheduler/scheduler.ts';

export const config = {
  region: 'eu-north-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  maxAttempts: 1,
};

export const Target = {
  Arn: 'arn:aws:lambda:eu-north-1:123456789012:function:rotate',
  RoleArn: 'arn:aws:iam::123456789012:role/scheduler',
  Input: '<aws.scheduler.scheduled-time>',
};

/** An embedded Scheduler at 2026-01-10T12:00:00Z, a client for it, and the inputs that its target received. */
export function bench(options: Partial<SchedulerOptions> = {}) {
  let now = Date.parse('2026-01-10T12:00:00Z');
  const inputs: string[] = [];
  const invoke: SchedulerOptions['invoke'] = async (_target, input) => void inputs.push(input);
  const scheduler = createScheduler({ invoke, clock: () => new Date(now), ...options });
  const client = new SchedulerClient({
    ...config,
    endpoint: 'http://scheduler',
    requestHandler: inProcess(scheduler.handler),
  });
  const at = async (time: string) => {
    now = Date.parse(time);
    await scheduler.tick();
  };
  const create = (ScheduleExpression: string, more: Partial<CreateScheduleCommandInput> = {}) =>
    client.send(
      new CreateScheduleCommand({
        Name: 'acme',
        ScheduleExpression,
        Target,
        FlexibleTimeWindow: { Mode: 'OFF' },
        ...more,
      }),
    );
  return { client, scheduler, inputs, at, create };
}
