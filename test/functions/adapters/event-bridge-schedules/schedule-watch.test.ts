import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import { describe, expect, it } from '@jest/globals';
import { eventBridgeScheduleWatch } from '../../../../functions/adapters/event-bridge-schedules/schedule-watch.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';
import { SMALLEST } from '../../../support/settings.ts';

const OPTIONS = { context: { prefix: 'csr', local: false }, group: 'csr', onceGroup: 'csr-once' };
const SCHEDULE = {
  ScheduleExpression: 'rate(7 days)',
  ScheduleExpressionTimezone: 'Europe/Stockholm',
  State: 'DISABLED',
  FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
  CreationDate: new Date('2026-01-01T00:00:00Z'),
  LastModificationDate: new Date('2026-02-01T00:00:00Z'),
  EndDate: new Date('2027-01-01T00:00:00Z'),
  Target: { Input: JSON.stringify({ trigger: 'schedule', credential: SMALLEST }) },
};

function watchOf(answer: (name: string, input: never) => unknown) {
  const { client, sent } = stubClient<SchedulerClient>(answer);
  return { watch: eventBridgeScheduleWatch(client, OPTIONS), sent };
}

describe('the ids of all credentials', () => {
  it('come a page at a time', async () => {
    const pages = [{ Schedules: [{ Name: 'a' }, { Name: 'b' }], NextToken: 'more' }, { Schedules: [{ Name: 'c' }] }];
    const { watch, sent } = watchOf(() => pages.shift());
    const ids: string[] = [];
    for await (const id of watch.ids()) ids.push(id);
    expect(ids).toEqual(['a', 'b', 'c']);
    const first = { GroupName: 'csr', MaxResults: 100, NextToken: undefined };
    expect(sent).toEqual([
      ['ListSchedulesCommand', first],
      ['ListSchedulesCommand', { ...first, NextToken: 'more' }],
    ]);
  });

  it('that could not be listed to their end are an error', async () => {
    const { watch } = watchOf(() => {
      throw serviceError('ThrottlingException');
    });
    await expect(watch.ids()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'schedule-throttled' });
  });
});

describe('a schedule', () => {
  it('is as Scheduler has it, whatever the settings in it say', async () => {
    const { watch, sent } = watchOf(() => SCHEDULE);
    expect(await watch.read('acme-prod')).toMatchObject({
      credential: { id: 'acme-prod', schedule: { expression: 'cron(0 3 ? * SUN *)' } },
      schedule: {
        expression: 'rate(7 days)',
        timezone: 'Europe/Stockholm',
        enabled: false,
        windowMs: 1_800_000,
        changedAt: new Date('2026-02-01T00:00:00Z'),
        endsAt: new Date('2027-01-01T00:00:00Z'),
      },
    });
    expect(sent).toEqual([['GetScheduleCommand', { GroupName: 'csr', Name: 'acme-prod' }]]);
  });

  it('that begins later than it was changed is as it is since then', async () => {
    const StartDate = new Date('2026-02-15T00:00:00Z');
    const { watch } = watchOf(() => ({ ...SCHEDULE, StartDate }));
    expect((await watch.read('acme-prod')).schedule.changedAt).toEqual(StartDate);
  });

  it.each([
    ['ResourceNotFoundException', 'credential-unknown'],
    ['InternalServerException', 'schedule-unavailable'],
  ])('%s: %s', async (name, code) => {
    const { watch } = watchOf(() => {
      throw serviceError(name);
    });
    await expect(watch.read('acme-prod')).rejects.toMatchObject({ code });
  });

  it('with other settings than ours is settings-invalid', async () => {
    const { watch } = watchOf(() => ({ ...SCHEDULE, Target: { Input: '{}' } }));
    await expect(watch.read('acme-prod')).rejects.toMatchObject({ code: 'settings-invalid' });
  });
});

describe('what is planned for a credential', () => {
  const NAMES = [
    'acme-prod.retire.0123456789',
    'acme-prod.repeat.t0abcd',
    'acme-prod.remind.0123456789.2',
    'acme-prod.x.1',
  ];

  it('is told by name and time; what fired meanwhile, or is not ours, is left out', async () => {
    const { watch, sent } = watchOf((name, input: { Name?: string }) => {
      if (name === 'ListSchedulesCommand')
        return { Schedules: [...NAMES, 'acme-prod.retire.gone'].map((Name) => ({ Name })) };
      if (input.Name === 'acme-prod.retire.gone') throw serviceError('ResourceNotFoundException');
      return { ScheduleExpression: 'at(2026-03-02T03:00:02)' };
    });
    const at = new Date('2026-03-02T03:00:02Z');
    expect(await watch.planned('acme-prod')).toEqual([
      { name: NAMES[0], what: 'retire', at },
      { name: NAMES[1], what: 'repeat', at },
      { name: NAMES[2], what: 'reminder', at },
    ]);
    expect(sent[0]).toEqual([
      'ListSchedulesCommand',
      { GroupName: 'csr-once', NamePrefix: 'acme-prod.', MaxResults: 100, NextToken: undefined },
    ]);
  });
});
