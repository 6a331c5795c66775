import { describe, expect, it } from '@jest/globals';
import { rotateSecret } from '../../../local/stand-ins/secrets-manager/rotation.ts';
import {
  CLIENT_ID,
  createWorld,
  FIRST_SECRET,
  IDLE_CLIENT_ID,
  REALM,
  SECRET_ID,
  type WorldOptions,
} from '../../support/world.ts';

/** A world whose secret is registered with its rotation function, at rest for longer than a lease. */
async function nativeWorld(options: WorldOptions = {}) {
  const world = createWorld({ ...options, settings: { native: true, ...options.settings } });
  await world.registerRotation();
  world.advance(3_600_000);
  return world;
}

describe("rotation by Secrets Manager's own four steps", () => {
  it('answers the try-out at registration well, and changes nothing', async () => {
    const world = createWorld({ settings: { native: true } });
    const before = world.secrets.versions(SECRET_ID);
    await world.registerRotation();
    expect(world.secrets.versions(SECRET_ID)).toEqual(before);
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it.each([
    [true, 'api'],
    [false, 'schedule'],
  ] as const)(
    'goes through RotateSecret, with the same guarantees (overlap: %s, trigger: %s)',
    async (overlap, trigger) => {
      const world = await nativeWorld({ overlap });
      const rotation = trigger === 'api' ? await world.rotate() : await world.scheduled();
      expect(rotation).toMatchObject({ outcome: 'rotated', trigger });
      await world.secrets.settled();
      const { clientSecret } = world.current();
      expect(clientSecret).not.toBe(FIRST_SECRET);
      expect(world.labelled('AWSCURRENT')?.id).toBe(rotation.rotationId);
      expect(world.labelled('AWSPENDING')).toBeUndefined();
      expect(world.client().secret).toBe(clientSecret);
      expect(world.connectorSecret()).toBe(clientSecret);
      expect(await world.accepts(FIRST_SECRET)).toBe(overlap);
      expect(world.planned.map(({ target }) => target)).toEqual(overlap ? ['retire'] : []);
    },
  );

  it('that leaves a connector behind plans the run that carries on', async () => {
    const world = await nativeWorld({
      settings: { strategy: 'alternating-clients', clientId: [CLIENT_ID, IDLE_CLIENT_ID] },
    });
    const id = '22222222-2222-4222-8222-222222222222';
    world.mark(id);
    world.intercept(async ({ name }, perform) =>
      name.startsWith('connector PATCH') ? new Response(null, { status: 503 }) : await perform(),
    );
    for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const) await world.step(step, id);
    expect(world.labelled('AWSCURRENT')?.id).toBe(id);
    expect(world.planned.map(({ target }) => target).sort()).toEqual(['retire', 'rotate']);
    world.intercept((_io, perform) => perform());
    world.advance(600_000);
    expect(await world.scheduled({ repeat: { attempt: 1, due: false } })).toMatchObject({ outcome: 'rotated' });
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });

  it('is not handed over while the strategy that is named can not be carried out', async () => {
    const world = await nativeWorld({ overlap: false, settings: { strategy: 'dual-secret' } });
    const before = world.secrets.versions(SECRET_ID);
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'overlap-unsupported' } });
    await world.secrets.settled();
    expect(world.secrets.versions(SECRET_ID)).toEqual(before);
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it('tells no time of a secret that was ended by adopting another one before', async () => {
    const settings = { strategy: 'alternating-clients', clientId: [CLIENT_ID, IDLE_CLIENT_ID], grace: 'P14D' };
    const world = await nativeWorld({ overlap: 'any-client', settings });
    world.iam.regenerateSecret(REALM, world.client().id);
    const adopted = world.client().secret;
    const rotation = await world.scheduled();
    await world.secrets.settled();
    expect(rotation).toMatchObject({ outcome: 'rotated', previousValidUntil: null });
    expect(await world.accepts(adopted ?? '')).toBe(true);
  });

  it('is not taken for given up by an answer from before RotateSecret', async () => {
    const world = await nativeWorld();
    const current = world.labelled('AWSCURRENT')?.id;
    let before: string | undefined;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (!/ListSecretVersionIds/.test(name)) return response;
      const text = await response.text();
      before ??= text;
      const isStale = before !== '' && world.labelled('AWSCURRENT')?.id !== current;
      const answer = isStale ? before : text;
      if (isStale) before = '';
      return new Response(answer, { headers: response.headers });
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
  });

  it('undoes in setSecret what fails there, and lets Secrets Manager know', async () => {
    const world = await nativeWorld({ overlap: false });
    world.intercept(({ name }, perform) =>
      name.startsWith('connector PATCH') ? Promise.resolve(new Response(null, { status: 500 })) : perform(),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: 'native-failed' } });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('refuses in createSecret while something has to be put right first, and a run puts it right', async () => {
    const world = await nativeWorld();
    world.changeClient({ secret: 'a-secret-that-somebody-typed-in', attributes: {} });
    rotateSecret(world.secrets.store, { SecretId: SECRET_ID, ClientRequestToken: 'by-console-'.padEnd(32, '0') });
    await world.secrets.settled();
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    world.advance(3_600_000);
    const rotation = await world.scheduled();
    expect(['repaired', 'rotated']).toContain(rotation.outcome);
    expect(world.connectorSecret()).toBe(world.client().secret);
    expect(world.current().clientSecret).toBe(world.client().secret);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it.each(['setSecret', 'finishSecret'] as const)('%s waits for createSecret, and says so', async (step) => {
    const world = await nativeWorld();
    const id = 'by-console-'.padEnd(32, '0');
    world.mark(id);
    await expect(world.step(step, id)).rejects.toMatchObject({ code: 'not-at-rest' });
    expect(world.labelled('AWSPENDING')).toEqual({ id, value: '' });
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it('setSecret gives C to a connector that was restored since createSecret, before it ends any secret', async () => {
    const world = await nativeWorld({ overlap: false });
    const id = 'by-console-'.padEnd(32, '0');
    world.mark(id);
    await world.step('createSecret', id);
    world.enter('restored-from-a-backup');
    const held: string[] = [];
    world.intercept(async ({ name }, perform) => {
      if (name.startsWith('iam PUT')) held.push(world.connectorSecret());
      return await perform();
    });
    await world.step('setSecret', id);
    expect(held).toEqual([FIRST_SECRET]);
    expect(await world.accepts(world.connectorSecret())).toBe(true);
  });

  it.each(['setSecret', 'finishSecret'] as const)('%s waits for a client that somebody has disabled', async (step) => {
    const world = await nativeWorld({ overlap: false });
    const id = 'by-console-'.padEnd(32, '0');
    world.mark(id);
    await world.step('createSecret', id);
    if (step === 'finishSecret') await world.step('setSecret', id);
    const { secret } = world.client();
    world.changeClient({ enabled: false });
    const begun = world.calls.length;
    await expect(world.step(step, id)).rejects.toMatchObject({ code: 'client-not-usable' });
    expect(world.calls.slice(begun).filter((name) => name.startsWith('iam PUT'))).toEqual([]);
    expect(world.client().secret).toBe(secret);
  });

  it('createSecret that comes once more, late, gives no connector the secret back that setSecret has replaced', async () => {
    const settings = { strategy: 'alternating-clients', clientId: [CLIENT_ID, IDLE_CLIENT_ID] };
    const world = await nativeWorld({ overlap: false, settings });
    const id = 'by-console-'.padEnd(32, '0');
    world.mark(id);
    await world.step('createSecret', id);
    await world.step('setSecret', id);
    const [secret, candidate] = [world.connectorSecret(), world.labelled('AWSPENDING')];
    expect(secret).not.toBe(FIRST_SECRET);
    const begun = world.calls.length;
    await world.step('createSecret', id);
    expect(world.calls.slice(begun).filter((name) => /PUT|PATCH|PutSecretValue|Update/.test(name))).toEqual([]);
    expect([world.connectorSecret(), world.labelled('AWSPENDING')]).toEqual([secret, candidate]);
  });

  it('createSecret that comes once more, at once, leaves the candidate of the first call', async () => {
    const world = await nativeWorld({ overlap: false });
    const id = 'by-console-'.padEnd(32, '0');
    world.mark(id);
    await world.step('createSecret', id);
    const candidate = world.labelled('AWSPENDING');
    await world.step('createSecret', id);
    expect(world.labelled('AWSPENDING')).toEqual(candidate);
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it('finishSecret asks the IAM once whether it accepts the candidate, which setSecret has proven', async () => {
    const world = await nativeWorld({ overlap: false });
    const id = 'by-console-'.padEnd(32, '0');
    world.mark(id);
    await world.step('createSecret', id);
    await world.step('setSecret', id);
    const begun = world.calls.length;
    await world.step('finishSecret', id);
    const calls = world.calls.slice(begun);
    expect(calls.filter((name) => /^iam GET .*clients$/.test(name))).toHaveLength(1);
    // The rotator's own token, one with the secret that is current, and one with the candidate.
    expect(calls.filter((name) => /token$/.test(name))).toHaveLength(3);
    expect(world.current().clientSecret).toBe(world.connectorSecret());
  });

  it.each([
    ['holds', { secret: 'a-secret-that-somebody-typed-in', attributes: {} }],
    ['accepts', { attributes: { 'client.secret.expiration.time': '1' } }],
  ])('finishSecret promotes nothing that the IAM no longer %s', async (_what, representation) => {
    const world = await nativeWorld({ overlap: true });
    const id = 'by-console-'.padEnd(32, '0');
    world.mark(id);
    await world.step('createSecret', id);
    await world.step('setSecret', id);
    world.changeClient(representation);
    await expect(world.step('finishSecret', id)).rejects.toThrow();
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
  });

  it('setSecret that fails leaves a candidate to whoever has set it anew while it was taken back', async () => {
    const world = await nativeWorld({ overlap: false, connectors: 2 });
    const id = 'by-console-'.padEnd(32, '0');
    world.mark(id);
    await world.step('createSecret', id);
    const pushes: string[] = [];
    let repeated = false;
    world.intercept(async ({ name }, perform) => {
      const isPush = name.startsWith('connector PATCH');
      if (isPush) pushes.push(name);
      if (isPush && pushes.length === 2) return new Response(null, { status: 404 });
      // The connector that was written has the current secret back: the undo looks at the client once more.
      if (pushes.length > 2 && !repeated && /^iam GET .*clients$/.test(name)) {
        repeated = true;
        await world.step('setSecret', id);
      }
      return await perform();
    });
    await expect(world.step('setSecret', id)).rejects.toThrow('Another call has set the candidate anew');
    expect(repeated).toBe(true);
    for (const step of ['testSecret', 'finishSecret'] as const) await world.step(step, id);
    const { clientSecret } = world.current();
    expect(clientSecret).not.toBe(FIRST_SECRET);
    expect([world.client().secret, world.connectorSecret(0), world.connectorSecret(1)]).toEqual(
      Array.from({ length: 3 }, () => clientSecret),
    );
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('can be repeated step by step', async () => {
    const world = await nativeWorld();
    rotateSecret(world.secrets.store, { SecretId: SECRET_ID, ClientRequestToken: 'by-console-'.padEnd(32, '0') });
    await world.secrets.settled();
    const secret = world.current().clientSecret;
    for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const) {
      await world.step(step, 'by-console-'.padEnd(32, '0'));
    }
    expect(world.current().clientSecret).toBe(secret);
    expect(secret).not.toBe(FIRST_SECRET);
  });
});
