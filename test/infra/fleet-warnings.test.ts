import { describe, expect, it } from '@jest/globals';
import { fleetSchema } from '../../infra/fleet-schema.ts';
import { fleetWarnings } from '../../infra/fleet-warnings.ts';
import { settingsWith } from '../support/settings.ts';

function warnings(change: Record<string, unknown>): string[] {
  return fleetWarnings(fleetSchema({ prefix: 'csr', local: false }).parse({ credentials: [settingsWith(change)] }));
}

describe('warnings', () => {
  it('there are none for settings as they should be', () => {
    expect(warnings({})).toEqual([]);
  });

  it.each([
    [{ clientId: 'NC_Flow_ClientCreden' }, []],
    [{ clientId: 'NC_Flow_ClientCredent' }, [/^credentials\[0\]\.clientId: .*20 characters/]],
    [{ clientId: 'Integration' }, [/^credentials\[0\]\.clientId: .*not recognisable/]],
    [{ 'schedule.expression': 'rate(1 day)' }, []],
    [{ 'schedule.expression': 'rate(1 day)', grace: 'PT25H' }, [/^credentials\[0\]\.grace: /]],
    [{ 'schedule.expression': 'rate(91 days)' }, [/^credentials\[0\]\.maxAge: /]],
  ])('%j', (change, expected) => {
    expect(warnings(change)).toEqual(expected.map((line) => expect.stringMatching(line)));
  });
});
