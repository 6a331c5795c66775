import { describe, expect, it } from '@jest/globals';
import { RotationError } from '../../../functions/credential/errors.ts';
import { FleetRequest } from '../../../functions/credential/events/fleet-rotation.ts';
import type { Credential } from '../../../functions/credential/settings/credential.ts';
import { select } from '../../../functions/many/select.ts';
import type { FleetItem } from '../../../functions/ports/many/records.ts';
import { createWorld } from '../../support/world.ts';

const NOW = new Date('2026-12-24T12:00:00Z');
const FREEZE = { from: '2026-12-20', to: '2027-01-04', reason: 'year end' };

type Settings = Partial<Credential> | (() => Credential);

/** Chooses among credentials whose settings differ from the usual ones. */
async function choose(request: object, fleet: Readonly<Record<string, Settings>>) {
  const files: Record<string, unknown> = {};
  const slept: number[] = [];
  let noted: readonly FleetItem[] = [];
  let drawn = 0;
  const origin = { executionId: 'one', request: FleetRequest.parse(request), requestedBy: 'anna', requestedAt: NOW };
  const selected = await select('one', {
    ids: async function* () {
      yield* Object.keys(fleet);
    },
    settings: async (id) => {
      const change = fleet[id] ?? {};
      return typeof change === 'function' ? change() : { ...createWorld().credential, id, ...change };
    },
    records: {
      read: async () => ({ head: origin, items: [] }),
      chosen: async (_id, _waves, items) => {
        noted = items;
      },
    },
    files: {
      write: async (name, content) => {
        files[name] = content;
        return name;
      },
    },
    newRequestId: () => `request-${++drawn}`,
    now: () => NOW,
    sleep: async (ms) => void slept.push(ms),
  });
  return { selected, files, noted, slept };
}

describe('choosing', () => {
  it('writes one list a wave, with the ids of three tries each', async () => {
    const fleet = { 'acme-test': { tags: { env: 'test' } }, 'acme-prod': {} };
    const asked = { select: { all: true }, waves: [{ tags: { env: 'test' } }], tolerated: { count: 1 } };
    const { selected, files } = await choose({ ...asked, reason: 'leak', revokePrevious: true }, fleet);

    expect(selected).toEqual({
      waves: [
        { list: 'one/wave-0.json', tolerated: 1 },
        { list: 'one/wave-1.json', tolerated: 1 },
      ],
      maxConcurrency: 20,
      event: { trigger: 'api', requestedBy: 'anna', reason: 'leak', revokePrevious: true },
    });
    expect(files).toEqual({
      'one/wave-0.json': [
        { id: 'acme-test', record: 'item#00#acme-test', requestIds: ['request-1', 'request-2', 'request-3'] },
      ],
      'one/wave-1.json': [
        { id: 'acme-prod', record: 'item#01#acme-prod', requestIds: ['request-4', 'request-5', 'request-6'] },
      ],
    });
  });

  it('notes of whom the settings say beforehand that nothing would be begun', async () => {
    const unreadable = () => {
      throw new RotationError('settings-invalid', 'credential.id: missing');
    };
    const fleet = {
      'a-frozen': { freezes: [FREEZE] },
      'b-manual': { iam: { type: 'manual', within: 'P7D' } } as Partial<Credential>,
      'c-unreadable': unreadable,
      'd-fine': {},
    };
    const { noted } = await choose({ select: { all: true } }, fleet);
    const forced = await choose({ select: { all: true }, force: true, reason: 'leak' }, fleet);

    const codes = (items: readonly FleetItem[]) => items.map(({ expected }) => expected?.code);
    expect(codes(noted)).toEqual(['frozen', 'awaiting-person', 'settings-invalid', undefined]);
    expect(codes(forced.noted)).toEqual([undefined, 'awaiting-person', 'settings-invalid', undefined]);
  });

  it('of a dry run goes no further: there is no wave to rotate, and no list', async () => {
    const { selected, files, noted } = await choose({ select: { all: true }, dryRun: true }, { 'acme-prod': {} });

    expect([selected.waves, files, noted.length]).toEqual([[], {}, 1]);
  });

  it('waits while schedules are throttled, and gives up only then', async () => {
    let calls = 0;
    const busy = (times: number) => () => {
      if (++calls > times) return createWorld().credential;
      throw new RotationError('schedule-throttled', 'busy');
    };

    expect((await choose({ select: { all: true } }, { 'acme-prod': busy(2) })).slept).toEqual([500, 1000]);
    await expect(choose({ select: { all: true } }, { 'acme-prod': busy(99) })).rejects.toMatchObject({
      code: 'schedule-throttled',
    });
  });
});
