import { describe, expect, it } from '@jest/globals';
import { deleteSecret } from '../../../../local/stand-ins/secrets-manager/lifecycle.ts';
import { instead, starting, timeout } from '../../../support/faults.ts';
import {
  CLIENT_ID,
  createWorld,
  documentText,
  FIRST_SECRET,
  REALM,
  SECRET_ID,
  type TestWorld,
  type WorldOptions,
} from '../../../support/world.ts';

const status =
  (code: number, body: object = {}) =>
  () =>
    Response.json(body, { status: code });
const CLIENTS = /^iam GET .*\/clients$/;
const TOKEN = /^iam POST .*\/token$/;
const FORBIDDEN = status(403, { error: 'HTTP 403 Forbidden' });

/** A run that is refused in preflight: nothing was changed, and its message tells no value. */
async function expectRefused(world: TestWorld, code: string): Promise<void> {
  const before = {
    client: world.client(),
    versions: world.secrets.versions(SECRET_ID),
    writes: world.flow.writes.length,
  };
  const rotation = await world.rotate();
  expect(rotation).toMatchObject({ outcome: 'refused', rotationId: null, failure: { code } });
  expect(rotation.failure?.detail).not.toBe('');
  expect(rotation.failure?.next).not.toBe('');
  expect({
    client: world.client(),
    versions: world.secrets.versions(SECRET_ID),
    writes: world.flow.writes.length,
  }).toEqual(before);
  expect(JSON.stringify(rotation)).not.toMatch(/the-secret-that|not-to-be-told|rotator-secret|access-token/);
}

describe('preflight refuses, with nothing changed, when the IAM', () => {
  it.each([
    ['is down', /^iam/, status(502), 'iam-unavailable'],
    ['is starting (503 text/plain)', /^iam/, starting, 'iam-unavailable'],
    ['does not answer', /^iam/, timeout, 'iam-timeout'],
    ['has no such realm', TOKEN, status(404, { error: 'Realm does not exist' }), 'iam-not-found'],
    [
      'has a disabled realm',
      TOKEN,
      status(403, { error: 'access_denied', error_description: 'x' }),
      'iam-unauthorized',
    ],
    ['refuses the admin token for good', CLIENTS, status(401, { error: 'HTTP 401 Unauthorized' }), 'iam-unauthorized'],
    ['gives no permission to look', CLIENTS, FORBIDDEN, 'iam-forbidden'],
    ['shows the rotator no such client', CLIENTS, status(200, []), 'client-not-found'],
    ['answers something else', CLIENTS, () => Response.json({ page: 'not-to-be-told' }), 'iam-unexpected'],
    ['is not what answers', CLIENTS, () => new Response('<html>not-to-be-told</html>'), 'iam-unavailable'],
  ])('%s', async (_what, name, answer, code) => {
    const world = createWorld();
    world.intercept(instead(name, answer));
    await expectRefused(world, code);
  });

  it('gives no permission to write: where that can be asked before', async () => {
    const world = createWorld({ settings: { strategy: 'dual-secret' } });
    world.intercept(instead(/^iam PUT/, FORBIDDEN));
    await expectRefused(world, 'iam-forbidden');
  });

  it('has the Client ID in another case', async () => {
    const clientId = CLIENT_ID.toLowerCase();
    const world = createWorld({ adopted: false, settings: { clientId } });
    await expectRefused(world, 'client-not-found');
  });

  it.each([
    ['is disabled', { enabled: false }],
    ['has no service account', { serviceAccountsEnabled: false }],
    ['authenticates by a JWT', { clientAuthenticatorType: 'client-jwt' }],
  ])('has a client that %s', async (_what, representation) => {
    const world = createWorld();
    world.changeClient(representation);
    await expectRefused(world, 'client-not-usable');
  });

  it("has a client whose service account's user is disabled, in Keycloak's own words", async () => {
    const world = createWorld();
    world.iam.adjustClient(REALM, world.client().id, { serviceAccountUserEnabled: false });
    const { failure } = await world.rotate();
    expect(failure).toMatchObject({ code: 'client-not-usable', detail: expect.stringContaining('disabled') });
  });

  it('refuses the rotator: its own secret is read again once, before that is said', async () => {
    const world = createWorld();
    const wrong = status(401, {
      error: 'unauthorized_client',
      error_description: 'Invalid client or Invalid client credentials',
    });
    world.intercept(instead(TOKEN, wrong));
    await expectRefused(world, 'iam-unauthorized');
    const reads = world.calls.filter((name) => name.endsWith(' csr-access/acme-prod/iam'));
    expect(reads).toHaveLength(2);
  });

  it('forgot the admin token: one fresh token is obtained, and the run goes on', async () => {
    const world = createWorld();
    world.intercept(instead(CLIENTS, status(401, { error: 'HTTP 401 Unauthorized' }), 1));
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
  });

  it('is away for a moment: the run goes on', async () => {
    const world = createWorld();
    world.intercept(instead(/^iam (GET|POST)/, starting, 1));
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
  });
});

