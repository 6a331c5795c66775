import { describe, expect, it } from '@jest/globals';
import {
  CLIENT_ID,
  createWorld,
  documentText,
  FIRST_SECRET,
  REALM,
  type TestWorld,
  TIMING,
  TOKEN_URL,
} from '../../support/world.ts';

const CANDIDATE = 'secret-of-a-run-that-died';
const P = '11111111-1111-4111-8111-111111111111';
const ALREADY_THERE = { trigger: 'schedule', scheduledTime: new Date('2026-01-01T00:00:00Z') } as const;
const IAM_WRITE = /^iam (PUT|DELETE|POST \S+\/client-secret)/;

/** C, and a candidate in AWSPENDING whose run is dead. */
function worldWithCandidate(): TestWorld {
  const world = createWorld();
  world.put(P, documentText(CANDIDATE), 'AWSPENDING');
  world.advance(TIMING.leaseMs);
  return world;
}

function setWithOverlap(world: TestWorld, secret: string): void {
  const seconds = Math.floor(world.now().getTime() / 1000);
  world.changeClient({
    secret,
    attributes: {
      'novacura.rotation': 'on',
      'client.secret.expiration.time': String(seconds + 315_360_000),
      'client.secret.rotated': world.client().secret ?? '',
      'client.secret.rotated.creation.time': String(seconds),
      'client.secret.rotated.expiration.time': String(seconds + 691_200),
    },
  });
}

/** All that a credential at rest is: one secret everywhere, and no pending version. */
function expectAtRest(world: TestWorld, secret: string): void {
  expect(world.current()).toEqual({
    accessTokenUrl: TOKEN_URL,
    clientId: CLIENT_ID,
    clientSecret: secret,
    scope: 'openid microprofile-jwt',
  });
  expect(world.client().secret).toBe(secret);
  for (const section of ['designTime', 'runtime', 'machineUsers.anna'] as const) {
    expect(world.flow.secretOf('ifs-1', section)).toBe(secret);
  }
  expect(world.labelled('AWSPENDING')).toBeUndefined();
}

