import { describe, expect, it } from '@jest/globals';
import { dryRun } from '../../../functions/rotation/dry-run.ts';
import {
  CLIENT_ID,
  createWorld,
  FIRST_SECRET,
  IDLE_CLIENT_ID,
  REALM,
  TIMING,
  type WorldOptions,
} from '../../support/world.ts';

const PAIR = { clientId: [CLIENT_ID, IDLE_CLIENT_ID], strategy: 'alternating-clients' };
const WORLDS: readonly (readonly [string, WorldOptions])[] = [
  ['dual-secret', { overlap: true }],
  ['in-place', { overlap: false }],
  ['alternating-clients', { settings: PAIR }],
  ['dual-secret', { overlap: true, settings: { 'iam.renewal': 'regenerate' } }],
];

describe('revokePrevious', () => {
  it.each(WORLDS)('ends the old secret at once and proves it: %s %j', async (strategy, options) => {
    const world = createWorld(withRenewal(options));
    const rotation = await world.rotate({ revokePrevious: true });
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy, previousRevoked: true, previousValidUntil: null });
    expect(rotation.failure).toBeUndefined();
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    const { clientId, clientSecret } = world.current();
    expect(await world.accepts(clientSecret, clientId)).toBe(true);
    expect(world.connectorSecret()).toBe(clientSecret);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('ends nothing while a connector still uses the old secret, and says so', async () => {
    const world = createWorld({ connectors: 2 });
    world.intercept(async ({ name }, perform) =>
      /^connector PATCH .*ifs-2/.test(name) ? new Response('', { status: 500 }) : await perform(),
    );
    const rotation = await world.rotate({ revokePrevious: true });
    expect(rotation).toMatchObject({ outcome: 'stored-not-applied', previousWorks: true, previousRevoked: false });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('cuts a connector off only where the call leaves it behind', async () => {
    const world = createWorld({ connectors: 2 });
    world.intercept(async ({ name }, perform) =>
      /^connector .*ifs-2/.test(name) ? new Response('', { status: 500 }) : await perform(),
    );
    const rotation = await world.rotate({ revokePrevious: true, leaveBehind: ['ifs-2'] });
    expect(rotation).toMatchObject({ outcome: 'rotated', previousRevoked: true });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(world.flow.secretOf('ifs-1', 'runtime')).toBe(world.current().clientSecret);
  });

  it('plans the end of the old secret for as soon as can be where the run dies before', async () => {
    const world = createWorld();
    let promoted = false;
    world.intercept(async ({ name }, perform) => {
      if (promoted && /^iam PUT/.test(name)) return new Response('', { status: 503 });
      const response = await perform();
      promoted ||= name.includes('UpdateSecretVersionStage');
      return response;
    });
    const rotation = await world.rotate({ revokePrevious: true });
    expect(rotation).toMatchObject({
      outcome: 'rotated',
      previousRevoked: false,
      failure: { code: 'iam-unavailable' },
    });
    const [end] = world.planned.filter(({ target }) => target === 'retire');
    expect((end?.at.getTime() ?? 0) - world.now().getTime()).toBeLessThanOrEqual(110_000);
  });

  it('ends at a first run the secret that was found in use: another one is made at once', async () => {
    const world = createWorld({ adopted: false });
    const rotation = await world.rotate({ revokePrevious: true });
    expect(rotation).toMatchObject({ outcome: 'rotated', previousRevoked: true });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });

  it('ends a secret that a person has set as well as the one before', async () => {
    const world = createWorld();
    world.changeClient({ secret: 'set-by-a-person' });
    const rotation = await world.rotate({ revokePrevious: true });
    expect(rotation).toMatchObject({ outcome: 'repaired', previousRevoked: true });
    expect(await world.accepts('set-by-a-person')).toBe(false);
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });

  it('is told to come again where a secret of a person was adopted, and nothing may be renewed yet', async () => {
    const world = createWorld();
    world.put('11111111-1111-4111-8111-111111111111', '', 'AWSPENDING');
    world.advance(TIMING.leaseMs);
    world.changeClient({ secret: 'set-by-a-person' });
    await expect(world.rotate({ revokePrevious: true })).rejects.toMatchObject({
      code: 'too-soon',
      changed: true,
      retryAfter: expect.any(Number),
    });
    expect(world.current().clientSecret).toBe('set-by-a-person');
  });

  it('does not take the secret that it has replaced for a change by hand where a node of the IAM lags behind', async () => {
    const world = createWorld();
    let before = '';
    let isLate = 2;
    world.intercept(async ({ name }, perform) => {
      const isPromoted = world.labelled('AWSPREVIOUS') !== undefined;
      const isLook = /^iam GET .*clients/.test(name);
      if (isLook && isPromoted && isLate-- > 0)
        return new Response(before, { headers: { 'content-type': 'application/json' } });
      const response = await perform();
      if (isLook && !isPromoted && before === '') before = await response.clone().text();
      return response;
    });
    expect(await world.rotate({ revokePrevious: true })).toMatchObject({ outcome: 'rotated', previousRevoked: true });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(world.secrets.versions('csr/acme-prod')).toHaveLength(3);
  });

  it('is not for a rotation that Secrets Manager carries out itself', async () => {
    const world = createWorld({ settings: { native: true } });
    await expect(world.rotate({ revokePrevious: true })).rejects.toMatchObject({ code: 'not-available' });
    const planned = dryRun(world.credential, { trigger: 'api', revokePrevious: true }, world.deps());
    await expect(planned).rejects.toMatchObject({ code: 'not-available' });
  });

  it('leaves a client that nobody else has touched with one secret', async () => {
    const world = createWorld();
    await world.rotate({ revokePrevious: true });
    const client = world.iam.findClient(REALM, CLIENT_ID);
    expect(client?.attributes?.['client.secret.rotated']).toBeUndefined();
  });
});

/** Settings name the renewal below `iam`. */
function withRenewal({ settings = {}, ...options }: WorldOptions): WorldOptions {
  const { 'iam.renewal': renewal, ...rest } = settings;
  if (renewal === undefined) return { ...options, settings: rest };
  const iam = {
    renewal,
    adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
    auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
  };
  return { ...options, settings: { ...rest, iam } };
}