describe('preflight refuses, with nothing changed, when a connector', () => {
  it.each([
    ['is down', status(503), 'connector-unavailable'],
    ['does not answer', timeout, 'connector-timeout'],
    ['has no such configuration', status(404), 'connector-not-found'],
    ['refuses the rotator', status(401), 'connector-unauthorized'],
    ['answers without an ETag', status(200, {}), 'connector-invalid'],
  ])('%s', async (_what, answer, code) => {
    const world = createWorld();
    world.intercept(instead(/^connector/, answer));
    await expectRefused(world, code);
  });

  it('has no section of ours', async () => {
    const world = createWorld();
    const configuration = world.flow.backup('ifs-1').open();
    const { studioTestBench: other } = configuration.authentication;
    if (!other) throw new Error('the fixture has a test bench');
    world.flow.configure('ifs-1', { ...configuration, authentication: { designTime: other, runtime: other } });
    await expectRefused(world, 'section-not-found');
  });
});

describe('preflight refuses, with nothing changed, when the secret', () => {
  const valid = JSON.parse(documentText('not-to-be-told'));
  it.each([
    ['is not JSON', 'clientSecret=not-to-be-told'],
    ['is masked', documentText('**********')],
    ['has no client secret', documentText('')],
    ['has another member', JSON.stringify({ ...valid, password: 'not-to-be-told' })],
    ['lacks the scope', JSON.stringify({ ...valid, scope: undefined })],
    ['is about another client', JSON.stringify({ ...valid, clientId: 'Other' })],
    ['is about another case of the client', JSON.stringify({ ...valid, clientId: CLIENT_ID.toLowerCase() })],
    ['is about another realm', JSON.stringify({ ...valid, accessTokenUrl: 'https://iam.example.com/token' })],
  ])('%s', async (_what, value) => {
    const world = createWorld();
    world.put('55555555-5555-4555-8555-555555555555', value, 'AWSCURRENT');
    world.advance(3_600_000);
    await expectRefused(world, 'document-invalid');
  });

  it('can not be decrypted', async () => {
    const world = createWorld();
    world.secrets.disableKey(SECRET_ID);
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'refused', failure: { code: 'key-unusable' } });
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it('is scheduled for deletion', async () => {
    const world = createWorld();
    deleteSecret(world.secrets.store, { SecretId: SECRET_ID });
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'secret-deleted' } });
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it('does not exist', async () => {
    const world = createWorld();
    deleteSecret(world.secrets.store, { SecretId: SECRET_ID, ForceDeleteWithoutRecovery: true });
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'secret-not-found' } });
  });

  it.each(['iam', 'connector'])('of the rotator at the %s has no value', async (which) => {
    const world = createWorld();
    deleteSecret(world.secrets.store, {
      SecretId: `csr-access/acme-prod/${which}`,
      ForceDeleteWithoutRecovery: true,
    });
    const { failure } = await world.rotate();
    expect(failure).toMatchObject({ code: 'access-secret-invalid', detail: expect.stringContaining(which) });
  });

  it.each([
    // Whether a rotation is under way is not known then.
    ['can not be listed', /ListSecretVersionIds$/, 'interrupted'],
    ['can not be read', /GetSecretValue$/, 'refused'],
    ['can not be described', /DescribeSecret$/, 'refused'],
    ['can not be put', /PutSecretValue$/, 'refused'],
  ])('%s: store-forbidden', async (_what, name, outcome) => {
    const world = createWorld();
    const denied = status(400, { __type: 'AccessDeniedException', message: 'User is not authorized: not-to-be-told' });
    world.intercept(instead(name, denied));
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome, nothingChanged: true, failure: { code: 'store-forbidden' } });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });
});

describe('what preflight may write', () => {
  it('is the overlap probe alone, and that only where the IAM has not said yes already', async () => {
    const world = createWorld({ overlap: false, settings: { strategy: 'dual-secret' } } satisfies WorldOptions);
    await world.rotate();
    expect(world.calls.filter((name) => /^iam (PUT|DELETE)/.test(name))).toHaveLength(1);
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });
});