describe('a run that finds', () => {
  it('state 1 (at rest) begins a rotation when asked to', async () => {
    const world = createWorld();
    const rotation = await world.rotate({ reason: 'quarterly', requestedBy: 'arn:aws:iam::123456789012:user/eve' });
    expect(rotation).toMatchObject({
      credential: 'acme-prod',
      outcome: 'rotated',
      strategy: 'dual-secret',
      trigger: 'api',
      reason: 'quarterly',
      requestedBy: 'arn:aws:iam::123456789012:user/eve',
    });
    const { clientSecret } = world.current();
    expect(clientSecret).not.toBe(FIRST_SECRET);
    expectAtRest(world, clientSecret);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(world.labelled('AWSCURRENT')?.id).toBe(rotation.rotationId);
  });

  it('state 4 (a candidate that the IAM does not hold) sets and finishes that very candidate', async () => {
    const world = worldWithCandidate();
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', rotationId: P });
    expectAtRest(world, CANDIDATE);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('state 5 (a candidate that the IAM holds) checks, pushes and promotes without touching the IAM', async () => {
    const world = worldWithCandidate();
    setWithOverlap(world, CANDIDATE);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', rotationId: P, strategy: 'dual-secret' });
    expectAtRest(world, CANDIDATE);
    expect(world.calls.filter((name) => IAM_WRITE.test(name))).toEqual([]);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('state 5 in-place pushes first of all, since the old secret is dead', async () => {
    const world = worldWithCandidate();
    world.changeClient({ secret: CANDIDATE, attributes: {} });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', rotationId: P, strategy: 'in-place' });
    expectAtRest(world, CANDIDATE);
  });

  it('state 6 (promoted, not cleared) pushes what is missing and clears', async () => {
    const world = createWorld();
    setWithOverlap(world, CANDIDATE);
    world.put(P, documentText(CANDIDATE), 'AWSCURRENT', 'AWSPENDING');
    world.advance(TIMING.leaseMs);
    expect(await world.scheduled(ALREADY_THERE)).toMatchObject({ outcome: 'rotated', rotationId: P });
    expectAtRest(world, CANDIDATE);
    expect(world.planned.map(({ target }) => target)).toEqual(['retire']);
  });

  it('state 7 (changed by hand) adopts, and renews at once: a secret that a person saw is no secret', async () => {
    const world = createWorld();
    world.changeClient({ secret: 'a-person-chose-this', attributes: {} });
    const rotation = await world.scheduled(ALREADY_THERE);
    expect(rotation).toMatchObject({ outcome: 'repaired' });
    const { clientSecret } = world.current();
    expect(['a-person-chose-this', FIRST_SECRET]).not.toContain(clientSecret);
    expectAtRest(world, clientSecret);
    expect(world.secrets.versions('csr/acme-prod').map(({ SecretString }) => SecretString)).toContain(
      documentText('a-person-chose-this'),
    );
  });

  it('state 7 with C = P does the same', async () => {
    const world = createWorld();
    world.put(P, documentText(CANDIDATE), 'AWSCURRENT', 'AWSPENDING');
    world.changeClient({ secret: 'a-person-chose-this', attributes: {} });
    world.advance(TIMING.leaseMs);
    expect(await world.scheduled(ALREADY_THERE)).toMatchObject({ outcome: 'repaired' });
    const { clientSecret } = world.current();
    expect([CANDIDATE, 'a-person-chose-this', FIRST_SECRET]).not.toContain(clientSecret);
    expectAtRest(world, clientSecret);
  });

  it('state 8 (past its expiry) sets C again, with an expiry in the far future', async () => {
    const world = createWorld();
    const soon = Math.floor(world.now().getTime() / 1000) + 60;
    world.changeClient({
      attributes: { 'novacura.rotation': 'on', 'client.secret.expiration.time': String(soon) },
    });
    world.advance(3_600_000);
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(await world.scheduled(ALREADY_THERE)).toMatchObject({ outcome: 'repaired' });
    expectAtRest(world, FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    const nineYears = Math.floor(world.now().getTime() / 1000) + 9 * 31_536_000;
    expect(Number(world.client().attributes['client.secret.expiration.time'])).toBeGreaterThan(nineYears);
  });

  it('state 9 (a connector was changed by hand) pushes C and leaves the IAM alone', async () => {
    const world = createWorld();
    world.enter('restored-from-an-old-backup');
    expect(await world.scheduled(ALREADY_THERE)).toMatchObject({
      outcome: 'repaired',
      connectors: [{ name: 'ifs-1', sectionsWritten: 3, sectionsSkipped: 1 }],
    });
    expectAtRest(world, FIRST_SECRET);
    expect(world.calls.filter((name) => IAM_WRITE.test(name))).toEqual([]);
  });

  it('state 9 on demand pushes C first, then rotates', async () => {
    const world = createWorld();
    world.enter('restored-from-an-old-backup');
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    const { clientSecret } = world.current();
    expect(clientSecret).not.toBe(FIRST_SECRET);
    expectAtRest(world, clientSecret);
    const patch = world.calls.findIndex((name) => name.startsWith('connector PATCH'));
    expect(patch).toBeLessThan(world.calls.findIndex((name) => IAM_WRITE.test(name)));
  });

  it('state 10 (no version at all) adopts what the IAM holds', async () => {
    const world = createWorld({ adopted: false });
    expect(await world.rotate()).toMatchObject({ outcome: 'adopted' });
    expectAtRest(world, FIRST_SECRET);
  });

  it("state 11 (RotateSecret's own mark) clears it after a lease, and goes on", async () => {
    const world = createWorld();
    world.mark(P);
    world.advance(TIMING.leaseMs);
    expect(await world.scheduled(ALREADY_THERE)).toMatchObject({ outcome: 'unchanged' });
    expectAtRest(world, FIRST_SECRET);
  });

  it('state 12 (a retire died) finishes the retire and begins nothing', async () => {
    const world = createWorld();
    const { rotationId } = await world.rotate();
    const { clientSecret } = world.current();
    const previous = world.labelled('AWSPREVIOUS')?.id ?? '';
    world.put(P, `{"format":"client-secret-rotation/retire/1","run":"dead","versionId":"${previous}"}`, 'AWSPENDING');
    world.advance(TIMING.leaseMs);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    await world.scheduled(ALREADY_THERE);
    expectAtRest(world, clientSecret);
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(world.labelled('AWSCURRENT')?.id).toBe(rotationId);
  });
});

describe('a run stands down', () => {
  it.each([
    ['a candidate', (world: TestWorld) => world.put(P, documentText(CANDIDATE), 'AWSPENDING')],
    ["RotateSecret's mark", (world: TestWorld) => world.mark(P)],
    ['C itself', (world: TestWorld) => world.put(P, documentText(FIRST_SECRET), 'AWSCURRENT', 'AWSPENDING')],
  ])('while %s in AWSPENDING is within its lease', async (_what, pend) => {
    const world = createWorld();
    pend(world);
    world.advance(40_000);
    const error = await world.rotate().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'RotationError', code: 'rotation-in-progress' });
    const { retryAfter } = error as { retryAfter: number };
    // 100 s of lease, 40 s and a few requests later.
    expect(retryAfter).toBeGreaterThan(55);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(world.labelled('AWSPENDING')?.id).toBe(P);
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
  });

  it('within a lease of the last change of the labels', async () => {
    const world = createWorld();
    await world.rotate();
    const { clientSecret } = world.current();
    world.advance(30_000);
    await expect(world.rotate()).rejects.toMatchObject({
      code: 'too-soon',
      changed: false,
      retryAfter: expect.any(Number),
    });
    await expect(world.scheduled()).rejects.toMatchObject({ code: 'too-soon' });
    expectAtRest(world, clientSecret);
    world.advance(TIMING.leaseMs);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
  });

  it('before an AWSPENDING of an unknown format, and never touches it', async () => {
    const world = createWorld();
    const unknown = '{"format":"client-secret-rotation/intent/9","secret":"of a newer version"}';
    world.put(P, unknown, 'AWSPENDING');
    world.advance(10 * TIMING.leaseMs);
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'interrupted', failure: { code: 'pending-unknown' } });
    expect(world.labelled('AWSPENDING')).toEqual({ id: P, value: unknown });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(JSON.stringify(rotation)).not.toContain('of a newer version');
  });
});

describe('a scheduled run', () => {
  it('is unchanged when its time is not later than the current version: a duplicate, or not due', async () => {
    const world = createWorld();
    const scheduledTime = world.now();
    expect(await world.scheduled({ scheduledTime })).toMatchObject({ outcome: 'rotated' });
    const { clientSecret } = world.current();
    world.advance(TIMING.leaseMs);
    expect(await world.scheduled({ scheduledTime })).toMatchObject({ outcome: 'unchanged', rotationId: null });
    expectAtRest(world, clientSecret);
  });

  it('tries again after a run that was rolled back', async () => {
    const world = createWorld({ overlap: false });
    const scheduledTime = world.now();
    const patch = /^connector PATCH/;
    world.intercept(async ({ name }, perform) => (patch.test(name) ? new Response(null, { status: 404 }) : perform()));
    expect(await world.scheduled({ scheduledTime })).toMatchObject({ outcome: 'rolled-back' });
    world.intercept((_io, perform) => perform());
    world.advance(TIMING.leaseMs);
    expect(await world.scheduled({ scheduledTime })).toMatchObject({ outcome: 'rotated' });
  });
});

describe('a freeze', () => {
  const settings = { freezes: [{ from: '2026-03-01', to: '2026-03-02', reason: 'month end' }] };

  it('leaves a scheduled run unchanged: it looks, and changes nothing', async () => {
    const world = createWorld({ settings });
    expect(await world.scheduled()).toMatchObject({
      outcome: 'unchanged',
      reason: expect.stringContaining('month end'),
    });
    expect(world.calls.filter((name) => /Put|Update|iam PUT|PATCH/.test(name))).toEqual([]);
  });

  it('is an error for a call, unless it forces', async () => {
    const world = createWorld({ settings });
    await expect(world.rotate()).rejects.toMatchObject({
      code: 'frozen',
      message: expect.stringContaining('month end'),
    });
    expect(world.calls.filter((name) => /Put|Update|iam PUT|PATCH/.test(name))).toEqual([]);
    expect(await world.rotate({ force: true })).toMatchObject({ outcome: 'rotated' });
  });

  it('is over when it is over', async () => {
    const world = createWorld({ settings });
    world.advance(2 * 86_400_000);
    expect(await world.scheduled()).toMatchObject({ outcome: 'rotated' });
  });
});

describe('a run for which Secrets Manager takes no version of its own at any look', () => {
  it('leaves the rest to its repeat, and names the reason', async () => {
    const adminUrl = `https://iam.example.com/auth/admin/realms/${REALM}`;
    const auth = { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' };
    const world = createWorld({ overlap: false, settings: { iam: { renewal: 'regenerate', adminUrl, auth } } });
    let isMade = false;
    world.intercept(async ({ name }, perform) => {
      isMade ||= name.endsWith('client-secret');
      if (!isMade || !name.includes('PutSecretValue')) return await perform();
      return Response.json({ __type: 'ResourceExistsException' }, { status: 400 });
    });
    expect(await world.rotate()).toMatchObject({
      outcome: 'interrupted',
      failure: { code: 'rotation-in-progress' },
      repeatAt: expect.any(String),
    });
  });
});

describe('what the realm looks like', () => {
  it('is never changed besides our client', async () => {
    const world = createWorld();
    const other = world.iam.createClient(REALM, { clientId: CLIENT_ID.toLowerCase(), secret: 'somebody-else' });
    await world.rotate();
    expect(world.iam.client(REALM, other.id)).toEqual(other);
  });
});
