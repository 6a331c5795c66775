import { describe, expect, it } from '@jest/globals';
import { faultLines } from '../../functions/credential/settings/fault-lines.ts';
import { fleetSchema } from '../../infra/fleet-schema.ts';
import { settingsWith } from '../support/settings.ts';

const now = new Date('2026-11-25T12:00:00Z');

function faults(change: Record<string, unknown>, local = false): string[] {
  const credentials = [settingsWith({ grace: 'PT0S', ...change })];
  const result = fleetSchema({ prefix: 'csr', local, now }).safeParse({ credentials });
  return result.success ? [] : faultLines(result.error);
}

const tooOften = (versions: number, minutes: number) =>
  new RegExp(
    `^credentials\\[0\\]\\.schedule\\.expression: .* too often: .* puts up to ${versions}; at most once in ${minutes} minutes$`,
  );

describe('a schedule', () => {
  it.each([
    ['rate(30 minutes)', { strategy: 'auto' }],
    ['rate(15 minutes)', { strategy: 'in-place' }],
    ['rate(30 minutes)', { strategy: 'in-place', 'iam.renewal': 'regenerate' }],
    ['rate(45 minutes)', { 'iam.renewal': 'regenerate' }],
    ['cron(0/30 * * * ? *)', {}],
    ['cron(0/5 8-9 ? * MON-FRI *)', {}],
  ])('may be %s with %j', (expression, change) => {
    expect(faults({ ...change, 'schedule.expression': expression })).toEqual([]);
  });

  it.each([
    ['rate(1 minute)', {}, 2, 30],
    ['rate(29 minutes)', { strategy: 'auto' }, 2, 30],
    ['rate(29 minutes)', { strategy: 'dual-secret' }, 2, 30],
    ['rate(29 minutes)', { strategy: 'alternating-clients', clientId: ['NC_Flow_A', 'NC_Flow_B'] }, 2, 30],
    ['rate(14 minutes)', { strategy: 'in-place' }, 1, 15],
    ['rate(29 minutes)', { strategy: 'in-place', 'iam.renewal': 'regenerate' }, 2, 30],
    ['rate(44 minutes)', { 'iam.renewal': 'regenerate' }, 3, 45],
    ['cron(* * * * ? *)', {}, 2, 30],
    ['cron(0/20 * * * ? *)', {}, 2, 30],
    // 49 runs on one day of the week are too many although the others have none.
    ['cron(0/5 8-11,22 ? * MON *)', {}, 2, 30],
  ])(
    'is refused more often than Secrets Manager keeps versions for it: %s with %j',
    (expression, change, versions, minutes) => {
      expect(faults({ ...change, 'schedule.expression': expression })).toEqual([
        expect.stringMatching(tooOften(versions, minutes)),
      ]);
    },
  );

  it('may be as short as one likes on an emulator, which keeps no such quota', () => {
    expect(faults({ 'schedule.expression': 'rate(1 minute)' }, true)).toEqual([]);
  });
});
