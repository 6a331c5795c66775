import { describe, expect, it } from '@jest/globals';
import { createSecret } from '../../../../local/stand-ins/secrets-manager/lifecycle.ts';
import { putSecretValue } from '../../../../local/stand-ins/secrets-manager/values.ts';
import { timeout } from '../../../support/faults.ts';
import {
  CLIENT_ID,
  createWorld,
  FIRST_SECRET,
  IDLE_CLIENT_ID,
  REALM,
  type TestWorld,
  type WorldOptions,
} from '../../../support/world.ts';

const HOUR_MS = 3_600_000;
const INBOX = 'csr-inbox/acme-prod';
const REFUSAL = { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' };

function createHands(options: WorldOptions = {}) {
  const settings = { iam: { type: 'manual', within: 'P7D' }, ...options.settings };
  const world = createWorld({ overlap: false, ...options, settings });
  createSecret(world.secrets.store, { Name: INBOX, ClientRequestToken: 'inbox-'.padEnd(32, '0') });
  return world;
}

function createPair(options: WorldOptions = {}) {
  return createHands({
    ...options,
    settings: { clientId: [CLIENT_ID, IDLE_CLIENT_ID], strategy: 'alternating-clients' },
  });
}

function refresh(world: TestWorld, clientId = CLIENT_ID): string {
  return world.iam.regenerateSecret(REALM, world.iam.findClient(REALM, clientId)?.id ?? '');
}

let submissions = 0;

function submit(world: TestWorld, secret: string): void {
  const ClientRequestToken = `a-submission-${++submissions}-`.padEnd(36, '0');
  putSecretValue(world.secrets.store, { SecretId: INBOX, ClientRequestToken, SecretString: secret });
}

function inbox(world: TestWorld): string | undefined {
  return world.secrets.versions(INBOX).find(({ stages }) => stages.includes('AWSCURRENT'))?.SecretString;
}

describe('a secret that a person has submitted', () => {
  it('is taken although a node of the IAM that has not heard of the refresh yet refuses it at first', async () => {
    const world = createHands();
    const secret = refresh(world);
    submit(world, secret);
    let refusals = 3;
    world.intercept(async ({ name, sent }, perform) => {
      if (!name.startsWith('iam POST') || !sent.includes(secret) || refusals-- <= 0) return await perform();
      return Response.json(REFUSAL, { status: 401 });
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(world.current().clientSecret).toBe(secret);
  });

  it('goes on where a connector does not answer, although a node that lags still accepts the current secret at first', async () => {
    const world = createHands({ connectors: 2 });
    let granted: Response | undefined;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (name.startsWith('iam POST')) granted = response.clone();
      return response;
    });
    await world.scheduled({ scheduledTime: new Date(0) });
    const secret = refresh(world);
    submit(world, secret);
    let isJournaled = false;
    let isDark = false;
    world.intercept(async ({ name, sent }, perform) => {
      isJournaled ||= name === 'secrets-manager PutSecretValue';
      isDark ||= name.startsWith('connector PATCH');
      if (isDark && name.startsWith('connector') && name.endsWith('ifs-2')) return timeout();
      const lags = !isJournaled && name.startsWith('iam POST') && sent.includes(FIRST_SECRET);
      return lags && granted ? granted.clone() : await perform();
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'stored-not-applied', previousWorks: false });
    expect(world.connectorSecret(0)).toBe(secret);
    expect(world.current().clientSecret).toBe(secret);
  });

  it('stays in the inbox while the IAM refuses the client as such', async () => {
    const world = createHands();
    const secret = refresh(world);
    submit(world, secret);
    const disabled = {
      error: 'unauthorized_client',
      error_description: 'Client not enabled to retrieve service account',
    };
    world.intercept(async ({ name }, perform) =>
      name.startsWith('iam POST') ? Response.json(disabled, { status: 401 }) : await perform(),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'client-not-usable' } });
    expect(inbox(world)).toBe(secret);
  });

  it('becomes current also where the rotation before it was not cleared', async () => {
    const world = createHands();
    submit(world, refresh(world));
    world.intercept(async ({ name }, perform) =>
      name.startsWith('connector PATCH') ? new Response('', { status: 503 }) : await perform(),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'stored-not-applied' });
    world.intercept((_io, perform) => perform());
    world.advance(HOUR_MS);
    const secret = refresh(world);
    expect(await world.scheduled()).toMatchObject({
      outcome: 'awaiting-person',
      failure: { code: 'submission-needed' },
    });
    submit(world, secret);
    world.advance(HOUR_MS);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(world.connectorSecret()).toBe(secret);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });
});

