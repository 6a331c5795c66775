import { describe, expect, it } from '@jest/globals';
import { instead, starting } from '../../../support/faults.ts';
import { createWorld, documentText, FIRST_SECRET, SECRET_ID } from '../../../support/world.ts';

describe('the first run', () => {
  it('stores what the IAM holds; it changes nothing in the IAM and no connector', async () => {
    const world = createWorld({ adopted: false });
    const client = world.client();
    const rotation = await world.scheduled();
    expect(rotation).toMatchObject({ outcome: 'adopted', connectors: [{ name: 'ifs-1', sectionsWritten: 0 }] });
    expect(world.secrets.versions(SECRET_ID)).toEqual([
      expect.objectContaining({
        id: rotation.rotationId,
        stages: ['AWSCURRENT'],
        SecretString: documentText(FIRST_SECRET),
      }),
    ]);
    expect(world.client()).toEqual(client);
    expect(world.calls.filter((name) => /^(iam (PUT|DELETE)|connector PATCH)/.test(name))).toEqual([]);
  });

  it('takes an empty AWSCURRENT for no version', async () => {
    const world = createWorld({ adopted: false });
    world.put('22222222-2222-4222-8222-222222222222', '', 'AWSCURRENT');
    world.advance(3_600_000);
    expect(await world.rotate()).toMatchObject({ outcome: 'adopted' });
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
  });

  it('proves the secret by a token before it is put', async () => {
    const world = createWorld({ adopted: false });
    await world.rotate();
    const proof = world.calls.findIndex((name) => /^iam POST .*\/token$/.test(name));
    expect(proof).toBeGreaterThanOrEqual(0);
    expect(world.calls.indexOf('secrets-manager PutSecretValue')).toBeGreaterThan(proof);
  });

  it('puts nothing when the IAM refuses what it holds', async () => {
    const world = createWorld({ adopted: false });
    const seconds = Math.floor(world.now().getTime() / 1000);
    world.changeClient({
      attributes: { 'novacura.rotation': 'on', 'client.secret.expiration.time': String(seconds + 1) },
    });
    world.advance(60_000);
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'token-refused' } });
    expect(world.secrets.versions(SECRET_ID)).toEqual([]);
  });

  it.each([
    ['', 'client-not-usable'],
    ['**********', 'iam-forbidden'],
    [undefined, 'iam-forbidden'],
  ])('puts nothing when the secret in the IAM is shown as %j: %s', async (secret, code) => {
    const world = createWorld({ adopted: false });
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (!/^iam GET .*\/clients$/.test(name)) return response;
      const [client] = (await response.json()) as object[];
      return Response.json([{ ...client, secret }]);
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code } });
    expect(world.secrets.versions(SECRET_ID)).toEqual([]);
  });

  it('checks every connector, and gives it what the IAM holds', async () => {
    const world = createWorld({ adopted: false, connectors: 2 });
    world.enter('typed-wrongly', 1);
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'adopted' });
    expect(world.connectorSecret(1)).toBe(FIRST_SECRET);
    expect(rotation.connectors.map(({ sectionsWritten }) => sectionsWritten)).toEqual([0, 3]);
  });

  it('is refused, with nothing put, while a connector can not be read', async () => {
    const world = createWorld({ adopted: false });
    world.intercept(instead(/^connector GET/, starting));
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'connector-unavailable' } });
    expect(world.secrets.versions(SECRET_ID)).toEqual([]);
  });

  it('goes on with a rotation where the settings say renew', async () => {
    const world = createWorld({
      adopted: false,
      settings: {
        iam: {
          adminUrl: 'https://iam.example.com/auth/admin/realms/acmeprod',
          auth: { clientId: 'flow-secret-rotator', secretId: 'csr-access/acme-prod/iam' },
          firstRun: 'renew',
        },
      },
    });
    await world.scheduled();
    const { clientSecret } = world.current();
    expect(clientSecret).not.toBe(FIRST_SECRET);
    expect(world.client().secret).toBe(clientSecret);
    expect(world.connectorSecret()).toBe(clientSecret);
    expect(world.labelled('AWSPREVIOUS')?.value).toBe(documentText(FIRST_SECRET));
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('of two at once: both end well, and one version is there', async () => {
    const world = createWorld({ adopted: false });
    const outcomes = await Promise.allSettled([world.rotate(), world.rotate()]);
    expect(outcomes.some((one) => one.status === 'fulfilled' && one.value.outcome === 'adopted')).toBe(true);
    expect(world.current().clientSecret).toBe(world.client().secret);
    expect(world.connectorSecret()).toBe(world.client().secret);
  });
});
