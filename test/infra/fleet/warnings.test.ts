import { describe, expect, it } from '@jest/globals';
import { fleetSchema } from '../../../infra/fleet/schema.ts';
import { fleetWarnings } from '../../../infra/fleet/warnings.ts';
import { rotator, settingsWith } from '../../support/settings.ts';

const now = new Date('2026-11-25T12:00:00Z');

function warnings(change: Record<string, unknown>): string[] {
  const schema = fleetSchema({ prefix: 'csr', local: false, now });
  const { credentials } = schema.parse({ credentials: [settingsWith(change)] });
  return fleetWarnings(credentials, now).map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`);
}

/** A schedule of one expression, in a zone. */
const cron = (expression: string, timezone = 'UTC') => ({ schedule: { expression: `cron(${expression})`, timezone } });

describe('warnings', () => {
  it('there are none for settings as they should be', () => {
    expect(warnings({})).toEqual([]);
  });

  it.each<[Record<string, unknown>, RegExp[]]>([
    [{ clientId: 'NC_Flow_ClientCreden' }, []],
    [{ clientId: 'NC_Flow_ClientCredent' }, [/^clientId: .*20 characters/]],
    [{ clientId: 'Integration' }, [/^clientId: .*not recognisable/]],
    [{ 'schedule.expression': 'rate(1 day)' }, []],
    [{ 'schedule.expression': 'rate(1 day)', grace: 'PT25H' }, [/^grace: 'PT25H' .* interval of 1 days/]],
    [{ 'schedule.expression': 'rate(91 days)' }, [/^maxAge: 'P90D' .* interval of 91 days/]],
    [cron('0 * * * ? *'), [/^grace: 'PT24H' .* interval of 1 hours/]],
    [{ ...cron('0 3 ? * SUN,MON *'), grace: 'PT25H' }, [/^grace: 'PT25H' .* interval of 1 days/]],
    [{ ...cron('0 3 ? * SUN,MON *'), grace: 'PT24H' }, []],
    // Never more than 31 + 30 + 31 days, but once a year 31 + 31 + 30.
    [{ ...cron('0 3 1 1,4,7,10 ? *'), maxAge: 'P92D' }, []],
    [{ ...cron('0 3 1 1,4,7,10 ? *'), maxAge: 'P91D' }, [/^maxAge: 'P91D' .* interval of 92 days/]],
    [cron('0 3 1 1 ? *'), [/^maxAge: 'P90D' .* interval of 366 days/]],
    [cron('0 3 1 1 ? 2027'), []],
    [{ serviceUri: 'https://acme.example.com/main' }, [/^serviceUri: its path is not used/]],
    [{ serviceUri: 'https://acme.example.com/' }, []],
    [{ 'connectors.0.url': 'https://flow.example.com/c/' }, [/^connectors\.0\.url: ends with a slash/]],
  ])('%j', (change, expected) => {
    expect(warnings(change)).toEqual(expected.map((line) => expect.stringMatching(line)));
  });

  // Clocks go forward in Stockholm on 28 March 2027 at 02:00 and in New York on 14 March 2027 at 02:00, to 03:00.
  it.each([
    ['30 2 * * ? *', 'Europe/Stockholm', '2027-03-28 02:30'],
    ['0 2 ? * SUN *', 'Europe/Stockholm', '2027-03-28 02:00'],
    ['59 2 ? * SUN *', 'America/New_York', '2027-03-14 02:59'],
    ['0 3 ? * SUN *', 'Europe/Stockholm', undefined],
    ['59 1 * * ? *', 'Europe/Stockholm', undefined],
    ['30 2 1 * ? *', 'Europe/Stockholm', undefined],
    ['30 2 * * ? *', 'UTC', undefined],
    ['30 2 * * ? *', 'Asia/Kolkata', undefined],
  ])('tell that daylight saving skips a run: cron(%s) in %s', (expression, timezone, skipped) => {
    const found = warnings(cron(expression, timezone)).filter((line) => line.startsWith('schedule.expression: '));
    expect(found).toEqual(skipped ? [expect.stringContaining(`daylight saving in ${timezone} skips ${skipped}`)] : []);
  });

  it('does not tell it of runs a few hours apart, of which one is missed', () => {
    expect(warnings({ ...cron('30 2/6 * * ? *', 'Europe/Stockholm'), grace: 'PT0S' })).toEqual([]);
  });
});

describe("warnings about the rotator's own secret", () => {
  const REFUSED =
    /^strategy: where the IAM cannot overlap, whoever signs in with csr-access\/shared\/acme-iam is refused/;

  it.each<[Record<string, unknown>, RegExp[]]>([
    [{}, [REFUSED]],
    [{ strategy: 'in-place' }, [REFUSED]],
    [{ strategy: 'dual-secret' }, []],
    // It is not Flow's client, and IFS has no say in its name.
    [
      {
        strategy: 'dual-secret',
        clientId: 'some-client-of-the-rotator',
        'iam.auth.clientId': 'some-client-of-the-rotator',
      },
      [],
    ],
  ])('%j', (change, expected) => {
    const schema = fleetSchema({ prefix: 'csr', local: false, now });
    const { credentials } = schema.parse({ credentials: [rotator(change)] });
    const found = fleetWarnings(credentials, now).map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`);
    expect(found).toEqual(expected.map((line) => expect.stringMatching(line)));
  });
});
