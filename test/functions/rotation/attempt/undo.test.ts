import { describe, expect, it } from '@jest/globals';
import { createSecret } from '../../../../local/stand-ins/secrets-manager/lifecycle.ts';
import { putSecretValue } from '../../../../local/stand-ins/secrets-manager/values.ts';
import { distortOnce } from '../../../support/distort-once.ts';
import { timeout } from '../../../support/faults.ts';
import {
  CLIENT_ID,
  createWorld,
  documentText,
  FIRST_SECRET,
  IDLE_CLIENT_ID,
  REALM,
  type TestWorld,
  TIMING,
} from '../../../support/world.ts';

const notFound = () => new Response(null, { status: 404 });
const refused = () =>
  Response.json(
    { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' },
    { status: 401 },
  );
const down = () => new Response(null, { status: 503 });

/** A push that fails for good; from then on, what `then` says of the run's requests. */
function failThePush(world: TestWorld, then: (name: string) => Response | undefined): void {
  let pushed = false;
  world.intercept(async ({ name }, perform) => {
    if (/^connector PATCH .*ifs-1/.test(name) && !pushed) {
      pushed = true;
      return notFound();
    }
    return (pushed ? then(name) : undefined) ?? (await perform());
  });
}

/** A run has died: IAM and connectors hold its candidate. It is accepted while the next run looks around, and refused when it checks. */
function takeUp(world: TestWorld, candidate: string, then: (name: string) => void = () => undefined): void {
  world.put('11111111-1111-4111-8111-111111111111', documentText(candidate), 'AWSPENDING');
  const nowS = Math.floor(world.now().getTime() / 1000);
  world.changeClient({
    secret: candidate,
    attributes: {
      'novacura.rotation': 'on',
      'client.secret.rotated': FIRST_SECRET,
      'client.secret.rotated.creation.time': `${nowS}`,
      'client.secret.rotated.expiration.time': `${nowS + 1_000_000}`,
      'client.secret.expiration.time': `${nowS + 100_000_000}`,
    },
  });
  world.enter(candidate);
  world.advance(TIMING.leaseMs);
  let looks = 0;
  world.intercept(async ({ name, sent }, perform) => {
    then(name);
    const asked = name.endsWith('/token') && sent.includes(candidate);
    return asked && looks++ > 0 ? refused() : await perform();
  });
}

describe('undo', () => {
  it('brings the previous secret back, sees that it is held and accepted, and clears AWSPENDING', async () => {
    const world = createWorld({ overlap: false });
    failThePush(world, () => undefined);
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'rolled-back', failure: { code: 'connector-not-found' } });
    expect(rotation.steps.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['journal', 'renew', 'push', 'undo']),
    );
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
    const remote = world.calls.filter((name) => !name.startsWith('scheduler'));
    expect(remote.at(-1)).toBe('secrets-manager UpdateSecretVersionStage');
  });

  it('keeps what an administrator switched on since the client was observed', async () => {
    const world = createWorld({ overlap: false });
    failThePush(world, (name) => {
      // The undo's first look at the labels.
      if (name.startsWith('secrets-manager List')) switchOn(world);
      return undefined;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back' });
    expect(world.client()).toMatchObject({ secret: FIRST_SECRET, authorization: ON });
  });

  it('that fails too ends interrupted with AWSPENDING kept; the next run resumes', async () => {
    const world = createWorld({ overlap: false });
    failThePush(world, (name) => (name.startsWith('iam') ? down() : undefined));
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'interrupted', failure: { code: 'connector-not-found' } });
    const pending = world.labelled('AWSPENDING');
    expect(pending?.id).toBe(rotation.rotationId);
    world.intercept((_io, perform) => perform());
    await expect(world.rotate()).rejects.toMatchObject({ code: 'rotation-in-progress' });
    world.advance(TIMING.leaseMs);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', rotationId: pending?.id });
    expect(world.client().secret).toBe(world.current().clientSecret);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('of a candidate that the IAM held when it was read names the previous secret as the one that stays', async () => {
    const world = createWorld();
    takeUp(world, 'the-candidate-of-a-run-that-died');
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back' });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('keeps what an administrator switched on while connectors were given the old document back', async () => {
    const world = createWorld();
    takeUp(world, 'the-candidate-of-a-run-that-died', (name) => {
      if (/^connector PATCH/.test(name)) switchOn(world);
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back' });
    expect(world.client().attributes).not.toHaveProperty(['client.secret.rotated']);
    expect(world.client()).toMatchObject({ secret: FIRST_SECRET, authorization: ON });
  });

  it('waits out a write that the IAM did not answer before it writes itself', async () => {
    const world = createWorld({ overlap: false });
    const unanswered: Date[] = [];
    const undone: Date[] = [];
    let asked = false;
    world.intercept(async ({ name }, perform) => {
      if (!name.startsWith('iam PUT') || !world.labelled('AWSPENDING')) return await perform();
      if (unanswered.length < 3) {
        unanswered.push(world.now());
        // Carried out only with the last one, whose reply is lost as well.
        if (unanswered.length === 3) world.changeClient({ secret: 'late-arrival', attributes: {} });
        return timeout();
      }
      undone.push(world.now());
      asked = true;
      return await perform();
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back' });
    expect(asked).toBe(true);
    const waited = (undone[0]?.getTime() ?? 0) - (unanswered.at(-1)?.getTime() ?? 0);
    expect(waited).toBeGreaterThanOrEqual(TIMING.httpTimeoutMs);
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it('reads AWSCURRENT again before it writes: it never undoes what another run has promoted', async () => {
    const world = createWorld({ overlap: false });
    failThePush(world, () => {
      const pending = world.labelled('AWSPENDING');
      if (pending && world.labelled('AWSCURRENT')?.id !== pending.id) {
        world.put(pending.id, pending.value, 'AWSCURRENT');
        const { store } = world.secrets;
        store.secrets.get('csr/acme-prod')?.labels.set('AWSCURRENT', pending.id);
      }
      return undefined;
    });
    const rotation = await world.rotate();
    expect(rotation.outcome).toBe('rotated');
    expect(world.client().secret).toBe(world.current().clientSecret);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });

  it('ends interrupted where the connector that was written does not take the old document back', async () => {
    const world = createWorld({ overlap: false, connectors: 2 });
    failThePush(world, (name) => (/^connector PATCH .*ifs-2/.test(name) && undoing(world) ? down() : undefined));
    expect(await world.rotate()).toMatchObject({ outcome: 'interrupted' });
    expect(world.labelled('AWSPENDING')).toBeDefined();
    world.intercept((_io, perform) => perform());
    world.advance(TIMING.leaseMs);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    const { clientSecret } = world.current();
    expect([world.connectorSecret(0), world.connectorSecret(1)]).toEqual([clientSecret, clientSecret]);
  });
});

describe('undo between two clients, after a connector has stored something else than it was given', () => {
  const PAIR = { strategy: 'alternating-clients', clientId: [CLIENT_ID, IDLE_CLIENT_ID] };

  it('leaves the other client what it was given', async () => {
    const world = createWorld({ overlap: false, connectors: 2, settings: PAIR });
    distortOnce(world);
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: 'connector-mismatch' } });
    expect([world.connectorSecret(0), world.connectorSecret(1)]).toEqual([FIRST_SECRET, FIRST_SECRET]);
    expect(world.calls.filter((name) => name.startsWith('iam PUT'))).toHaveLength(1);
    expect(idleSecret(world)).not.toBe(FIRST_SECRET);
  });

  it('is done as well where only a person can change the IAM', async () => {
    const iam = { type: 'manual', owner: 'IFS administrator', within: 'P7D' };
    const world = createWorld({ overlap: false, connectors: 2, settings: { ...PAIR, iam } });
    const SecretId = 'csr-inbox/acme-prod';
    createSecret(world.secrets.store, { Name: SecretId, ClientRequestToken: 'inbox-'.padEnd(32, '0') });
    const ClientRequestToken = 'submission-'.padEnd(32, '0');
    const SecretString = world.iam.regenerateSecret(REALM, world.iam.findClient(REALM, IDLE_CLIENT_ID)?.id ?? '');
    putSecretValue(world.secrets.store, { SecretId, ClientRequestToken, SecretString });
    distortOnce(world);
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: 'connector-mismatch' } });
    expect([world.connectorSecret(0), world.connectorSecret(1)]).toEqual([FIRST_SECRET, FIRST_SECRET]);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
    expect(idleSecret(world)).toBe(SecretString);
  });
});

function idleSecret(world: TestWorld): string | undefined {
  return world.iam.findClient(REALM, IDLE_CLIENT_ID)?.secret;
}

const ON = expect.any(Object);

/** An administrator switches the authorization services on, and leaves the rest as it is. */
function switchOn(world: TestWorld): void {
  world.changeClient({ serviceAccountsEnabled: true, authorizationServicesEnabled: true, attributes: {} });
}

/** The IAM has the old secret again, while the second connector still holds the candidate. */
function undoing(world: TestWorld): boolean {
  return world.client().secret === FIRST_SECRET;
}
