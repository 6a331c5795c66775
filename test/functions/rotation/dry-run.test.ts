import { describe, expect, it } from '@jest/globals';
import { dryRun } from '../../../functions/rotation/dry-run.ts';
import type { RotationRequest } from '../../../functions/rotation/run/context.ts';
import {
  CLIENT_ID,
  createWorld,
  documentText,
  FIRST_SECRET,
  IDLE_CLIENT_ID,
  type TestWorld,
  type WorldOptions,
} from '../../support/world.ts';

const HOUR_MS = 3_600_000;
const API: RotationRequest = { trigger: 'api' };

/** Whether a request changes, or plans, anything. */
function isWrite(name: string): boolean {
  return /Put|Update|PATCH|iam PUT|client-secret|RotateSecret|scheduler/.test(name);
}

/** What a dry run plans, and the writes that it has sent. */
async function planned(world: TestWorld, request: RotationRequest = API) {
  const before = world.calls.length;
  const plan = await dryRun(world.credential, request, world.deps());
  const sent = world.calls.slice(before);
  return {
    plan,
    writes: sent.filter((name) => /Put|Update|PATCH|iam PUT|client-secret|RotateSecret|scheduler/.test(name)),
  };
}

/** Each state as a world, and the kind of action that a real run then takes first. */
const STATES: readonly (readonly [string, string, WorldOptions, (world: TestWorld) => unknown])[] = [
  ['at-rest', 'begin', {}, () => undefined],
  ['at-rest', 'begin', { overlap: false }, () => undefined],
  ['at-rest', 'begin', { settings: { strategy: 'dual-secret' } }, () => undefined],
  ['at-rest', 'refuse', { settings: { freezes: [{ from: '2026-02-01', to: '2026-04-01', reason: 'x' }] } }, () => 0],
  ['first-run', 'store-first', { adopted: false }, () => undefined],
  ['changed-by-hand', 'adopt', {}, (world) => world.changeClient({ secret: 'by-hand' })],
  ['connector-differs', 'push-current', {}, (world) => world.enter('restored-from-a-backup')],
  [
    'candidate-unset',
    'resume',
    {},
    (world) => world.put('candidate'.padEnd(32, '0'), documentText('next'), 'AWSPENDING'),
  ],
  ['empty-pending', 'clear', {}, (world) => world.mark('empty'.padEnd(32, '0'))],
];

describe('a dry run', () => {
  it.each(STATES)(
    'names the state and the action: %s leads to %s (%j), and writes nothing',
    async (state, action, options, prepare) => {
      const world = createWorld(options);
      prepare(world);
      world.advance(HOUR_MS);
      const { plan, writes } = await planned(world);
      expect(plan).toMatchObject({ credential: 'acme-prod', state, action, reason: expect.stringMatching(/\w+ \w+/) });
      expect(writes).toEqual([]);
    },
  );

  it('tells what would fail meanwhile, and by which strategy', async () => {
    const pair = { clientId: [CLIENT_ID, IDLE_CLIENT_ID], strategy: 'alternating-clients' };
    for (const [settings, expected] of [
      [{ strategy: 'dual-secret' }, { strategy: 'dual-secret', outage: 'none', wouldProbe: true }],
      [{ strategy: 'in-place' }, { strategy: 'in-place', outage: 'until-pushed', wouldProbe: false }],
      [pair, { strategy: 'alternating-clients', outage: 'none', wouldProbe: false }],
      [{}, { strategy: 'dual-secret or in-place', outage: 'none-or-until-pushed', wouldProbe: false }],
    ] as const) {
      expect((await planned(createWorld({ settings }))).plan).toMatchObject(expected);
    }
  });

  it('tells of each connector its door, its proof and what it holds', async () => {
    const world = createWorld({ connectors: 2 });
    world.enter('something-else', 1);
    const { plan } = await planned(world);
    expect(plan.connectors).toEqual([
      { name: 'ifs-1', door: 'https', holds: 'current', proof: 'written' },
      { name: 'ifs-2', door: 'https', holds: 'something-else', proof: 'written' },
    ]);
    expect(JSON.stringify(plan)).not.toContain(FIRST_SECRET);
  });

  it('tells why nothing would be begun', async () => {
    const world = createWorld({ connectors: 2 });
    world.intercept(async ({ name }, perform) =>
      /^connector .*ifs-2/.test(name) ? new Response('', { status: 500 }) : await perform(),
    );
    const { plan } = await planned(world);
    expect(plan).toMatchObject({ action: 'refuse', wouldRefuse: { code: 'connector-unavailable' } });
    expect(plan.connectors[1]).toMatchObject({ holds: 'unknown', problem: { code: 'connector-unavailable' } });
  });

  it('of a run that is not due says so', async () => {
    const world = createWorld();
    const { plan } = await planned(world, { trigger: 'schedule', scheduledTime: new Date(0) });
    expect(plan).toMatchObject({ action: 'rest', outage: 'none', strategy: null });
  });

  it('is what the run then does first: its first write is that of the action', async () => {
    const firstWrites: Readonly<Record<string, RegExp | undefined>> = {
      begin: /^(iam PUT|secrets-manager PutSecretValue)/,
      'store-first': /^secrets-manager PutSecretValue/,
      adopt: /^secrets-manager PutSecretValue/,
      'push-current': /^connector PATCH/,
      resume: /^iam PUT/,
      clear: /^secrets-manager UpdateSecretVersionStage/,
      refuse: undefined,
      rest: undefined,
    };
    for (const [, , options, prepare] of STATES) {
      const world = createWorld(options);
      prepare(world);
      world.advance(HOUR_MS);
      const { plan } = await planned(world);
      const before = world.calls.length;
      await world.rotate().catch(() => undefined);
      const [first] = world.calls.slice(before).filter(isWrite);
      const expected = firstWrites[plan.action];
      expect(first).toEqual(expected === undefined ? undefined : expect.stringMatching(expected));
    }
  });
});
