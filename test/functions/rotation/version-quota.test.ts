import { describe, expect, it } from '@jest/globals';
import type { Rotation } from '../../../functions/credential/outcome.ts';
import { createWorld, REALM, SECRET_ID, type TestWorld, TIMING } from '../../support/world.ts';

const BY_HAND = 'a-secret-that-a-person-set';
const REGENERATE = {
  iam: {
    adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
    renewal: 'regenerate',
    auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
  },
};

/** Rotates as often as a caller can, until a call is not carried out. */
async function exhaust(world: TestWorld): Promise<Rotation> {
  for (let calls = 0; calls < 100; calls++) {
    const rotation = await world.rotate();
    if (rotation.failure && rotation.outcome !== 'rolled-back') return rotation;
    world.advance(TIMING.leaseMs + 1000);
  }
  throw new Error('nothing kept the caller from it');
}

async function expectAgreed(world: TestWorld): Promise<void> {
  expect(world.connectorSecret()).toBe(world.client().secret);
  expect(world.current().clientSecret).toBe(world.client().secret);
  expect(await world.accepts(world.connectorSecret())).toBe(true);
}

describe.each([
  ['with an overlap', { overlap: true }],
  ['in place', { overlap: false }],
  ['with secrets of the IAM, and an overlap', { overlap: true, settings: REGENERATE }],
  ['with secrets of the IAM, in place', { overlap: false, settings: REGENERATE }],
])('a caller who uses up the versions that Secrets Manager takes in a day, %s', (_how, options) => {
  it('is refused by name while there is room for repairs; everybody agrees', async () => {
    const world = createWorld(options);
    expect(await exhaust(world)).toMatchObject({
      outcome: 'refused',
      nothingChanged: true,
      failure: { code: 'too-many-versions' },
    });
    expect(world.secrets.versions(SECRET_ID).length).toBeLessThan(80);
    await expectAgreed(world);
  });

  it('keeps nobody from ending a leaked secret by hand: the new one is taken over and pushed', async () => {
    const world = createWorld(options);
    await exhaust(world);
    const leaked = world.connectorSecret();
    world.changeClient({ secret: BY_HAND, attributes: {} });
    world.advance(TIMING.leaseMs * 2);
    expect(await world.rotate()).toMatchObject({ outcome: 'repaired' });
    expect(world.connectorSecret()).toBe(BY_HAND);
    expect(await world.accepts(leaked)).toBe(false);
    await expectAgreed(world);
  });

  it('rotates again a day later', async () => {
    const world = createWorld(options);
    await exhaust(world);
    world.advance(86_400_000);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    await expectAgreed(world);
  });
});

describe('a connector that refuses every write, and so has every rotation undone', () => {
  it('is left with what it has, by a run that is refused', async () => {
    const world = createWorld({ overlap: false });
    world.intercept(async ({ name }, perform) =>
      name.startsWith('connector PATCH') ? new Response(null, { status: 400 }) : await perform(),
    );
    const first = world.connectorSecret();
    expect(await exhaust(world)).toMatchObject({ outcome: 'refused', failure: { code: 'too-many-versions' } });
    expect(world.connectorSecret()).toBe(first);
    await expectAgreed(world);
  });
});
