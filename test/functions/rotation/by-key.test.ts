import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Client } from '../../../local/stand-ins/iam/client.ts';
import { acceptsSecret } from '../../../local/stand-ins/iam/token-request.ts';
import { keyedClient } from '../../support/signing-key.ts';
import { CLIENT_ID, createWorld, FIRST_SECRET, REALM, type TestWorld } from '../../support/world.ts';

const ALIAS = 'alias/csr-signer';
const ROTATOR = 'flow-secret-rotator';
const TOKEN = 'iam POST /auth/realms/acmeprod/protocol/openid-connect/token';

/** A world whose rotator has a key in KMS and no secret. */
function keyedWorld(options: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld({
    ...options,
    settings: {
      iam: {
        adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
        auth: { clientId: ROTATOR, kmsKeyId: ALIAS },
      },
      ...options.settings,
    },
  });
  const { id } = world.kms.create('ECC_NIST_P256');
  world.kms.alias(ALIAS, id);
  register(world);
  return world;
}

/** Gives the IAM the public part of the key that the alias names. */
function register({ iam, kms }: TestWorld, { keys }: { keys?: readonly object[] } = {}): void {
  const der = Buffer.from(kms.publicKey(ALIAS).der);
  const jwk = createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  const rotator = iam.findClient(REALM, ROTATOR);
  iam.updateClient(REALM, rotator?.id ?? '', keyedClient(...(keys ?? [{ ...jwk, use: 'sig', alg: 'ES256' }])));
}

const secretIn = ({ iam }: TestWorld) => iam.findClient(REALM, CLIENT_ID)?.secret;

describe('a run of a rotator that signs', () => {
  it.each([true, false])('rotates without reading any access secret of the IAM; overlap: %s', async (overlap) => {
    const world = keyedWorld({ overlap });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(secretIn(world)).not.toBe(FIRST_SECRET);
    expect(world.calls.filter((name) => name.startsWith('kms'))).toEqual(['kms Sign']);
    expect(world.calls.filter((name) => name.includes('csr-access/acme-prod/iam'))).toEqual([]);
  });

  it('ends the previous secret by a signature of its own', async () => {
    const world = keyedWorld();
    const { rotationId } = await world.rotate();
    world.advance(25 * 3_600_000);
    const versionIds = world.planned.flatMap(({ target, event }) => (target === 'retire' ? [event] : []));
    expect(versionIds).toMatchObject([{ id: 'acme-prod', versionId: expect.any(String) }]);
    const [{ versionId }] = versionIds as unknown as [{ versionId: string }];
    expect(versionId).not.toBe(rotationId);
    expect(await world.retire(versionId)).toMatchObject({ outcome: 'retired' });
    expect(world.calls.filter((name) => name === 'kms Sign')).toHaveLength(2);
  });

  it('signs anew where the IAM was away for a moment', async () => {
    const world = keyedWorld();
    let refused = 0;
    world.intercept(async ({ name }, perform) =>
      name === TOKEN && ++refused === 1 ? new Response('starting', { status: 503 }) : await perform(),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(world.calls.filter((name) => name === 'kms Sign')).toHaveLength(2);
  });

  it.each([
    ['is disabled', ({ kms }: TestWorld) => kms.set(ALIAS, 'Disabled'), 'signer-unusable'],
    ['is to be deleted', ({ kms }: TestWorld) => kms.set(ALIAS, 'PendingDeletion'), 'signer-unusable'],
    ['is of another type', ({ kms }: TestWorld) => kms.alias(ALIAS, kms.create('ECC_NIST_P384').id), 'signer-unusable'],
    ['was taken out of the IAM', (world: TestWorld) => register(world, { keys: [] }), 'iam-unauthorized'],
    [
      'is another one than the IAM has',
      ({ kms }: TestWorld) => kms.alias(ALIAS, kms.create('ECC_NIST_P256').id),
      'iam-unauthorized',
    ],
    ['may not be used, or lies in another account', refusing('AccessDeniedException'), 'signer-unusable'],
    ['is none of this account', refusing('NotFoundException'), 'signer-unusable'],
    ['signs by a clock that is minutes ahead', iamsClock(-300_000), 'iam-clock-differs'],
    ['signs by a clock that is minutes behind', iamsClock(300_000), 'iam-clock-differs'],
    ['is asked for too often', refusing('ThrottlingException'), 'signer-throttled'],
    ['is kept by a service that is away', refusing('KMSInternalException', 500), 'signer-unavailable'],
  ] as const)('is refused where the key %s: nothing was changed, and the secret works', async (_what, spoil, code) => {
    const world = keyedWorld();
    spoil(world);
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'refused', nothingChanged: true, failure: { code } });
    expect(secretIn(world)).toBe(FIRST_SECRET);
    expect(world.calls.filter((name) => /Put|Update|PATCH|iam PUT/.test(name))).toEqual([]);
    world.intercept((_io, perform) => perform());
    const plan = world.planned.filter(({ target }) => target === 'rotate');
    expect(plan.length).toBeGreaterThan(0);
  });

  it('takes back what it has begun where the key is lost before the IAM was changed', async () => {
    const world = keyedWorld();
    let writes = 0;
    world.intercept(async ({ name }, perform) => {
      if (!name.startsWith('iam PUT') || ++writes > 1) return await perform();
      world.kms.set(ALIAS, 'Disabled');
      return tokenHasEnded();
    });
    const lost = await world.rotate();
    expect(lost).toMatchObject({ outcome: 'rolled-back', failure: { code: 'signer-unusable' } });
    expect(secretIn(world)).toBe(FIRST_SECRET);
    world.kms.set(ALIAS, 'Enabled');
    world.advance(3_600_000);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
  });

  it('leaves the change to the next run where the key is lost right after it: the IAM keeps both secrets', async () => {
    const world = keyedWorld();
    let isLost = false;
    world.intercept(async ({ name }, perform) => {
      if (isLost && name.startsWith('iam') && name !== TOKEN) return tokenHasEnded();
      const response = await perform();
      isLost ||= secretIn(world) !== FIRST_SECRET;
      if (isLost) world.kms.set(ALIAS, 'Disabled');
      return response;
    });
    const lost = await world.rotate();
    expect(lost).toMatchObject({ outcome: 'interrupted', failure: { code: 'signer-unusable' } });
    expect(lost.repeatAt).not.toBeNull();
    const client = world.iam.findClient(REALM, CLIENT_ID) as Client;
    expect(acceptsSecret(client, FIRST_SECRET, world.iam.nowSeconds)).toBe(true);
    const drawn = secretIn(world);
    world.intercept((_io, perform) => perform());
    world.kms.set(ALIAS, 'Enabled');
    world.advance(3_600_000);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(secretIn(world)).toBe(drawn);
  });
});

function tokenHasEnded(): Response {
  return Response.json({ error: 'HTTP 401 Unauthorized' }, { status: 401 });
}

/** The IAM's clock is so many milliseconds ahead of the function's. */
function iamsClock(aheadMs: number) {
  return (world: TestWorld): void =>
    world.intercept(async ({ name }, perform) => {
      if (name !== TOKEN) return await perform();
      world.advance(aheadMs);
      return await perform().finally(() => world.advance(-aheadMs));
    });
}

function refusing(type: string, status = 400) {
  return (world: TestWorld): void =>
    world.intercept(async ({ name }, perform) =>
      name === 'kms Sign' ? new Response(JSON.stringify({ __type: type }), { status }) : await perform(),
    );
}
