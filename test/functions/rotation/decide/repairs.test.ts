import { describe, expect, it } from '@jest/globals';
import { beforeRequest, instead } from '../../../support/faults.ts';
import { createWorld, FIRST_SECRET, REALM, SECRET_ID, type TestWorld, TIMING } from '../../../support/world.ts';

const NOT_DUE = { scheduledTime: new Date('2026-01-01T00:00:00Z') };
const BY_HAND = 'a-person-chose-this';
const PATCH = /^connector PATCH/;

function changedByHand(options: Parameters<typeof createWorld>[0] = {}): TestWorld {
  const world = createWorld(options);
  world.changeClient({ secret: BY_HAND, attributes: {} });
  return world;
}

it('what was put right is told; and where another run has begun meanwhile, it is looked at again', async () => {
  const world = createWorld();
  world.enter('restored-from-a-backup');
  world.intercept(beforeRequest(PATCH, () => world.mark('66666666-6666-4666-8666-666666666666')));
  const repaired = await world.scheduled(NOT_DUE);
  expect(repaired).toMatchObject({ outcome: 'repaired', failure: { code: 'rotation-in-progress' } });
  expect(repaired.repeatAt).not.toBeNull();
  expect(world.connectorSecret()).toBe(FIRST_SECRET);
});

describe('a secret that was changed by hand (state 7)', () => {
  it.each([true, false])('is adopted, pushed, and renewed in the same run (overlap: %s)', async (overlap) => {
    const world = changedByHand({ overlap });
    const pushed: string[] = [];
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (PATCH.test(name)) pushed.push(world.connectorSecret());
      return response;
    });
    expect(await world.scheduled(NOT_DUE)).toMatchObject({ outcome: 'repaired' });
    const { clientSecret } = world.current();
    expect(pushed).toEqual([BY_HAND, clientSecret]);
    expect([BY_HAND, FIRST_SECRET]).not.toContain(clientSecret);
  });

  it('is looked at once more: labels that moved meanwhile are another story', async () => {
    const world = changedByHand();
    const id = '66666666-6666-4666-8666-666666666666';
    let lists = 0;
    world.intercept(async ({ name }, perform) => {
      if (name.endsWith('ListSecretVersionIds') && ++lists === 2) world.mark(id);
      return await perform();
    });
    await expect(world.scheduled(NOT_DUE)).rejects.toMatchObject({ code: 'rotation-in-progress' });
    expect(world.client().secret).toBe(BY_HAND);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
  });

  it('is not adopted within a lease of the last change: a run that is alive may have made it', async () => {
    const world = createWorld();
    await world.rotate();
    world.changeClient({ secret: BY_HAND, attributes: {} });
    await expect(world.scheduled(NOT_DUE)).rejects.toMatchObject({ code: 'too-soon' });
    expect(world.client().secret).toBe(BY_HAND);
    world.advance(TIMING.leaseMs);
    expect(await world.scheduled(NOT_DUE)).toMatchObject({ outcome: 'repaired' });
  });

  it('is stored although a connector is down, and C is what the connector gets as soon as it is up', async () => {
    const world = changedByHand();
    world.intercept(instead(PATCH, () => new Response(null, { status: 503 })));
    expect(await world.scheduled(NOT_DUE)).toMatchObject({ outcome: 'stored-not-applied', previousWorks: false });
    expect(world.current().clientSecret).toBe(BY_HAND);
    world.intercept((_io, perform) => perform());
    world.advance(TIMING.leaseMs);
    await world.scheduled(NOT_DUE).catch(() => undefined);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    expect(world.client().secret).toBe(world.current().clientSecret);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('comes to rest when it is changed a second time meanwhile', async () => {
    const world = changedByHand();
    world.intercept(beforeRequest(PATCH, () => world.changeClient({ secret: 'a-second-time', attributes: {} })));
    await world.scheduled(NOT_DUE).catch(() => undefined);
    world.advance(TIMING.leaseMs);
    await world.scheduled(NOT_DUE).catch(() => undefined);
    world.advance(TIMING.leaseMs);
    await world.scheduled(NOT_DUE);
    expect(world.client().secret).toBe(world.current().clientSecret);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });
});

describe('a secret that the IAM holds but refuses (state 8)', () => {
  it('is refused in its own words when no expiry explains it: no rotation cures that', async () => {
    const world = createWorld();
    world.intercept(async ({ name }, perform) => {
      if (!/\/token$/.test(name) || world.calls.filter((one) => one === name).length < 2) return await perform();
      return Response.json(
        { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' },
        { status: 401 },
      );
    });
    const { outcome, failure } = await world.rotate();
    expect(outcome).toBe('refused');
    expect(failure).toMatchObject({ code: 'token-refused', detail: expect.stringContaining('unauthorized_client') });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(world.secrets.versions(SECRET_ID)).toHaveLength(1);
  });

  it('keeps a previous secret that was alive beside it', async () => {
    const world = createWorld();
    await world.rotate();
    const second = world.current().clientSecret;
    const id = world.client().id;
    const client = world.iam.realm(REALM).clients.get(id);
    const seconds = Math.floor(world.now().getTime() / 1000);
    if (client) client.attributes['client.secret.expiration.time'] = String(seconds + 10);
    world.advance(TIMING.leaseMs + 20_000);
    expect(await world.accepts(second)).toBe(false);
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(await world.scheduled(NOT_DUE)).toMatchObject({ outcome: 'repaired' });
    expect(await world.accepts(second)).toBe(true);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(world.current().clientSecret).toBe(second);
  });
});

describe('a connector that holds something else (state 9)', () => {
  it.each([{}, { freezes: [{ from: '2026-01-01', to: '2026-12-31', reason: 'year end' }] }])(
    'is given C, and one that can not be read is left for later, and named (%j)',
    async (settings) => {
      const world = createWorld({ connectors: 2, settings });
      world.enter('restored', 0);
      world.intercept(instead(/^connector GET .*ifs-2/, () => new Response(null, { status: 503 })));
      const rotation = await world.scheduled(settings.freezes ? {} : NOT_DUE);
      expect(rotation).toMatchObject({
        outcome: 'interrupted',
        nothingChanged: false,
        failure: { code: 'connector-unavailable' },
      });
      expect(world.connectorSecret(0)).toBe(FIRST_SECRET);
      world.intercept((_io, perform) => perform());
      world.advance(Date.parse(rotation.repeatAt ?? '') - world.now().getTime());
      expect(await world.scheduled({ repeat: { attempt: 1, due: false } })).toMatchObject({ outcome: 'unchanged' });
    },
  );

  it('that can not be given C refuses the run: renewing would end what it uses', async () => {
    const world = createWorld();
    world.enter('restored');
    world.intercept(instead(PATCH, () => new Response(null, { status: 404 })));
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'connector-behind' } });
    expect(world.client().secret).toBe(FIRST_SECRET);
  });
});
