import { CreateScheduleCommand, GetScheduleCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { expect, it } from '@jest/globals';
import { eventBridgeSchedules } from '../../functions/adapters/event-bridge-schedules/event-bridge-schedules.ts';
import type { OneTime, Schedules } from '../../functions/ports/schedules.ts';

/** A Scheduler, and how time passes for it. */
interface SchedulesFixture {
  readonly client: SchedulerClient;
  /** Makes a schedule group. */
  createGroup(name: string): Promise<void>;
  readonly now: () => Date;
  /** Lets everything fire that is due within some seconds from now. */
  passSeconds(seconds: number): Promise<void>;
}

export interface SchedulesContract {
  /** Asked at the beginning of each test, so that it may be made in a `beforeAll`. */
  readonly fixture: () => SchedulesFixture;
  /** Cases, by their exact title, that this one is known to break: each must still be broken, else the test fails. */
  readonly knownDeviations?: readonly string[];
}

type Case = readonly [title: string, test: (lab: Lab) => Promise<void>];

const ARNS = {
  role: 'arn:aws:iam::000000000000:role/csr-scheduler',
  queue: 'arn:aws:sqs:us-east-1:000000000000:csr-dead-letters',
  rotate: 'arn:aws:lambda:us-east-1:000000000000:function:csr-rotate',
  retire: 'arn:aws:lambda:us-east-1:000000000000:function:csr-retire',
} as const;

/**
 * What the port promises of a Scheduler, as cases against `eventBridgeSchedules()`. They run on the embedded Scheduler and on
 * MiniStack; each case has schedule groups of its own.
 */
export function schedulesPortContract({ fixture, knownDeviations = [] }: SchedulesContract): void {
  for (const [title, test] of CASES) {
    const run = knownDeviations.includes(title) ? it.failing : it;
    run(title, async () => test(await newLab(fixture())), 60_000);
  }
}

type Lab = Awaited<ReturnType<typeof newLab>>;

let made = 0;

async function newLab({ client, createGroup, now, passSeconds }: SchedulesFixture) {
  const prefix = `csr-${now().getTime()}-${++made}`;
  const group = prefix;
  const onceGroup = `${prefix}-once`;
  for (const name of [group, onceGroup]) await createGroup(name);
  const schedules = eventBridgeSchedules(client, {
    context: { prefix: 'csr', local: false },
    group,
    onceGroup,
    roleArn: ARNS.role,
    deadLetterQueueArn: ARNS.queue,
    targets: { rotate: ARNS.rotate, retire: ARNS.retire },
  });
  /** What a deployment does. */
  const deploy = async (id: string, input: unknown) => {
    await client.send(
      new CreateScheduleCommand({
        Name: id,
        GroupName: group,
        ScheduleExpression: 'cron(0 3 1 1 ? 2090)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: ARNS.rotate,
          RoleArn: ARNS.role,
          Input: typeof input === 'string' ? input : JSON.stringify(input),
        },
      }),
    );
  };
  const deployed = (id: string) => client.send(new GetScheduleCommand({ Name: id, GroupName: group }));
  const inSeconds = (seconds: number) => new Date(Math.ceil(now().getTime() / 1000 + seconds) * 1000);
  const once = (name: string) => client.send(new GetScheduleCommand({ Name: name, GroupName: onceGroup }));
  const oneTime = (more: Partial<OneTime> = {}): OneTime => ({
    name: 'acme-prod.retire.01234567',
    at: inSeconds(3600),
    target: 'retire',
    event: { versionId: '01234567', attempt: 0 },
    ...more,
  });
  return { schedules, deploy, deployed, once, oneTime, inSeconds, passSeconds };
}