describe('a run that puts a connector right and then asks a person', () => {
  it('reports what it has put right, and the task', async () => {
    const world = createHands();
    world.enter('an-old-secret');
    const rotation = await world.scheduled();
    expect(rotation).toMatchObject({ outcome: 'repaired', nothingChanged: false });
    expect(rotation.tasks).toEqual([expect.objectContaining({ kind: 'submit-secret' })]);
  });
});

describe('a person who is asked to end a former secret', () => {
  it('is asked no more once a rotation has renewed its client', async () => {
    const world = createPair();
    const former = world.labelled('AWSCURRENT')?.id ?? '';
    submit(world, refresh(world, IDLE_CLIENT_ID));
    await world.rotate();
    world.advance(25 * HOUR_MS);
    await world.retire(former);
    expect((await world.tasks.read()).tasks).toEqual([expect.objectContaining({ kind: 'end-former-secret' })]);
    submit(world, refresh(world, CLIENT_ID));
    world.advance(HOUR_MS);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect((await world.tasks.read()).tasks).toEqual([]);
  });

  it('is not asked about the one client that is in use: to refresh it would cut it off', async () => {
    const world = createHands({ overlap: 'any-client' });
    const former = world.labelled('AWSCURRENT')?.id ?? '';
    submit(world, refresh(world));
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret', previousValidUntil: null });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    world.advance(25 * HOUR_MS);
    expect(await world.retire(former)).toMatchObject({ outcome: 'postponed', failure: { code: 'awaiting-person' } });
    expect((await world.tasks.read()).tasks).toEqual([]);
  });
});

describe('a manual connector of which an older word came last', () => {
  it('is asked for anew: the retire that finds it plans the run that does so', async () => {
    const https = {
      name: 'ifs-1',
      url: 'https://flow.example.com/odata-connector/configurations/ifs-1',
      auth: { type: 'bearer', secretId: 'csr-access/acme-prod/connector' },
    };
    const world = createWorld({ settings: { connectors: [https, { name: 'Desk', via: 'manual', within: 'PT10H' }] } });
    const former = world.labelled('AWSCURRENT')?.id ?? '';
    const say = (versionId: string) =>
      world.tasks.acknowledge({ connector: 'Desk', versionId, by: 'anna', at: world.now() });
    await say(former);
    await world.scheduled();
    await say(world.labelled('AWSCURRENT')?.id ?? '');
    await say(former);
    world.advance(25 * HOUR_MS);
    expect(await world.retire(former)).toMatchObject({ outcome: 'postponed', failure: { code: 'connector-behind' } });
    expect(world.planned.some(({ name }) => name.includes('.repeat.'))).toBe(true);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });
});

describe('a secret that a person refreshes between two token requests of one look', () => {
  it('is one that nobody has submitted: a person is asked, and nothing is wrong with the run', async () => {
    const world = createHands();
    let tokens = 0;
    world.intercept(async ({ name }, perform) => {
      if (name.startsWith('iam POST') && ++tokens === 2) refresh(world);
      return await perform();
    });
    expect(await world.scheduled()).toMatchObject({
      outcome: 'awaiting-person',
      failure: { code: 'submission-needed' },
    });
  });
});

describe('a task to end a former secret that nobody was told of, since the retire that opened it has died', () => {
  it('is told to nobody once another rotation has renewed the client', async () => {
    const world = createPair();
    const former = world.labelled('AWSCURRENT')?.id ?? '';
    submit(world, refresh(world, IDLE_CLIENT_ID));
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    world.advance(25 * HOUR_MS);
    const openedAt = world.now();
    const dueAt = new Date(openedAt.getTime() + HOUR_MS);
    await world.tasks.open({ kind: 'end-former-secret', versionId: former, openedAt, dueAt });
    world.advance(1000);
    submit(world, refresh(world, CLIENT_ID));
    const rotation = await world.rotate();
    expect(rotation.outcome).toBe('rotated');
    expect(rotation.tasks).toBeUndefined();
    expect(world.announcements()).toEqual([]);
    expect((await world.tasks.read()).tasks).toEqual([]);
  });
});
