import { describe, expect, it } from '@jest/globals';
import { CLIENT_ID, createWorld, FIRST_SECRET, IDLE_CLIENT_ID, REALM } from '../../../support/world.ts';

const ALTERNATING = { strategy: 'alternating-clients', clientId: [CLIENT_ID, IDLE_CLIENT_ID] };

const REGENERATES = {
  renewal: 'regenerate',
  adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
  auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
};

describe('alternating clients', () => {
  it('moves Client ID and secret together, and leaves the former client alone until retire', async () => {
    const world = createWorld({ overlap: false, settings: ALTERNATING });
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'alternating-clients' });
    const { clientId, clientSecret } = world.current();
    expect(clientId).toBe(IDLE_CLIENT_ID);
    expect(world.flow.sectionOf('ifs-1', 'runtime')).toMatchObject({ clientId, clientSecret });
    expect(await world.accepts(clientSecret, IDLE_CLIENT_ID)).toBe(true);
    expect(await world.accepts(FIRST_SECRET, CLIENT_ID)).toBe(true);
  });

  it('renews the former client away at retire, so that a leaked old secret dies', async () => {
    const world = createWorld({ overlap: false, settings: ALTERNATING });
    const first = world.labelled('AWSCURRENT')?.id ?? '';
    await world.rotate();
    world.advance(86_400_000);
    expect(await world.retire(first)).toMatchObject({ outcome: 'retired' });
    expect(await world.accepts(FIRST_SECRET, CLIENT_ID)).toBe(false);
    expect(await world.accepts(world.current().clientSecret, IDLE_CLIENT_ID)).toBe(true);
  });

  it('comes back to the first client with the next rotation', async () => {
    const world = createWorld({ overlap: false, settings: ALTERNATING });
    await world.rotate();
    world.advance(3_600_000);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(world.current().clientId).toBe(CLIENT_ID);
    expect(world.current().clientSecret).not.toBe(FIRST_SECRET);
  });
});

describe('two clients of which one can not be used', () => {
  it('the live one is repaired and pushed all the same', async () => {
    const world = createWorld({ overlap: false, settings: ALTERNATING });
    world.intercept(async ({ name }, perform) =>
      /^connector PATCH/.test(name) ? new Response(null, { status: 503 }) : await perform(),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'stored-not-applied' });
    world.changeClient({ enabled: false });
    world.intercept((_io, perform) => perform());
    world.advance(300_000);
    expect(await world.scheduled({ repeat: { attempt: 1, due: false } })).toMatchObject({ outcome: 'rotated' });
    expect(world.flow.sectionOf('ifs-1', 'runtime').clientId).toBe(IDLE_CLIENT_ID);
    world.advance(3_600_000);
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'client-not-usable' } });
  });

  it('nor when it is gone', async () => {
    const world = createWorld({ overlap: false, settings: ALTERNATING });
    world.enter('restored-from-a-backup');
    world.iam.realm(REALM).clients.delete(world.iam.findClient(REALM, IDLE_CLIENT_ID)?.id ?? '');
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'repaired', failure: { code: 'client-not-usable' } });
    expect(await world.accepts(world.connectorSecret())).toBe(true);
  });
});

it('a connector that got the other client is not given back one whose secret has expired', async () => {
  const world = createWorld({ overlap: true, settings: { ...ALTERNATING, iam: REGENERATES } });
  const client = world.client();
  const attributes = { 'novacura.rotation': 'on', 'client.secret.expiration.time': '1000000000' };
  world.iam.realm(REALM).clients.set(client.id, { ...client, attributes });
  let written = false;
  world.intercept(async ({ name }, perform) => {
    if (written && name.startsWith('connector GET')) return new Response(null, { status: 404 });
    const response = await perform();
    written ||= /^connector PATCH/.test(name);
    return response;
  });
  expect(await world.scheduled()).toMatchObject({ outcome: 'stored-not-applied' });
  const { clientId, clientSecret = '' } = world.flow.sectionOf('ifs-1', 'runtime');
  expect(clientId).toBe(IDLE_CLIENT_ID);
  expect(await world.accepts(clientSecret, IDLE_CLIENT_ID)).toBe(true);
});

