import { DeleteScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Credential, KeycloakSettings } from '../../functions/credential/settings/credential.ts';
import { requestToken } from '../../local/real-stack/keycloak/tokens.ts';
import { freePorts } from '../../local/real-stack/programs/free-ports.ts';
import { type Server, serve } from '../../local/stand-ins/serve.ts';
import { patience } from '../support/machine.ts';
import { describeReal, realStack } from '../support/real.ts';
import { type ChaosProxy, startChaosProxy } from './chaos-proxy.ts';
import { findSecrets } from './scan.ts';
import { changeSettings, type SettingsChange } from './settings.ts';
import { type Cast, CLIENT_ID, CONNECTOR_TOKEN, OTHERS, type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-bad';
const { timeouts: TIMEOUTS } = await patience({ function: 45, http: 5 });

/** Its stored value is spoilt; its settings are; it has never been adopted, and nobody lets it in. */
const [STORED, SETTINGS, NEWCOMER] = ['stored', 'settings', 'newcomer'] as const;
const ROTATOR_SECRET = `${PREFIX}-access/${NEWCOMER}/iam`;
const NEWCOMERS_CONNECTOR = `${PREFIX}-access/${NEWCOMER}/connector`;
/** Their connectors answer a write with 412, or with 200 without carrying it out. */
const WITH_OVERLAP = ['busy-overlap', 'forgetful-overlap'];
const IN_PLACE = ['busy-in-place', 'forgetful-in-place'];

/** What an operator may have put by hand. Each could be found by its text. */
const SPOILT = 'planted-by-hand-and-not-to-be-told';

describeReal('bad input to the deployed system', ['keycloak', 'ministack'], () => {
  let stage: Stage;
  let connectors: ChaosProxy;
  let booting: Server;
  let nowhere: string;
  /** The secret of each client before anything went wrong. */
  const first = new Map<string, string>();
  /** What was stored before it was spoilt. */
  let rightDocument: string;
  let rotatorSecret: string;

  beforeAll(async () => {
    const [port] = await freePorts(1);
    nowhere = `http://127.0.0.1:${port}`;
    booting = await serve(async () => bootingAnswer());
    stage = await setStage(PREFIX, cast(), { timeouts: TIMEOUTS });
    connectors = await startChaosProxy(new URL(connectorUrl(SETTINGS)).origin);
    connectors.meddle(async ({ method, path }, forward) => (method === 'PATCH' ? unkept(path) : await forward()));
    for (const [id, { clientSecret }] of stage.provisioned) first.set(id, clientSecret);
    for (const id of [...WITH_OVERLAP, ...IN_PLACE, STORED, SETTINGS])
      expect(await stage.rotate(id)).toMatchObject({ outcome: 'adopted' });
    rightDocument = await stored(`${PREFIX}/${STORED}`);
    rotatorSecret = await stored(ROTATOR_SECRET);
  });

  afterAll(async () => {
    await forgetPlans();
    await stage?.close();
    await connectors?.close();
    await booting?.close();
  });

  afterEach(() => changeSettings(stage, SETTINGS, right(SETTINGS)));

  it.each([
    ['a masked secret', (document: object) => JSON.stringify({ ...document, clientSecret: '**********' })],
    ['an empty secret', (document: object) => JSON.stringify({ ...document, clientSecret: '' })],
    ['a member too many', (document: object) => JSON.stringify({ ...document, password: SPOILT })],
    ['no document at all', () => SPOILT],
  ])('the stored value is %s: document-invalid', async (_what, spoil) => {
    await put(`${PREFIX}/${STORED}`, spoil(JSON.parse(rightDocument)));
    await expectRefusal(STORED, { status: 422, code: 'document-invalid' });
  });

  it.each<[string, () => SettingsChange, { status: number; code: string }]>([
    ['the IAM is down', () => iamAt(nowhere), { status: 502, code: 'iam-unavailable' }],
    ['the IAM is booting', () => iamAt(booting.url), { status: 502, code: 'iam-unavailable' }],
    [
      'the IAM has no such realm',
      () => iamAt(realStack().keycloak.url, 'none'),
      { status: 502, code: 'iam-not-found' },
    ],
    [
      'the Client ID differs in case from the stored one',
      () => ({ clientId: CLIENT_ID.toLowerCase() }),
      { status: 422, code: 'document-invalid' },
    ],
    ['the connector is down', () => ({ connectorUrl: `${nowhere}/x` }), { status: 502, code: 'connector-unavailable' }],
    [
      'the connector has no such configuration',
      () => ({ connectorUrl: `${connectorUrl(SETTINGS)}-none` }),
      { status: 502, code: 'connector-not-found' },
    ],
  ])('%s', async (_what, change, answer) => {
    await changeSettings(stage, SETTINGS, change());
    await expectRefusal(SETTINGS, answer);
    expect(await stage.agreed(SETTINGS)).toBe(first.get(SETTINGS));
  });

  it('the rotator has a wrong secret: iam-unauthorized', async () => {
    await put(ROTATOR_SECRET, JSON.stringify({ clientSecret: SPOILT }));
    await expectRefusal(NEWCOMER, { status: 502, code: 'iam-unauthorized' });
  });

  it("the rotator is somebody without a permission on the client: iam-forbidden; the function's memory is no hindrance", async () => {
    const { realm = '' } = stage.provisioned.get(NEWCOMER) ?? {};
    const { clientId, secret } = await stage.keycloak.createClient(realm, { clientId: 'stranger' });
    await put(ROTATOR_SECRET, JSON.stringify({ clientSecret: secret }));
    await changeSettings(stage, NEWCOMER, { rotatorId: clientId });
    await expectRefusal(NEWCOMER, { status: 502, code: 'iam-forbidden' });
  });

  it('the Client ID differs in case from the one in the IAM: client-not-found', async () => {
    await put(ROTATOR_SECRET, rotatorSecret);
    await changeSettings(stage, NEWCOMER, { ...right(NEWCOMER), clientId: CLIENT_ID.toLowerCase() });
    await expectRefusal(NEWCOMER, { status: 422, code: 'client-not-found' });
  });

  it('the connector refuses the access token: connector-unauthorized, until the right one is stored', async () => {
    await changeSettings(stage, NEWCOMER, right(NEWCOMER));
    await expectRefusal(NEWCOMER, { status: 502, code: 'connector-unauthorized' });
    await put(NEWCOMERS_CONNECTOR, JSON.stringify({ token: CONNECTOR_TOKEN }));
    expect(await stage.rotate(NEWCOMER)).toMatchObject({ outcome: 'adopted' });
    expect(await stage.agreed(NEWCOMER)).toBe(first.get(NEWCOMER));
  });

  it.each([
    ['answers 412 to every write', 'busy-in-place', 'connector-conflict'],
    ['answers 200 and keeps the old secret', 'forgetful-in-place', 'connector-mismatch'],
  ])('a connector %s, in place: rolled back', async (_what, id, cause) => {
    await changeSettings(stage, id, { connectorUrl: throughProxy(id) });
    expect(await stage.rotate(id)).toMatchObject({ status: 502, code: 'rolled-back', outcome: 'rolled-back', cause });
    expect(await stage.agreed(id)).toBe(first.get(id));
    expect(await accepts(id, first.get(id))).toBe(true);
    expect(await stage.view(id)).toMatchObject({ pending: false });
  });

  it.each([
    ['answers 412 to every write', 'busy-overlap', 'connector-conflict'],
    ['answers 200 and keeps the old secret', 'forgetful-overlap', 'connector-mismatch'],
  ])('a connector %s, with overlap: stored, both secrets work, and a repeat is planned', async (_what, id, cause) => {
    await changeSettings(stage, id, { connectorUrl: throughProxy(id) });
    const answer = await stage.rotate(id);
    expect(answer).toMatchObject({ status: 502, code: 'stored-not-applied', outcome: 'stored-not-applied', cause });
    expect(answer.previousWorks).toBe(true);
    const { clientSecret } = await stage.document(id);
    expect(clientSecret).not.toBe(first.get(id));
    expect((await clientOf(id)).secret).toBe(clientSecret);
    expect(await accepts(id, clientSecret)).toBe(true);
    await expectConnectorWorks(id);
    expect(await planned()).toContainEqual(expect.stringMatching(`^${id}\\.repeat\\.`));
  });

  // What had not been applied is pushed and cleared first, and right after a change no rotation begins.
  it('goes on once everything is mended, and everybody agrees', async () => {
    connectors.meddle();
    await put(`${PREFIX}/${STORED}`, rightDocument);
    const waiting = await Promise.all(WITH_OVERLAP.map(async (id) => (await stage.document(id)).clientSecret));
    const ids = [...stage.credentials.keys()];
    const ends = Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await end(id)])));
    expect(ends).toEqual(Object.fromEntries(ids.map((id) => [id, WITH_OVERLAP.includes(id) ? 'too-soon' : 'rotated'])));
    for (const id of ids) expect(await accepts(id, await stage.agreed(id))).toBe(true);
    expect(await Promise.all(WITH_OVERLAP.map((id) => stage.agreed(id)))).toEqual(waiting);
    for (const id of ids) expect(await stage.view(id)).toMatchObject({ pending: false });
  });

  it('has told no value', async () => {
    const texts = [
      ...stage.answers.map((text) => ({ where: 'answer of the API', text })),
      ...(await stage.logs('rotate')).map((text) => ({ where: 'log of rotate', text })),
      ...(await stage.logs('api')).map((text) => ({ where: 'log of api', text })),
    ];
    const now = await Promise.all([...stage.credentials.keys()].map((id) => stage.agreed(id)));
    const planted = [SPOILT, CONNECTOR_TOKEN, OTHERS.byCase, OTHERS.byUrl, JSON.parse(rotatorSecret).clientSecret];
    expect(texts.length).toBeGreaterThan(20);
    expect(findSecrets(texts, [...planted, ...first.values(), ...now])).toEqual([]);
  });

  /** The call is answered with a problem, and everything is as it was before it. */
  async function expectRefusal(id: string, { status, code }: { status: number; code: string }): Promise<void> {
    const before = await everything(id);
    const response = await stage.call(`/credentials/${id}/rotations`, { method: 'POST' });
    const outcome = { outcome: 'refused', nothingChanged: true, rotationId: null, credential: id };
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ type: `/problems/${code}`, status, code, ...outcome });
    expect(await everything(id)).toEqual(before);
    await expectConnectorWorks(id);
  }

  /** Versions with their labels, the IAM's client, and what was written to the connector. */
  async function everything(id: string) {
    const describe = new DescribeSecretCommand({ SecretId: `${PREFIX}/${id}` });
    const { VersionIdsToStages } = await stage.secretsManager.send(describe);
    const { secret, attributes } = await clientOf(id);
    const writes = (await (await stage.control('writes')).json()) as { by: string }[];
    return { VersionIdsToStages, secret, attributes, writes: writes.filter(({ by }) => by !== 'hand').length };
  }

  /** What the connector was given at the beginning is in both sections of ours, and the IAM accepts it. */
  async function expectConnectorWorks(id: string): Promise<void> {
    const secret = first.get(id) ?? '';
    for (const section of ['designTime', 'runtime']) expect(await stage.holds(id, { section, secret })).toBe(true);
    expect(await accepts(id, secret)).toBe(true);
  }

  async function accepts(id: string, secret = ''): Promise<boolean> {
    const url = stage.credentials.get(id)?.accessTokenUrl.replace('/protocol/openid-connect/token', '') ?? '';
    return (await requestToken(url, { clientId: CLIENT_ID, secret })).status === 200;
  }

  /** How a rotation ends; where a call comes too early, and nothing happens, time goes by until it no longer does. */
  async function end(id: string): Promise<string | undefined> {
    for (;;) {
      const response = await stage.call(`/credentials/${id}/rotations`, { method: 'POST' });
      const { code, nothingChanged, outcome } = (await response.json()) as Record<string, string | undefined>;
      if (response.status !== 409 || !nothingChanged) return code ?? outcome;
      await stage.pass(id, Number(response.headers.get('retry-after')) * 1000);
    }
  }

  async function clientOf(id: string) {
    const { realm = '', uuid = '' } = stage.provisioned.get(id) ?? {};
    return await stage.keycloak.readClient(realm, uuid);
  }

  async function stored(SecretId: string): Promise<string> {
    return (await stage.secretsManager.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
  }

  async function put(SecretId: string, SecretString: string): Promise<void> {
    await stage.secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString }));
  }

  function connectorUrl(id: string): string {
    const [connector] = stage.credentials.get(id)?.connectors ?? [];
    return connector?.via === 'https' ? connector.url : '';
  }

  function throughProxy(id: string): string {
    return `${connectors.url}${new URL(connectorUrl(id)).pathname}`;
  }

  /** The settings as they were deployed. */
  function right(id: string): SettingsChange {
    const { accessTokenUrl, iam } = stage.credentials.get(id) as Credential & { iam: KeycloakSettings };
    const { clientId: rotatorId } = iam.auth;
    const urls = { adminUrl: iam.adminUrl, accessTokenUrl };
    return { clientId: CLIENT_ID, iam: urls, rotatorId, connectorUrl: connectorUrl(id) };
  }

  /** The names of the one-time schedules. */
  async function planned(): Promise<string[]> {
    const once = new ListSchedulesCommand({ GroupName: `${PREFIX}-once` });
    return ((await stage.scheduler.send(once)).Schedules ?? []).flatMap(({ Name }) => Name ?? []);
  }

  /** Other suites share the emulator: nothing may fire when this one is over. */
  async function forgetPlans(): Promise<void> {
    for (const Name of await planned())
      await stage.scheduler.send(new DeleteScheduleCommand({ Name, GroupName: `${PREFIX}-once` }));
  }
});

function cast(): Cast[] {
  return [
    { id: STORED },
    { id: SETTINGS },
    { id: NEWCOMER, connector: { auth: { type: 'bearer', secretId: NEWCOMERS_CONNECTOR } } },
    ...WITH_OVERLAP.map((id) => ({ id })),
    ...IN_PLACE.map((id) => ({ id, tags: { overlap: 'no' } })),
  ];
}

/** The rotator's own two ways to the IAM. */
function iamAt(url: string, realm = `${PREFIX}-${SETTINGS}`): SettingsChange {
  const accessTokenUrl = `${url}/realms/${realm}/protocol/openid-connect/token`;
  return { iam: { adminUrl: `${url}/admin/realms/${realm}`, accessTokenUrl } };
}

/** As Keycloak answers while it starts. */
function bootingAnswer(): Response {
  const headers = { 'content-type': 'text/plain', 'retry-after': '1' };
  return new Response('Bootstrap in progress. Retry in 1 seconds.', { status: 503, headers });
}

/** The answer to a write that is not carried out. */
function unkept(path: string): Response {
  if (path.includes('busy')) return Response.json({}, { status: 412 });
  return Response.json({}, { headers: { etag: '"a-new-one"' } });
}
