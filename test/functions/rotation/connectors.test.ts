import { describe, expect, it } from '@jest/globals';
import { distortOnce } from '../../support/distort-once.ts';
import { instead, timeout } from '../../support/faults.ts';
import { createWorld, documentText, FIRST_SECRET, REALM, type TestWorld, TIMING } from '../../support/world.ts';

const CANDIDATE = 'the-candidate-of-a-run-that-died';
const P = '55555555-5555-4555-8555-555555555555';
const DARK = /^connector .*ifs-2/;
const unreachable = () => {
  throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
};
const elapsed = async (world: TestWorld, act: () => Promise<unknown>) => {
  const begin = world.now().getTime();
  await act();
  return world.now().getTime() - begin;
};

/** What a run leaves that died after the IAM had taken its candidate: two connectors still hold the old secret. */
function died(): TestWorld {
  const world = createWorld({ overlap: false, connectors: 3 });
  world.put(P, documentText(CANDIDATE), 'AWSPENDING');
  world.changeClient({ secret: CANDIDATE, attributes: {} });
  world.advance(TIMING.leaseMs);
  return world;
}

const secrets = (world: TestWorld) => world.names.map((_name, index) => world.connectorSecret(index));

describe('a connector that can not be reached keeps no other from a secret that works', () => {
  it('when somebody has regenerated the secret: it is adopted, and pushed to all others', async () => {
    const world = createWorld({ overlap: false, connectors: 3 });
    world.iam.regenerateSecret(REALM, world.client().id);
    world.intercept(instead(DARK, unreachable));
    expect(await world.scheduled()).toMatchObject({
      outcome: 'stored-not-applied',
      previousWorks: false,
      failure: { code: 'connector-unavailable' },
    });
    const { secret } = world.client();
    expect(secrets(world)).toEqual([secret, FIRST_SECRET, secret]);
    world.intercept((_io, perform) => perform());
    world.advance(300_000);
    expect(await world.scheduled({ repeat: { attempt: 1, due: false } })).toMatchObject({ outcome: 'rotated' });
    expect(secrets(world)).toEqual([secret, secret, secret]);
  });

  it('when the secret has expired: it is made valid again', async () => {
    const world = createWorld({ connectors: 2 });
    const client = world.client();
    const attributes = { 'novacura.rotation': 'on', 'client.secret.expiration.time': '1000000000' };
    world.iam.realm(REALM).clients.set(client.id, { ...client, attributes });
    world.intercept(instead(DARK, unreachable));
    await world.scheduled();
    expect(await world.accepts(world.connectorSecret(0))).toBe(true);
  });

  it('when a backup was restored to another one', async () => {
    const world = createWorld({ connectors: 2 });
    world.enter('restored-from-a-backup', 0);
    world.intercept(instead(DARK, unreachable));
    const rotation = await world.scheduled();
    expect(rotation).toMatchObject({ outcome: 'interrupted', failure: { code: 'connector-unavailable' } });
    expect(rotation.repeatAt).not.toBeNull();
    expect(world.connectorSecret(0)).toBe(FIRST_SECRET);
  });

  it('when a run died in place, and the others hold the old secret: all go back to it', async () => {
    const world = died();
    world.intercept(instead(DARK, timeout));
    expect(await world.scheduled()).toMatchObject({ outcome: 'rolled-back' });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(secrets(world)).toEqual([FIRST_SECRET, FIRST_SECRET, FIRST_SECRET]);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('when a run died in place, and another one holds the candidate: all go forward', async () => {
    const world = died();
    world.enter(CANDIDATE, 0);
    world.intercept(instead(DARK, timeout));
    expect(await world.scheduled()).toMatchObject({ outcome: 'stored-not-applied', previousWorks: false });
    expect(secrets(world)).toEqual([CANDIDATE, FIRST_SECRET, CANDIDATE]);
    world.intercept((_io, perform) => perform());
    world.advance(300_000);
    expect(await world.scheduled({ repeat: { attempt: 1, due: false } })).toMatchObject({ outcome: 'rotated' });
    expect(secrets(world)).toEqual([CANDIDATE, CANDIDATE, CANDIDATE]);
  });

  it('nor does the repeat end while it is away: it may hold anything', async () => {
    const world = createWorld({ connectors: 2 });
    world.intercept(instead(DARK, unreachable));
    const rotation = await world.scheduled({ scheduledTime: new Date(0), repeat: { attempt: 3, due: false } });
    expect(rotation).toMatchObject({ outcome: 'refused', failure: { code: 'connector-unavailable' } });
    expect(rotation.repeatAt).not.toBeNull();
  });
});

describe('a connector that drops every packet', () => {
  /** Each request to it takes as long as it may, then fails. */
  function dark(world: TestWorld, from: RegExp): void {
    let is = false;
    world.intercept(async ({ name }, perform) => {
      is ||= from.test(name);
      if (!is || !name.startsWith('connector')) return await perform();
      world.advance(world.lastTimeoutMs());
      return timeout();
    });
  }

  it('costs one time-out before anything is begun', async () => {
    const world = createWorld();
    dark(world, /^connector/);
    expect(await elapsed(world, () => world.rotate())).toBeLessThan(TIMING.httpTimeoutMs + 1000);
  });

  it('costs a time-out and a short look when it is written, and the run goes on', async () => {
    const world = createWorld();
    dark(world, /^connector PATCH/);
    const ms = await elapsed(world, async () =>
      expect(await world.rotate()).toMatchObject({ outcome: 'stored-not-applied', previousWorks: true }),
    );
    expect(ms).toBeLessThan(1.5 * TIMING.httpTimeoutMs);
  });
});

describe('a connector that stores something else than it was given', () => {
  it('but what it had: it works, and the others go on', async () => {
    const world = createWorld({ connectors: 2 });
    world.intercept(instead(/^connector PATCH .*ifs-2/, () => new Response(null, { status: 204 })));
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'stored-not-applied', previousWorks: true });
    expect(secrets(world)).toEqual([world.current().clientSecret, FIRST_SECRET]);
  });

  it('gets the old secret back, where that works beside the new one', async () => {
    const world = createWorld({ connectors: 2 });
    distortOnce(world);
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: 'connector-mismatch' } });
    expect(secrets(world)).toEqual([FIRST_SECRET, FIRST_SECRET]);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });
});