const CASES: readonly Case[] = [
  [
    'settings come from the input of the schedule, with every default filled in',
    async ({ schedules, deploy }) => {
      await deploy('acme-prod', { trigger: 'schedule', credential: settings('acme-prod') });
      expect(await schedules.settings('acme-prod')).toMatchObject({
        ...settings('acme-prod'),
        scope: 'openid microprofile-jwt',
        strategy: 'auto',
        grace: 'PT24H',
      });
    },
  ],
  [
    'settings of an id without a schedule: credential-unknown',
    async ({ schedules }) => {
      await expect(schedules.settings('nobody')).rejects.toMatchObject({ code: 'credential-unknown' });
    },
  ],
  [
    'settings that are not valid: settings-invalid, with the place',
    async ({ schedules, deploy }) => {
      await deploy('acme-prod', { credential: { ...settings('acme-prod'), grace: '24h' } });
      await expect(schedules.settings('acme-prod')).rejects.toMatchObject({
        code: 'settings-invalid',
        message: expect.stringMatching(/grace: '24h' is not an ISO 8601 duration/),
      });
    },
  ],
  [
    'settings of somebody else, or no JSON at all: settings-invalid',
    async ({ schedules, deploy }) => {
      await deploy('acme-prod', { credential: settings('acme-test') });
      await deploy('acme-text', 'by hand');
      await expect(schedules.settings('acme-prod')).rejects.toMatchObject({ code: 'settings-invalid' });
      await expect(schedules.settings('acme-text')).rejects.toMatchObject({ code: 'settings-invalid' });
    },
  ],
  [
    'a changed schedule has the new times, and its settings say so; all else of both stays',
    async ({ schedules, deploy, deployed }) => {
      await deploy('acme-prod', { trigger: 'schedule', credential: settings('acme-prod'), scheduledTime: '<time>' });
      const before = await deployed('acme-prod');
      const schedule = {
        expression: 'rate(30 days)',
        timezone: 'Europe/Stockholm',
        flexibleWindow: 'PT15M30S',
        state: 'DISABLED',
      } as const;
      await schedules.reschedule('acme-prod', schedule);
      await schedules.reschedule('acme-prod', schedule);
      const { Input, ...target } = { ...(await deployed('acme-prod')).Target };
      expect(JSON.parse(Input ?? '')).toEqual({
        trigger: 'schedule',
        credential: { ...settings('acme-prod'), schedule },
        scheduledTime: '<time>',
      });
      const { Input: _, ...targetBefore } = { ...before.Target };
      expect(target).toEqual(targetBefore);
      expect(await deployed('acme-prod')).toMatchObject({
        Arn: before.Arn,
        ScheduleExpression: 'rate(30 days)',
        ScheduleExpressionTimezone: 'Europe/Stockholm',
        FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
        State: 'DISABLED',
      });
      expect((await schedules.settings('acme-prod')).schedule).toEqual(schedule);
    },
  ],
  [
    'a window that is left out ends, and a schedule that was paused goes on',
    async ({ schedules, deploy, deployed }) => {
      await deploy('acme-prod', { credential: settings('acme-prod') });
      const schedule = { expression: 'cron(0 4 ? * MON *)', timezone: 'UTC', state: 'DISABLED' } as const;
      await schedules.reschedule('acme-prod', { ...schedule, flexibleWindow: 'PT1H' });
      await schedules.reschedule('acme-prod', { ...schedule, state: 'ENABLED' });
      expect(await deployed('acme-prod')).toMatchObject({ FlexibleTimeWindow: { Mode: 'OFF' }, State: 'ENABLED' });
    },
  ],
  [
    'a schedule of nobody can not be changed: credential-unknown',
    async ({ schedules }) => {
      const schedule = { expression: 'rate(1 day)', timezone: 'UTC', state: 'ENABLED' } as const;
      await expect(schedules.reschedule('nobody', schedule)).rejects.toMatchObject({ code: 'credential-unknown' });
    },
  ],
  [
    'a planned event is a one-time schedule, at its second, that deletes itself',
    async ({ schedules, once, oneTime, inSeconds }) => {
      const at = inSeconds(3600);
      await schedules.plan(oneTime({ at }));
      const schedule = await once('acme-prod.retire.01234567');
      expect(schedule).toMatchObject({
        ScheduleExpression: `at(${at.toISOString().slice(0, 19)})`,
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: ARNS.retire,
          RoleArn: ARNS.role,
          DeadLetterConfig: { Arn: ARNS.queue },
          RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 },
        },
      });
      expect(JSON.parse(schedule.Target?.Input ?? '')).toEqual({ versionId: '01234567', attempt: 0 });
    },
  ],
  [
    'planning the same name again succeeds and changes nothing',
    async ({ schedules, once, oneTime, inSeconds }) => {
      const first = oneTime({ at: inSeconds(3600) });
      await schedules.plan(first);
      await schedules.plan(oneTime({ at: inSeconds(7200), target: 'rotate' }));
      const { ScheduleExpression, Target } = await once(first.name);
      expect(ScheduleExpression).toBe(`at(${first.at.toISOString().slice(0, 19)})`);
      expect(Target?.Arn).toBe(ARNS.retire);
    },
  ],
  [
    'a planned event is gone once it has fired, and its name can be planned anew',
    async ({ schedules, once, oneTime, inSeconds, passSeconds }) => {
      const soon = oneTime({ at: inSeconds(2) });
      await schedules.plan(soon);
      await once(soon.name);
      await passSeconds(3);
      await expect(once(soon.name)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
      const at = inSeconds(3600);
      await schedules.plan(oneTime({ at }));
      expect((await once(soon.name)).ScheduleExpression).toBe(`at(${at.toISOString().slice(0, 19)})`);
    },
  ],
  [
    'the list has every credential, and neither one-time events nor those of another group',
    async ({ schedules, deploy, oneTime }) => {
      for (const id of ['acme-prod', 'acme-test', 'globex-prod']) await deploy(id, { credential: settings(id) });
      await schedules.plan(oneTime());
      const page = await schedules.list({ limit: 50 });
      expect([idsIn(page), page.nextToken]).toEqual([['acme-prod', 'acme-test', 'globex-prod'], undefined]);
    },
  ],
  [
    'the list of a group without schedules is empty',
    async ({ schedules }) => {
      expect(await schedules.list({ limit: 50 })).toEqual({ schedules: [] });
    },
  ],
  [
    'the list comes in pages, of which each leads to the next',
    async ({ schedules, deploy }) => {
      for (const id of ['acme-prod', 'acme-test', 'globex-prod']) await deploy(id, { credential: settings(id) });
      const first = await schedules.list({ limit: 2 });
      expect(first.schedules).toHaveLength(2);
      const second = await schedules.list({ limit: 2, nextToken: first.nextToken });
      expect(second.schedules).toHaveLength(1);
      expect([...idsIn(first), ...idsIn(second)].sort()).toEqual(['acme-prod', 'acme-test', 'globex-prod']);
      expect(second.nextToken).toBeUndefined();
    },
  ],
  [
    'the list tells when a schedule was changed, and a change of its settings is one',
    async ({ schedules, deploy, passSeconds }) => {
      await deploy('acme-prod', { credential: settings('acme-prod') });
      const changedAt = async () => (await schedules.list({ limit: 50 })).schedules[0]?.changedAt?.getTime();
      const before = await changedAt();
      expect([before, await changedAt()]).toEqual([expect.any(Number), before]);
      const { schedule } = await schedules.settings('acme-prod');
      await passSeconds(1);
      await schedules.reschedule('acme-prod', { ...schedule, state: 'DISABLED' });
      expect(await changedAt()).toBeGreaterThan(before ?? Number.POSITIVE_INFINITY);
    },
  ],
];

function idsIn({ schedules }: Awaited<ReturnType<Schedules['list']>>): string[] {
  return schedules.map(({ id }) => id).sort();
}

function settings(id: string) {
  return {
    id,
    accessTokenUrl: 'https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token',
    clientId: 'NC_Flow_ClientCredentials',
    iam: {
      adminUrl: 'https://acme.example.com/auth/admin/realms/acmeprod',
      auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
    },
    connectors: [
      {
        name: 'IFS Production',
        url: 'https://flow.acme.example.com/odata-connector/configurations/ifs-production',
        auth: { type: 'bearer', secretId: 'csr-access/acme-prod/connector' },
      },
    ],
    schedule: { expression: 'cron(0 3 ? * SUN *)' },
  };
}