describe('what is left of a previous secret that nobody asked to keep', () => {
  const iam = {
    renewal: 'regenerate',
    adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
    auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
  };
  const MARKED = { 'novacura.rotation': 'on', 'client.secret.expiration.time': '4000000000' };

  it.each([
    ['of one client, in place', { strategy: 'in-place', iam }],
    ['of the former of two clients', { ...ALTERNATING, iam }],
  ])("is ended by retire, also where the realm's policy keeps it (%s)", async (_what, settings) => {
    const world = createWorld({ overlap: true, settings });
    for (const client of world.iam.realm(REALM).clients.values())
      world.iam.updateClient(REALM, client.id, { attributes: MARKED });
    const old = world.current();
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy: settings.strategy });
    const retire = world.planned.find(({ target }) => target === 'retire');
    world.advance((retire?.at.getTime() ?? 0) - world.now().getTime());
    const { versionId } = (retire?.event ?? {}) as { versionId: string };
    expect(await world.retire(versionId)).toMatchObject({ outcome: 'retired' });
    expect(await world.accepts(old.clientSecret, old.clientId)).toBe(false);
    expect(await world.accepts(world.current().clientSecret, world.current().clientId)).toBe(true);
  });
});

describe('what the IAM can do is not decided by a read before the change', () => {
  it('an expiry that somebody else writes at the same moment makes no rotation in place', async () => {
    const world = createWorld();
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (/^iam PUT/.test(name))
        world.changeClient({ attributes: { 'client.secret.expiration.time': '4000000001', 'of-others': 'x' } });
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret' });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });
});

describe('renewal by the IAM', () => {
  const regenerating = (overlap: boolean) =>
    createWorld({
      overlap,
      settings: {
        iam: {
          renewal: 'regenerate',
          adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
          auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
        },
      },
    });

  it.each([
    [true, 'dual-secret'],
    [false, 'in-place'],
  ])('stores and pushes what the IAM made (overlap: %s)', async (overlap, strategy) => {
    const world = regenerating(overlap);
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy });
    expect(world.current().clientSecret).toBe(world.client().secret);
    expect(world.connectorSecret()).toBe(world.client().secret);
    expect(await world.accepts(FIRST_SECRET)).toBe(overlap);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('makes at most eight calls to Secrets Manager on the credential', async () => {
    const world = regenerating(false);
    await world.rotate();
    const access = 2;
    expect(world.calls.filter((name) => name.startsWith('secrets-manager')).length - access).toBeLessThanOrEqual(8);
  });

  it('proves the secret while it is stored, and gives it to no connector before both are done', async () => {
    const world = regenerating(false);
    const log: string[] = [];
    world.intercept(async ({ name }, perform) => {
      log.push(`sent ${name}`);
      // An answer takes its time, so that what goes on beside it shows.
      if (/PutSecretValue$/.test(name)) await new Promise((resolve) => setTimeout(resolve, 20));
      const response = await perform();
      log.push(`answered ${name}`);
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    const made = log.findIndex((line) => /^answered iam POST .*client-secret$/.test(line));
    const after = log.slice(made + 1);
    const at = (line: RegExp) => after.findIndex((one) => line.test(one));
    expect(at(/^sent iam GET/)).toBeLessThan(at(/^answered .*PutSecretValue$/));
    expect(at(/^sent connector PATCH/)).toBeGreaterThan(at(/^answered .*PutSecretValue$/));
    expect(at(/^sent connector PATCH/)).toBeGreaterThan(at(/^answered iam GET/));
    expect(at(/^sent connector PATCH/)).toBeGreaterThan(at(/^answered iam POST .*token$/));
  });

  it('that can not be stored is given to no connector, whatever the proof says', async () => {
    const world = regenerating(false);
    let made = false;
    world.intercept(async ({ name }, perform) => {
      if (made && /PutSecretValue$/.test(name))
        return Response.json({ __type: 'AccessDeniedException' }, { status: 400 });
      made ||= /client-secret$/.test(name);
      return await perform();
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'interrupted', failure: { code: 'store-forbidden' } });
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
    expect(world.calls.at(-1)).not.toMatch(/^iam/);
  });

  it('adopts what the IAM holds when its reply was lost, and never regenerates twice', async () => {
    const world = regenerating(false);
    let posts = 0;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (name.includes('POST') && name.endsWith('/client-secret') && ++posts) throw new Error('the reply is lost');
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(posts).toBe(1);
    expect(world.current().clientSecret).toBe(world.client().secret);
    expect(world.connectorSecret()).toBe(world.client().secret);
  });
});

describe('a rollback', () => {
  it('brings the previous document back as a rotation of its own', async () => {
    const world = createWorld();
    await world.rotate();
    world.advance(3_600_000);
    expect(await world.rotate({ rollback: true })).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret' });
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
    expect(world.client().secret).toBe(FIRST_SECRET);
  });
});
