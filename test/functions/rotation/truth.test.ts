import { describe, expect, it } from '@jest/globals';
import { instead, timeout } from '../../support/faults.ts';
import { CLIENT_ID, createWorld, FIRST_SECRET, IDLE_CLIENT_ID, REALM, type TestWorld } from '../../support/world.ts';

const PATCH = /^connector PATCH/;
const HOUR_MS = 3_600_000;
const refuse = () => new Response(null, { status: 403 });
const down = () => new Response(null, { status: 503 });
const ALTERNATING = { strategy: 'alternating-clients', clientId: [CLIENT_ID, IDLE_CLIENT_ID] };
const REGENERATE = {
  renewal: 'regenerate',
  adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
  auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
};

/** From the first write to a connector on, it is carried out, but nothing that the connector answers arrives. */
function loseTheConnector(world: TestWorld): void {
  let lost = false;
  world.intercept(async ({ name }, perform) => {
    if (PATCH.test(name)) {
      lost = true;
      await perform();
    }
    return lost && name.startsWith('connector') ? timeout() : await perform();
  });
}

describe('a report says what was changed', () => {
  it('by a first run that stored the document, and could not give it to a connector', async () => {
    const world = createWorld({ adopted: false });
    world.enter('an-older-secret');
    world.intercept(instead(PATCH, refuse));
    expect(await world.rotate()).toMatchObject({
      outcome: 'interrupted',
      nothingChanged: false,
      failure: { code: 'connector-behind' },
    });
    expect(world.labelled('AWSCURRENT')).toBeDefined();
  });

  it('by a run that adopted a secret, and then met a connector that refuses it', async () => {
    const world = createWorld({ overlap: false });
    world.iam.regenerateSecret(REALM, world.client().id);
    let promoted = false;
    world.intercept(async ({ name }, perform) => {
      if (promoted && PATCH.test(name)) return refuse();
      const response = await perform();
      if (!promoted && /UpdateSecretVersionStage/.test(name)) {
        promoted = true;
        world.enter(FIRST_SECRET);
      }
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'interrupted', nothingChanged: false });
  });

  it('is not known after a write to a connector whose answer was lost', async () => {
    const world = createWorld();
    await world.rotate();
    world.advance(HOUR_MS);
    world.enter(FIRST_SECRET);
    loseTheConnector(world);
    expect(await world.rotate()).toMatchObject({ outcome: 'interrupted', nothingChanged: null });
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });

  it('also where a run is told that it comes too early, after it put something right', async () => {
    const world = createWorld({ settings: { native: true } });
    await world.registerRotation();
    world.advance(HOUR_MS);
    world.enter('restored-from-a-backup');
    const earlier = { __type: 'InvalidRequestException', message: "A previous rotation isn't complete." };
    const headers = { 'content-type': 'application/x-amz-json-1.1' };
    world.intercept(instead(/RotateSecret/, () => new Response(JSON.stringify(earlier), { status: 400, headers })));
    await expect(world.rotate()).rejects.toMatchObject({ code: 'rotation-in-progress', changed: true });
  });

  it('is refused only where nothing is under way: with AWSPENDING on a version it is interrupted', async () => {
    const world = createWorld({ overlap: false });
    let dead = false;
    world.intercept(async ({ name }, perform) => {
      if (dead) return await new Promise(() => undefined);
      const response = await perform();
      dead = /^iam PUT/.test(name);
      return dead ? await new Promise(() => undefined) : response;
    });
    void world.rotate();
    while (!dead) await new Promise((resolve) => setImmediate(resolve));
    world.intercept(instead(/^iam/, down));
    world.advance(HOUR_MS);
    expect(await world.rotate()).toMatchObject({
      outcome: 'interrupted',
      nothingChanged: true,
      failure: { code: 'iam-unavailable' },
    });
  });
});

