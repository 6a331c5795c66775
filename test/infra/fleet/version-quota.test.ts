import { describe, expect, it } from '@jest/globals';
import { faultLines } from '../../../functions/credential/settings/fault-lines.ts';
import { fleetSchema } from '../../../infra/fleet/schema.ts';
import { settingsWith } from '../../support/settings.ts';

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
    ['rate(42 minutes)', { strategy: 'auto' }],
    ['rate(21 minutes)', { strategy: 'in-place' }],
    ['rate(42 minutes)', { strategy: 'in-place', 'iam.renewal': 'regenerate' }],
    ['rate(63 minutes)', { 'iam.renewal': 'regenerate' }],
    ['cron(0/30 8-20 * * ? *)', {}],
    ['cron(0/5 8-9 ? * MON-FRI *)', {}],
  ])('may be %s with %j', (expression, change) => {
    expect(faults({ ...change, 'schedule.expression': expression })).toEqual([]);
  });

  it.each([
    ['rate(1 minute)', {}, 2, 42],
    ['rate(41 minutes)', { strategy: 'auto' }, 2, 42],
    ['rate(41 minutes)', { strategy: 'dual-secret' }, 2, 42],
    ['rate(41 minutes)', { strategy: 'alternating-clients', clientId: ['NC_Flow_A', 'NC_Flow_B'] }, 2, 42],
    ['rate(20 minutes)', { strategy: 'in-place' }, 1, 21],
    ['rate(41 minutes)', { strategy: 'in-place', 'iam.renewal': 'regenerate' }, 2, 42],
    ['rate(62 minutes)', { 'iam.renewal': 'regenerate' }, 3, 63],
    ['cron(* * * * ? *)', {}, 2, 42],
    ['cron(0/20 * * * ? *)', {}, 2, 42],
    // 36 runs on one day of the week are too many although the others have none.
    ['cron(0/5 8-10 ? * MON *)', {}, 2, 42],
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
