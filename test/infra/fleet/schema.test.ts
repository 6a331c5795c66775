import { describe, expect, it } from '@jest/globals';
import { credentialSchema } from '../../../functions/credential/settings/credential.ts';
import { faultLines } from '../../../functions/credential/settings/fault-lines.ts';
import { fleetSchema } from '../../../infra/fleet/schema.ts';
import { customer, settingsWith } from '../../support/settings.ts';

/** Another realm than that of the customer's id. */
const ELSEWHERE = {
  accessTokenUrl: 'https://elsewhere.example.com/auth/realms/elsewhere/protocol/openid-connect/token',
  'iam.adminUrl': 'https://elsewhere.example.com/auth/admin/realms/elsewhere',
};
const NOW = new Date('2026-11-25T12:00:00Z');

function faults(credentials: unknown[], now = NOW): string[] {
  const result = fleetSchema({ prefix: 'csr', local: false, now }).safeParse({ credentials });
  return result.success ? [] : faultLines(result.error);
}

describe('the fleet', () => {
  it('tells every fault at once, each with its place', () => {
    const found = faults([
      customer('acme-prod', { grace: '1 day', 'schedule.expression': 'sundays' }),
      customer('other', { colour: 1 }),
      customer('acme-prod', { ...ELSEWHERE, 'schedule.timezone': 'Mars/X' }),
    ]);
    expect(found.map((line) => line.split(':')[0]).sort()).toEqual([
      'credentials[0].grace',
      'credentials[0].schedule.expression',
      'credentials[1].colour',
      'credentials[2].id',
      'credentials[2].schedule.timezone',
    ]);
  });

  it('refuses an id that another credential has', () => {
    expect(faults([customer('acme-prod'), customer('acme-prod', ELSEWHERE)])).toEqual([
      'credentials[1].id: is already the id of element 0',
    ]);
  });

  it('has the same Client ID in every environment, by the advice of the vendor', () => {
    expect(faults([customer('acme-prod'), customer('acme-test')])).toEqual([]);
  });

  it('holds a credential at least', () => {
    expect(faults([])).toEqual(['credentials: needs at least one credential']);
  });
});

describe('a schedule is judged when it is deployed, and never again', () => {
  const LAST = 'cron(0 3 ? DEC SUN 2026)'; // the last Sunday of December 2026 is the 27th
  const credential = settingsWith({ 'schedule.expression': LAST });

  it('may be deployed while it has a time to come', () => {
    expect(faults([credential], new Date('2026-12-27T02:59:00Z'))).toEqual([]);
    expect(faults([credential], new Date('2026-12-27T03:00:00Z'))).toEqual([
      expect.stringMatching(/^credentials\[0\]\.schedule\.expression: .*never fires/),
    ]);
  });

  it('is read after its last time: the run that is delivered then, and its retire, rely on it', () => {
    expect(credentialSchema({ prefix: 'csr', local: false }).safeParse(credential).success).toBe(true);
  });

  it.each([
    [{ 'schedule.expression': 'cron(0 3 * * SUN *)' }, 'expression: '],
    [{ 'schedule.timezone': 'Mars/X' }, "timezone: 'Mars/X' is not an IANA time zone; for example Europe/Stockholm"],
    [{ 'schedule.timezone': '+02:00' }, "timezone: '+02:00' is not an IANA time zone"],
  ])('%j is a fault', (change, line) => {
    expect(faults([settingsWith(change)])).toEqual([expect.stringContaining(`credentials[0].schedule.${line}`)]);
  });
});