describe('a report says whether the previous secret works', () => {
  it('no: somebody regenerated it in an IAM that keeps none', async () => {
    const world = createWorld({ overlap: false, settings: ALTERNATING });
    world.iam.regenerateSecret(REALM, world.client().id);
    world.intercept(instead(PATCH, down));
    expect(await world.scheduled()).toMatchObject({
      outcome: 'stored-not-applied',
      previousWorks: false,
      previousValidUntil: null,
    });
    expect(await world.accepts(world.connectorSecret())).toBe(false);
  });

  it('no, where the IAM keeps none: a token may come from a node that has not heard of the change', async () => {
    const world = createWorld({ overlap: false, settings: { iam: REGENERATE } });
    let granted: string | undefined;
    world.intercept(async ({ name, sent }, perform) => {
      if (PATCH.test(name)) return refuse();
      if (!/token$/.test(name) || !sent.includes(FIRST_SECRET)) return await perform();
      granted ??= await (await perform()).text();
      return new Response(granted, { headers: { 'content-type': 'application/json' } });
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'stored-not-applied', previousWorks: false });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    world.advance(300_000);
    const again = await world.scheduled({ repeat: { attempt: 1, due: false } });
    expect(again).toMatchObject({ outcome: 'stored-not-applied', previousWorks: false });
  });

  it('yes, of an expired one that was given its life back: a connector that is behind may go on with it', async () => {
    const world = createWorld({ connectors: 2 });
    const soon = String(world.now().getTime() / 1000 + 1800);
    world.changeClient({ attributes: { 'novacura.rotation': 'on', 'client.secret.expiration.time': soon } });
    world.advance(HOUR_MS);
    world.intercept(instead(/^connector GET .*ifs-2/, down));
    const repaired = await world.scheduled();
    expect(repaired).toMatchObject({ outcome: 'stored-not-applied', previousWorks: true });
    world.advance(300_000);
    const again = await world.scheduled({ repeat: { attempt: 1, due: false } });
    expect(again).toMatchObject({ outcome: 'stored-not-applied', previousWorks: true });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('yes, of one that is the current one too: it was proven, whatever a node says that has not heard of it', async () => {
    const world = createWorld({ connectors: 2 });
    const soon = String(world.now().getTime() / 1000 + 1800);
    world.changeClient({ attributes: { 'novacura.rotation': 'on', 'client.secret.expiration.time': soon } });
    world.advance(HOUR_MS);
    let promoted = false;
    const refusal = { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' };
    world.intercept(async ({ name, sent }, perform) => {
      if (/^connector GET .*ifs-2/.test(name)) return down();
      promoted ||= /UpdateSecretVersionStage/.test(name);
      const lags = promoted && /token$/.test(name) && sent.includes(FIRST_SECRET);
      return lags ? Response.json(refusal, { status: 401 }) : await perform();
    });
    expect(await world.scheduled()).toMatchObject({ outcome: 'stored-not-applied', previousWorks: true });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('and not that the former of two clients works when its secret has expired, also when another run finishes', async () => {
    const world = createWorld({ settings: { ...ALTERNATING, iam: REGENERATE } });
    const soon = String(world.now().getTime() / 1000 + 1800);
    world.changeClient({ attributes: { 'novacura.rotation': 'on', 'client.secret.expiration.time': soon } });
    world.advance(HOUR_MS);
    let moved = 0;
    world.intercept(async ({ name }, perform) =>
      /UpdateSecretVersionStage/.test(name) && ++moved > 1 ? down() : await perform(),
    );
    const unfinished = await world.scheduled();
    expect(unfinished).toMatchObject({ outcome: 'interrupted', previousValidUntil: null });
    expect(unfinished.strategy).toBe('alternating-clients');
    world.intercept((_io, perform) => perform());
    world.advance(HOUR_MS);
    const finished = await world.scheduled({ repeat: { attempt: 1, due: false } });
    expect(finished).toMatchObject({ outcome: 'rotated', previousValidUntil: null });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
  });

  it('yes, of the former of two clients; null, when the IAM can not be asked', async () => {
    const world = createWorld({ overlap: false, settings: ALTERNATING });
    world.intercept(instead(PATCH, down));
    expect(await world.rotate()).toMatchObject({ outcome: 'stored-not-applied', previousWorks: true });
    let patched = false;
    world.intercept(async ({ name }, perform) => {
      patched ||= PATCH.test(name);
      return patched && !name.startsWith('secrets') && !name.startsWith('scheduler') ? down() : await perform();
    });
    world.advance(300_000);
    const again = await world.scheduled({ repeat: { attempt: 1, due: false } });
    expect(again).toMatchObject({ outcome: 'stored-not-applied', previousWorks: null });
  });

  it('for the whole grace, also where the IAM had planned an earlier end of its own', async () => {
    // The policy of the realm keeps a rotated secret for two days.
    const world = createWorld({ settings: { grace: 'P7D', iam: REGENERATE } });
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret' });
    const until = Date.parse(rotation.previousValidUntil ?? '');
    expect(Math.round((until - world.now().getTime()) / HOUR_MS)).toBe(7 * 24);
    world.advance(until - world.now().getTime() - 60_000);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('only as long as the IAM itself keeps it, where that can not be moved', async () => {
    const world = createWorld({ settings: { grace: 'P7D', iam: REGENERATE } });
    let made = false;
    world.intercept(async ({ name }, perform) => {
      made ||= /client-secret$/.test(name);
      // A success that is none.
      return made && /^iam PUT/.test(name) ? new Response(null, { status: 204 }) : await perform();
    });
    const rotation = await world.rotate();
    const until = Date.parse(rotation.previousValidUntil ?? '');
    expect(Math.round((until - world.now().getTime()) / HOUR_MS)).toBe(48);
    world.advance(until - world.now().getTime() - 60_000);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    world.advance(120_000);
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
  });

  it('not at all, where the IAM lets go of it as its end is moved, since no policy applies any more', async () => {
    const world = createWorld({ settings: { grace: 'P7D', iam: REGENERATE } });
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (PATCH.test(name)) world.iam.putPolicies(REALM, { policies: [] });
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', previousValidUntil: null });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
  });

  it('nor where a node that has not heard of that write tells of it as kept', async () => {
    const world = createWorld({ settings: { grace: 'P7D', iam: REGENERATE } });
    let before: Response | undefined;
    let isMoved = false;
    let staleReads = 2;
    world.intercept(async ({ name }, perform) => {
      const isRead = name.startsWith('iam GET') && name.endsWith('/clients');
      if (isRead && isMoved && before && staleReads-- > 0) return before.clone();
      const response = await perform();
      if (isRead) before = response.clone();
      if (PATCH.test(name)) world.iam.putPolicies(REALM, { policies: [] });
      isMoved ||= world.connectorSecret() !== FIRST_SECRET && name.startsWith('iam PUT');
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', previousValidUntil: null });
    expect(staleReads).toBeLessThanOrEqual(0);
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
  });

  it('an expiry that the IAM plants on the secret that it has made is moved away, and nothing else with it', async () => {
    const world = createWorld({ settings: { iam: REGENERATE } });
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (/client-secret$/.test(name)) {
        const soon = String(Math.floor(world.now().getTime() / 1000) + 30 * 86_400);
        world.changeClient({ attributes: { 'client.secret.expiration.time': soon } });
      }
      // An administrator, while the connectors are written.
      if (PATCH.test(name))
        world.changeClient({ serviceAccountsEnabled: true, authorizationServicesEnabled: true, attributes: {} });
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(world.client().authorization).toBeDefined();
    world.advance(2 * 365 * 86_400_000);
    expect(await world.accepts(world.current().clientSecret)).toBe(true);
  });

  it('and nothing of one whose end is over', async () => {
    const world = createWorld({ settings: { grace: 'PT1H' } });
    world.intercept(instead(PATCH, down));
    await world.rotate();
    world.advance(9 * 86_400_000);
    const again = await world.scheduled({ repeat: { attempt: 9, due: false } });
    expect(again).toMatchObject({ outcome: 'stored-not-applied', previousWorks: false, previousValidUntil: null });
  });
});

describe('the time until which the previous secret works', () => {
  it('is that of the client that takes its turn next, where somebody has saved an old page of it', async () => {
    const world = createWorld({ settings: ALTERNATING, overlap: 'any-client' });
    world.intercept(instead(PATCH, down));
    expect(await world.rotate()).toMatchObject({ outcome: 'stored-not-applied', previousWorks: true });
    const seconds = Math.floor(world.now().getTime() / 1000);
    world.changeClient({
      secret: 'of-an-old-page',
      attributes: {
        'client.secret.rotated': FIRST_SECRET,
        'client.secret.rotated.creation.time': String(seconds),
        'client.secret.rotated.expiration.time': String(seconds + 3600),
      },
    });
    world.intercept((_io, perform) => perform());
    world.advance(300_000);
    const rotation = await world.scheduled({ repeat: { attempt: 1, due: false } });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(rotation).toMatchObject({
      outcome: 'rotated',
      previousValidUntil: new Date((seconds + 3600) * 1000).toISOString(),
    });
  });

  it('is the end that the IAM has set for the former client, and no time of the one that takes its turn', async () => {
    const world = createWorld({ settings: ALTERNATING, overlap: 'any-client' });
    const inAnHour = Math.floor(world.now().getTime() / 1000) + 3600;
    world.changeClient({ attributes: { 'client.secret.expiration.time': String(inAnHour) } });
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({
      outcome: 'rotated',
      previousValidUntil: new Date(inAnHour * 1000).toISOString(),
    });
  });
});
