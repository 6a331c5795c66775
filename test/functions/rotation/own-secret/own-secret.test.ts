import { describe, expect, it } from '@jest/globals';
import { auditOf } from '../../../support/audits.ts';
import { instead } from '../../../support/faults.ts';
import { ACCESS_ID, ownWorld, storeAccess, storedAccess } from '../../../support/own-secret.ts';
import { CLIENT_ID, FIRST_SECRET, TIMING } from '../../../support/world.ts';

describe("a rotation of the rotator's own secret", () => {
  it('candidate-set: with an overlap the access secret is written, and its other members stay', async () => {
    const world = ownWorld();
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({
      outcome: 'rotated',
      strategy: 'dual-secret',
      connectors: [{ name: 'the rotator', proof: { level: 'loaded' } }],
    });
    const { clientSecret, ...others } = storedAccess(world);
    expect(others).toEqual({ ca: 'kept' });
    expect(clientSecret).toBe(world.current().clientSecret);
    expect(clientSecret).not.toBe(FIRST_SECRET);
    expect([await world.accepts(clientSecret ?? ''), await world.accepts(FIRST_SECRET)]).toEqual([true, true]);
  });

  it('in place the old secret ends with the change, and the access secret has the new one', async () => {
    const world = ownWorld({ overlap: false });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy: 'in-place' });
    const { clientSecret = '' } = storedAccess(world);
    expect([await world.accepts(clientSecret), await world.accepts(FIRST_SECRET)]).toEqual([true, false]);
  });

  it('retire ends the former secret, signed in with the new one', async () => {
    const world = ownWorld();
    await world.rotate();
    const { clientSecret = '' } = storedAccess(world);
    world.advance(TIMING.leaseMs * 2);
    expect(await world.retire(world.labelled('AWSPREVIOUS')?.id ?? '')).toMatchObject({ outcome: 'retired' });
    expect([await world.accepts(clientSecret), await world.accepts(FIRST_SECRET)]).toEqual([true, false]);
  });

  it('is another rotation each time: signs in with what the last one has stored', async () => {
    const world = ownWorld();
    const seen = new Set([FIRST_SECRET]);
    for (const _ of [1, 2, 3]) {
      world.advance(86_400_000);
      expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
      seen.add(storedAccess(world).clientSecret ?? '');
    }
    expect(seen.size).toBe(4);
  });

  it('connector-differs: an access secret that somebody changed is given the current one', async () => {
    const world = ownWorld();
    const { clientSecret } = world.current();
    storeAccess(world, { clientSecret: 'mistyped' });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(storedAccess(world).clientSecret).not.toBe('mistyped');
    expect(await world.accepts(clientSecret)).toBe(true);
  });

  it('is refused where the access secret is no JSON object: nothing is written over', async () => {
    const world = ownWorld();
    storeAccess(world, 'plain text');
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'access-secret-invalid' } });
    expect(world.secrets.versions(ACCESS_ID)).toHaveLength(3);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('tries no secret of its own where the IAM refuses the client as such', async () => {
    const world = ownWorld();
    world.changeClient({ enabled: false });
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'iam-unauthorized' } });
    const asked = world.calls.filter((name) => name.startsWith('iam POST'));
    expect(asked.length).toBeLessThan(5);
  });

  it("asks nobody for another secret where the rotator's client is not what is rotated", async () => {
    const world = ownWorld({
      settings: {
        iam: {
          adminUrl: 'https://iam.example.com/auth/admin/realms/acmeprod',
          auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/connector' },
        },
      },
    });
    expect(world.credential.clientId).toBe(CLIENT_ID);
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'access-secret-invalid' } });
  });
});

describe("what is told of the rotator's own secret", () => {
  it('holds no secret, whatever came of the run', async () => {
    for (const spoil of [/PutSecretValue csr-access/, /UpdateSecretVersionStage csr-access/, /iam PUT/]) {
      const world = ownWorld();
      world.intercept(instead(spoil, () => Response.json({ __type: 'InternalServiceError' }, { status: 500 })));
      const rotation = await world.rotate();
      const told = JSON.stringify([rotation, world.events, world.planned]);
      const secrets = [FIRST_SECRET, world.current().clientSecret, 'drawn-secret'];
      expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
      expect(rotation.failure).toBeDefined();
    }
  });
});

describe("an audit of the rotator's own secret", () => {
  it('finds nothing at rest, and an access secret that somebody has changed', async () => {
    const world = ownWorld();
    const audit = auditOf(world);
    expect(await audit.run()).toMatchObject({ audited: 1, failed: 0, findings: {} });
    storeAccess(world, { clientSecret: 'mistyped' });
    await audit.run();
    expect(audit.news()).toEqual(['Drift Detected connector-differs the rotator']);
    expect(storedAccess(world)).toEqual({ clientSecret: 'mistyped' });
  });
});
