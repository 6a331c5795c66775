import { describe, expect, it } from '@jest/globals';
import { faultLines } from '../../../functions/credential/settings/fault-lines.ts';
import { fleetSchema } from '../../../infra/fleet/schema.ts';
import { fleetWarnings } from '../../../infra/fleet/warnings.ts';
import { CONNECTOR, settingsWith } from '../../support/settings.ts';

const now = new Date('2026-11-25T12:00:00Z');
const schema = fleetSchema({ prefix: 'csr', local: false, now });

const MANUAL = { name: 'IFS Test', via: 'manual' };
const BOTH = { connectors: [CONNECTOR, MANUAL] };
const TWO_CLIENTS = { strategy: 'alternating-clients', clientId: ['NC_Flow_A', 'NC_Flow_B'] };

function faults(change: Record<string, unknown>): string[] {
  const result = schema.safeParse({ credentials: [settingsWith(change)] });
  return result.success ? [] : faultLines(result.error).map((line) => line.replace('credentials[0].', ''));
}

function warnings(change: Record<string, unknown>): string[] {
  const { credentials } = schema.parse({ credentials: [settingsWith(change)] });
  return fleetWarnings(credentials, now).map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`);
}

describe('rotation in place into a manual connector', () => {
  const CUT_OFF =
    'strategy: unattended in-place rotation into a manual connector cuts it off until somebody comes: set schedule.state to DISABLED and rotate on demand with attended: true, or use an overlap';

  it.each([
    ['by default', {}],
    ['when it is said', { 'schedule.state': 'ENABLED' }],
  ])('is refused where a schedule would do it: %s', (_what, change) => {
    expect(faults({ strategy: 'in-place', ...BOTH, ...change })).toEqual([CUT_OFF]);
  });

  it('is taken where somebody has to ask for it', () => {
    expect(faults({ strategy: 'in-place', ...BOTH, 'schedule.state': 'DISABLED' })).toEqual([]);
  });

  it.each([{ strategy: 'dual-secret' }, { strategy: 'auto' }, TWO_CLIENTS])('is none with %j', (change) => {
    expect(faults({ ...BOTH, ...change })).toEqual([]);
  });

  it('is no matter where the connector is read', () => {
    expect(faults({ strategy: 'in-place' })).toEqual([]);
  });

  it('is told beside other faults', () => {
    const found = faults({ strategy: 'in-place', ...BOTH, grace: '1 day', 'schedule.state': 'SOMETIMES' });
    expect(found.map((line) => line.split(':')[0]).sort()).toEqual(['grace', 'schedule.state', 'strategy']);
  });
});

describe('the name of a manual connector', () => {
  it.each(['IFS/Test', 'IFS?', 'IFS #1', '100 %', 'a\\b', '.', '..'])('is not %j: a path can not hold it', (name) => {
    expect(faults({ connectors: [{ ...MANUAL, name }] })).toEqual([
      'connectors[0].name: must not have / ? # % or \\ in it: the name of a manual connector stands in the path of its acknowledgement',
    ]);
  });

  it.each(['IFS Produktion "Ä" (2)', '...', "Eve's + Bob's; a=b&c", '日本'])('may be %j', (name) => {
    expect(faults({ connectors: [{ ...MANUAL, name }] })).toEqual([]);
  });

  it('has its rule of its own: another connector is called by no path', () => {
    expect(faults({ 'connectors.0.name': 'IFS/Production #1' })).toEqual([]);
  });
});

describe('warnings about people', () => {
  const REFUSED = /^connectors\.1\.via: scheduled rotations are refused where the IAM cannot overlap/;
  const AT_ONCE = /^iam\.type: refreshing the secret ends the old one at once/;

  it.each<[Record<string, unknown>, RegExp[]]>([
    [BOTH, [REFUSED]],
    [{ ...BOTH, strategy: 'dual-secret' }, []],
    [{ ...BOTH, ...TWO_CLIENTS }, []],
    [{ iam: { type: 'manual' } }, [AT_ONCE]],
    [{ iam: { type: 'manual' }, ...BOTH }, [AT_ONCE]],
    [{ iam: { type: 'manual' }, ...TWO_CLIENTS }, []],
    [{ iam: { type: 'manual' }, ...TWO_CLIENTS, ...BOTH }, []],
  ])('%j', (change, expected) => {
    expect(warnings(change)).toEqual(expected.map((line) => expect.stringMatching(line)));
  });
});
