import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import { describe, expect, it } from '@jest/globals';
import { eventBridgeSchedules } from '../../../../functions/adapters/event-bridge-schedules/event-bridge-schedules.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';

const OPTIONS = {
  context: { prefix: 'csr', local: false },
  keyArn: 'arn:aws:kms:eu-north-1:123456789012:key/k',
  group: 'csr',
  onceGroup: 'csr-once',
  roleArn: 'arn:aws:iam::123456789012:role/scheduler',
  deadLetterQueueArn: 'arn:aws:sqs:eu-north-1:123456789012:csr-dlq',
  targets: { rotate: 'arn:rotate', retire: 'arn:retire' },
};
const CREDENTIAL = {
  id: 'acme-prod',
  accessTokenUrl: 'https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token',
  clientId: 'NC_Flow',
  iam: {
    adminUrl: 'https://acme.example.com/auth/admin/realms/acmeprod',
    auth: { clientId: 'rotator', secretId: 'csr-access/acme-prod/iam' },
  },
  connectors: [
    { name: 'ifs', url: 'https://flow.example.com/c', auth: { type: 'bearer', secretId: 'csr-access/acme-prod/c' } },
  ],
  schedule: { expression: 'cron(0 3 ? * SUN *)' },
};

function schedules(answer?: (name: string) => unknown) {
  const { client, sent } = stubClient<SchedulerClient>(answer);
  return { port: eventBridgeSchedules(client, OPTIONS), sent };
}

const inputOf = (credential: object) => () => ({
  Target: { Input: JSON.stringify({ trigger: 'schedule', credential }) },
});
const failing = (name: string) => () => {
  throw serviceError(name);
};

describe('settings', () => {
  it('are those in the input of the schedule, which is what on demand runs as well', async () => {
    const { port, sent } = schedules(inputOf(CREDENTIAL));
    expect(await port.settings('acme-prod')).toMatchObject({ id: 'acme-prod', grace: 'PT24H', strategy: 'auto' });
    expect(sent).toEqual([['GetScheduleCommand', { GroupName: 'csr', Name: 'acme-prod' }]]);
  });

  it.each([
    ['no such schedule', failing('ResourceNotFoundException'), 'credential-unknown'],
    ['a scheduler that is down', failing('InternalServerException'), 'schedule-unavailable'],
    ['a scheduler that is busy', failing('ThrottlingException'), 'schedule-throttled'],
    ['no permission', failing('AccessDeniedException'), 'schedule-unavailable'],
    ['no input', () => ({ Target: {} }), 'settings-invalid'],
    ['an input that is not JSON', () => ({ Target: { Input: 'x' } }), 'settings-invalid'],
    ['another credential', inputOf({ ...CREDENTIAL, id: 'globex-prod' }), 'settings-invalid'],
    ['a fault', inputOf({ ...CREDENTIAL, grace: '1 day' }), 'settings-invalid'],
  ])('%s', async (_what, answer, code) => {
    await expect(schedules(answer).port.settings('acme-prod')).rejects.toMatchObject({ code });
  });

  it('names every fault', async () => {
    const bad = { ...CREDENTIAL, grace: '1 day', colour: 'red' };
    await expect(schedules(inputOf(bad)).port.settings('acme-prod')).rejects.toThrow(
      /credential\.grace: .*; credential\.colour: unknown key|credential\.colour: unknown key; credential\.grace: /,
    );
  });
});

describe('plan', () => {
  const oneTime = {
    name: 'acme-prod.retire.abcdef12',
    at: new Date('2026-03-02T03:00:01.234Z'),
    target: 'retire',
    event: { trigger: 'retire', id: 'acme-prod', versionId: 'v', attempt: 0 },
  } as const;

  it('creates a one-time schedule that deletes itself', async () => {
    const { port, sent } = schedules();
    await port.plan(oneTime);
    expect(sent).toEqual([
      [
        'CreateScheduleCommand',
        {
          Name: 'acme-prod.retire.abcdef12',
          GroupName: 'csr-once',
          ScheduleExpression: 'at(2026-03-02T03:00:02)',
          ScheduleExpressionTimezone: 'UTC',
          FlexibleTimeWindow: { Mode: 'OFF' },
          ActionAfterCompletion: 'DELETE',
          KmsKeyArn: OPTIONS.keyArn,
          Target: {
            Arn: 'arn:retire',
            RoleArn: OPTIONS.roleArn,
            Input: '{"trigger":"retire","id":"acme-prod","versionId":"v","attempt":0}',
            DeadLetterConfig: { Arn: OPTIONS.deadLetterQueueArn },
            RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 },
          },
        },
      ],
    ]);
  });

  it('calls rotate for a repeat', async () => {
    const { port, sent } = schedules();
    await port.plan({ ...oneTime, target: 'rotate' });
    expect(sent[0]?.[1]).toMatchObject({ Target: { Arn: 'arn:rotate' } });
  });

  it('twice is planning once: ConflictException is a success', async () => {
    await expect(schedules(failing('ConflictException')).port.plan(oneTime)).resolves.toBeUndefined();
  });

  it.each(['ServiceQuotaExceededException', 'AccessDeniedException', 'InternalServerException'])(
    '%s: schedule-unavailable, with the name of what could not be planned',
    async (name) => {
      const error = await schedules(failing(name))
        .port.plan(oneTime)
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'schedule-unavailable', message: expect.stringContaining(oneTime.name) });
      expect(String(error)).not.toContain('not-to-be-told');
    },
  );
});

describe('list', () => {
  it('gives a page of ids, and since when each schedule is as it is', async () => {
    const { port, sent } = schedules(() => ({
      Schedules: [{ Name: 'a', LastModificationDate: new Date('2026-03-01T03:00:00Z') }, { Name: 'b' }],
      NextToken: 'more',
    }));
    expect(await port.list({ limit: 2, nextToken: 'here' })).toEqual({
      schedules: [{ id: 'a', changedAt: new Date('2026-03-01T03:00:00Z') }, { id: 'b' }],
      nextToken: 'more',
    });
    expect(sent).toEqual([['ListSchedulesCommand', { GroupName: 'csr', MaxResults: 2, NextToken: 'here' }]]);
  });

  it('says when it was the last one', async () => {
    expect(await schedules(() => ({ Schedules: [] })).port.list({ limit: 25 })).toEqual({ schedules: [] });
  });

  it('fails with a code', async () => {
    const call = schedules(failing('InternalServerException')).port.list({ limit: 25 });
    await expect(call).rejects.toMatchObject({ code: 'schedule-unavailable' });
  });

  it('says where in the request a token stands that is of no page', async () => {
    const call = schedules(failing('ValidationException')).port.list({ limit: 25, nextToken: 'made-up' });
    await expect(call).rejects.toMatchObject({ code: 'request-invalid', pointer: '/nextToken' });
  });

  it.each([
    ['ValidationException', 'made-up', 'request-invalid'],
    ['ValidationException', undefined, 'schedule-unavailable'],
    ['ThrottlingException', 'here', 'schedule-throttled'],
  ])('%s with the token %s: %s', async (name, nextToken, code) => {
    const call = schedules(failing(name)).port.list({ limit: 25, nextToken });
    await expect(call).rejects.toMatchObject({ code });
  });
});

it('says of a plan, too, that the scheduler is busy', async () => {
  const once = { name: 'acme-prod.retire.x', at: new Date(0), target: 'retire', event: {} } as const;
  await expect(schedules(failing('ThrottlingException')).port.plan(once)).rejects.toMatchObject({
    code: 'schedule-throttled',
  });
});
