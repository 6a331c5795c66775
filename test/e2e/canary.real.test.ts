import { readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Rotation } from '../../functions/credential/outcome.ts';
import type { FleetProgress } from '../../functions/many/progress.ts';
import { csr, csrConsole, typeInto } from '../cli/support/csr.ts';
import { ECHOES } from '../support/encodings.ts';
import { patience } from '../support/machine.ts';
import { describeReal } from '../support/real.ts';
import type { Collector } from './canary/collector.ts';
import {
  AGENT,
  CLOCK,
  ENTERED,
  HAND,
  NATIVE,
  type Neighbour,
  openScene,
  PLACE,
  PREFIX,
  PROD,
  type Scene,
  STORED,
  TLS,
} from './canary/scene.ts';
import { killFunction, type Passing } from './chaos-proxy.ts';
import { ADMINISTRATOR, createTestRealm, PASSWORD, type TestRealm } from './iam/prepared-realm.ts';
import { changeSettings } from './settings.ts';
import { CLIENT_ID, ROTATOR } from './stage.ts';

const { slowness: SLOWNESS } = await patience({ function: 80, http: 3 });
const HTTP_S = Math.ceil(3 * SLOWNESS);
const AGENT_S = Math.ceil(5 * SLOWNESS);
/** As many as a connector by agent needs at synth. */
const FUNCTION_S = 3 * HTTP_S + 61 + 2 * AGENT_S;
const TIMEOUTS = { http: `PT${HTTP_S}S`, function: `PT${FUNCTION_S}S` };
const LEASE_MS = (FUNCTION_S + HTTP_S) * 1000;
/** A run that is stopped is given up after as many seconds: no less, or it begins nothing. */
const SHORT_S = 5 * HTTP_S;
/** A busy machine is no fault. */
jest.setTimeout(900_000);

/** Requests whose answer tells all secrets: of which kind, and with which status. */
const BY_IAM: Record<string, [is: (request: Passing, said: string) => boolean, status: number]> = {
  'the token of the rotator': [(request, said) => isToken(request) && said.includes(ROTATOR), 401],
  'the token of the credential': [(request, said) => isToken(request) && said.includes(CLIENT_ID), 400],
  'the token of the credential, at a fault': [(request, said) => isToken(request) && said.includes(CLIENT_ID), 500],
  'the search': [({ method, path }) => method === 'GET' && path.includes('/admin/'), 500],
  'the search, in another shape': [({ method, path }) => method === 'GET' && path.includes('/admin/'), 200],
  'the write': [({ method }) => method === 'PUT', 400],
  'the write, at a fault': [({ method }) => method === 'PUT', 500],
};
const BY_CONNECTOR: Record<string, [method: string, status: number]> = {
  'the read': ['GET', 500],
  'the read, refused': ['GET', 401],
  'the read, in another shape': ['GET', 200],
  'the write': ['PATCH', 500],
  'the write, refused': ['PATCH', 400],
  'the write, in another shape': ['PATCH', 200],
};

describeReal('no secret is left behind by the deployed system', ['keycloak', 'ministack'], () => {
  let scene: Scene;
  let realm: TestRealm;
  /** The good document of the one whose value is spoilt. */
  let stored: object | undefined;

  beforeAll(async () => {
    scene = await openScene({ timeouts: TIMEOUTS, agentS: AGENT_S });
    realm = await createTestRealm(scene.stage.keycloak, scene.iamUrl, PREFIX);
    await scene.stage.keycloak.createClient(realm.realm, { clientId: CLIENT_ID });
    scene.canaries.note('the password of an administrator', PASSWORD);
  });
  afterAll(async () => {
    if (realm) await scene.stage.keycloak.deleteRealm(realm.realm);
    await scene?.close();
  });

  it('of first runs, many at once', async () => {
    const body = { select: { match: 'acme-*' }, tolerated: { count: 10 }, reason: 'first of all' };
    const begun = await scene.stage.call('/rotations', { method: 'POST', body });
    const { executionId } = (await begun.json()) as { executionId: string };
    const progress = async () => (await (await scene.stage.call(`/rotations/${executionId}`)).json()) as FleetProgress;
    expect(
      await until(async () => ((await progress()).status === 'ended' ? await progress() : undefined)),
    ).toMatchObject({ outcome: 'completed', failures: [] });
  });

  it('of rotations that succeed, by each door, with the end of grace', async () => {
    const rotated = await Promise.all([PROD, PLACE, TLS, AGENT].map((id) => scene.stage.rotate(id)));
    expect(rotated.map(({ outcome }) => outcome)).toEqual(rotated.map(() => 'rotated'));
    await scene.stage.pass(PROD, LEASE_MS);
    evil(scene.iam, BY_IAM['the write, at a fault']);
    const event = { trigger: 'retire', id: PROD, versionId: await versionAt(PROD, 'AWSPREVIOUS'), attempt: 0 };
    await scene.invoke('retire', event);
    scene.iam.meddle();
    await scene.stage.pass(PROD, LEASE_MS);
    expect((await scene.invoke('retire', event)).payload).toContain('"retired"');
  });

  it("of Secrets Manager's own four steps", async () => {
    await changeSettings(scene.stage, NATIVE, { native: true });
    const first = await candidate();
    for (const name of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
      expect([name, await first.step(name)]).toEqual([name, 'null']);
    expect((await scene.stage.document(NATIVE)).clientSecret).toBe(first.value);
    const second = await candidate();
    evil(scene.iam, BY_IAM['the write, at a fault']);
    expect(await second.step('setSecret')).toContain('errorMessage');
    scene.iam.meddle();
    evil(scene.connector);
    expect(await second.step('setSecret')).toContain('errorMessage');
    scene.connector.meddle();
  });

  it.each(Object.entries(BY_IAM))('of an IAM that tells all at %s', async (_what, how) => {
    evil(scene.iam, how);
    await expectFailure(PROD);
    scene.iam.meddle();
  });

  it.each(Object.entries(BY_CONNECTOR))('of a connector that tells all at %s', async (_what, [method, status]) => {
    evil(scene.connector, [(request) => request.method === method, status]);
    await Promise.all([PLACE, TLS].map(expectFailure));
    await scene.invoke('audit', { trigger: 'audit', scheduledTime: now(), id: PLACE });
    scene.connector.meddle();
  });

  it.each<[string, (document: object, secret: string) => string]>([
    ['is the secret alone', (_document, secret) => secret],
    ['has the secret as the name of a member', (document, secret) => JSON.stringify({ ...document, [secret]: '' })],
    [
      'has the secret in the place of the address',
      (document, accessTokenUrl) => JSON.stringify({ ...document, accessTokenUrl }),
    ],
    ['has the secret in the place of the Client ID', (document, clientId) => JSON.stringify({ ...document, clientId })],
    ['is cut off', (document) => JSON.stringify(document).slice(0, -3)],
  ])('of a stored value that %s', async (what, spoil) => {
    const document = stored ?? (await scene.stage.document(STORED));
    stored = document;
    await put(`${PREFIX}/${STORED}`, spoil(document, scene.canaries.plant(`a stored value that ${what}`)));
    await expectFailure(STORED);
    await scene.stage.call(`/credentials/${STORED}/rotations`, { method: 'POST', body: { dryRun: true } });
    await scene.invoke('audit', { trigger: 'audit', scheduledTime: now(), id: STORED });
  });

  it('of an agent whose connector does not come up, and whose file is spoilt', async () => {
    await writeFile(scene.noRestart, '');
    await expectFailure(AGENT);
    await rm(scene.noRestart);
    const whole = await readFile(scene.agentFile, 'utf8');
    await writeFile(scene.agentFile, whole.slice(0, -9));
    await expectFailure(AGENT);
    await writeFile(scene.agentFile, whole);
    await scene.stage.pass(AGENT, LEASE_MS);
    await scene.stage.rotate(AGENT);
  });

  it('of a function that reports and dies in the middle, once a connector has been sent a secret', async () => {
    const left = () => readdirSync(scene.reports).length;
    let died = 0;
    scene.connector.meddle(async (request, forward) => {
      if (request.method === 'PATCH' && died === 0) {
        killFunction(`${PREFIX}-rotate`, 'SIGUSR2');
        await until(async () => left() > 0 || undefined);
        died = killFunction(`${PREFIX}-rotate`, 'SIGALRM');
      }
      return await forward();
    });
    await scene.stage.pass(PROD, LEASE_MS);
    const { outcome } = await scene.stage.rotate(PROD);
    expect([outcome, died]).toEqual([undefined, expect.any(Number)]);
    await until(async () => left() > died || undefined);
    scene.connector.meddle();
    await scene.stage.pass(PROD, LEASE_MS);
    await scene.stage.rotate(PROD);
  });

  it('of a function that is given up in the middle, and of events that end as dead letters', async () => {
    await limitRotate(SHORT_S);
    scene.connector.meddle(async (request, forward) => {
      if (request.method === 'PATCH') killFunction(`${PREFIX}-rotate`, 'SIGSTOP');
      return await forward();
    });
    await scene.stage.pass(PLACE, LEASE_MS);
    const { outcome } = await scene.stage.rotate(PLACE);
    scene.connector.meddle();
    killFunction(`${PREFIX}-rotate`, 'SIGCONT');
    await limitRotate(FUNCTION_S);
    expect(outcome).toBeUndefined();
    evil(scene.iam, BY_IAM['the search']);
    await scene.send('rotate', await stepOf(NATIVE, 'finishSecret'));
    await scene.send('rotate', await stepOf(STORED, 'createSecret'));
    const letters = collector('dead letters');
    await until(
      async () => (await letters.collect()).some(({ text }) => text.includes('RetriesExhausted')) || undefined,
    );
    scene.iam.meddle();
  });

  it('of the command line, whether it succeeds or fails', async () => {
    const { csr } = scene.operator;
    const both = (args: readonly string[], input = '') =>
      Promise.all([csr(args, { input }), csr([...args, '--json'], { input })]);
    for (const id of [PROD, STORED]) for (const command of ['plan', 'status', 'history']) await both([command, id]);
    await both(['list']);
    await both(['doctor']);
    await csr(['reveal', STORED, '--stdout']);
    await csr(['reveal', PROD, '--clipboard'], { env: { PATH: '/nowhere' } });
    evil(scene.connector, [() => true, 500]);
    await scene.stage.pass(PLACE, LEASE_MS);
    await both(['rotate', PLACE, '--wait', '--reason', 'a connector that tells all']);
    scene.connector.meddle();
    const name = `${PREFIX}-access/${PROD}/other`;
    const set = scene.canaries.plant('an access secret that was set');
    expect(await csr(['access', 'set', name, '--form', 'token'], { input: set })).toMatchObject({ exit: 0 });
    const unsendable = `${scene.canaries.plant('an access secret that cannot be sent')}\u0007`;
    expect((await csr(['access', 'set', name, '--form', 'token'], { input: unsendable })).exit).not.toBe(0);
    const lines = ['Secret ID,Form,Value', `${name},${quoted(set)},${quoted(set)}`, `${quoted(set)},token,x`];
    expect((await csr(['access', 'set', '--from-file', '-'], { input: lines.join('\n') })).exit).not.toBe(0);
  });

  it('of a person who submits a wrong secret, then the right one', async () => {
    const { csr } = scene.operator;
    await csr(['submit', HAND], { input: scene.canaries.plant('a submitted secret that is wrong') });
    const secret = scene.canaries.plant('a submitted secret');
    const { realm: name = '', uuid = '' } = scene.stage.provisioned.get(HAND) ?? {};
    await scene.stage.keycloak.updateClient(name, uuid, { secret });
    await scene.stage.pass(HAND, LEASE_MS);
    await csr(['submit', HAND, '--json'], { input: secret });
    expect((await scene.stage.document(HAND)).clientSecret).toBe(secret);
    expect((await csr(['ack', HAND, ENTERED], { input: 'yes\n' })).exit).toBe(0);
  });

  it('of an administrator who prepares a realm, in which all is told at first', async () => {
    const place = ['--admin-url', realm.adminUrl, '--client', CLIENT_ID];
    const secretId = ['--secret-id', `${PREFIX}-access/acme-prepared/iam`];
    const prepare = ['iam', 'prepare', ...place, ...secretId, '--admin-user', ADMINISTRATOR];
    const { endpoint, region, credentials } = scene.stage.aws;
    const env = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      CSR_PREFIX: PREFIX,
    };
    const type = () => typeInto(prepare, env, `${PASSWORD}\r`, 'yes');
    evil(scene.iam, [isToken, 401]);
    expect((await type()).status).not.toBe(0);
    scene.iam.meddle();
    const { status, output } = await type();
    if (status !== 0) throw new Error(output);
    evil(scene.iam, [({ path }) => path.includes('/admin/'), 500]);
    expect((await type()).status).not.toBe(0);
    scene.iam.meddle();
    await csr(['iam', 'verify', ...place, ...secretId, '--json'], { env });
  });

  it('of the console, before a secret is asked for', async () => {
    const calls = ['', 'console.js', 'about', 'api/credentials', 'api/rotations'];
    const ofOne = [PROD, HAND, STORED].flatMap((id) => [`api/credentials/${id}`, `api/credentials/${id}/rotations`]);
    await csrConsole(['--profile', 'acme'], { env: scene.operator.env }, async (link) => {
      const { origin, pathname } = new URL(link);
      const entered = await fetch(link);
      const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
      const ask = async (path: string, body?: object) => {
        const init = body ? { method: 'POST', body: JSON.stringify(body) } : {};
        const answer = await fetch(`${origin}${pathname}${path}`, { ...init, headers: { cookie, origin } });
        return { status: answer.status, text: `${[...answer.headers].join()}\n${await answer.text()}` };
      };
      for (const path of [...calls, ...ofOne]) scene.pages.push((await ask(path)).text);
      for (const id of [PROD, STORED])
        scene.pages.push((await ask(`api/credentials/${id}/rotations`, { dryRun: true })).text);
      scene.pages.push((await ask('reveal', { id: STORED, field: 'clientSecret' })).text);
      // What is asked for is given, and told nowhere else.
      const revealed = await ask('reveal', { id: PROD, field: 'clientSecret' });
      expect(revealed.text).toContain((await scene.stage.document(PROD)).clientSecret);
    });
    expect(scene.pages.length).toBeGreaterThan(10);
  });

  it('anywhere', async () => {
    const scheduled = async () => (await collector('logs').collect()).some(({ text }) => text.includes(BY_CLOCK));
    await until(async () => (await scheduled()) || undefined);
    await scene.operator.csr(['pause', CLOCK]);
    const places: string[] = [];
    const leaks: string[] = [];
    for (const { what, collect } of scene.collectors) {
      const texts = await collect();
      // Whoever reads a message of an agent's line deletes it: what it said is in the log of what the agent sent.
      if (what !== "an agent's queues") expect([what, texts.length > 0]).toEqual([what, true]);
      places.push(`${what} ${texts.length}`);
      leaks.push(...scene.canaries.leaksIn(texts).map((leak) => `${what}: ${leak}`));
    }
    console.info(`${scene.canaries.values.length} secrets are in none of: ${places.join(', ')}`);
    console.info(scene.canaries.kinds.join(', '));
    expect(scene.canaries.values.length).toBeGreaterThan(30);
    expect(leaks).toEqual([]);
  });

  it('and a leak in each of these places would be found', async () => {
    const secret = scene.canaries.plant('a leak');
    const blind: string[] = [];
    for (const [at, { what, collect, plant }] of scene.collectors.entries()) {
      await plant(FORMS[at % FORMS.length]?.(secret, '') ?? '');
      const found = async () => scene.canaries.leaksIn(await collect()).some((leak) => leak.startsWith('a leak'));
      if (!(await within(5_000, found))) blind.push(what);
    }
    expect(blind).toEqual([]);
  });

  function collector(name: string): Collector {
    return scene.collectors.find(({ what }) => what === name) as Collector;
  }

  /** A neighbour tells all that it knows wherever a text can stand. */
  function evil(neighbour: Neighbour, [is, status]: Evil = [() => true, 500]): void {
    neighbour.meddle(async (request, forward) => {
      const header = request.headers.get('authorization') ?? '';
      const written = `${await request.said()}\n${Buffer.from(header.split(' ')[1] ?? '', 'base64')}`;
      // Forms escape more than a URL has to.
      const said = `${written}\n${written.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))}`;
      if (!is(request, said)) return await forward();
      const told = scene.canaries.told(said, header);
      const words = {
        error: told,
        error_description: told,
        errorMessage: told,
        message: told,
        detail: told,
        title: told,
      };
      const headers = { etag: JSON.stringify(encodeURIComponent(told.slice(0, 200))), 'retry-after': '0' };
      return Response.json(status === 200 ? [{ ...words, value: told }] : words, { status, headers });
    });
  }

  /** A run that fails, whatever it has done before. */
  async function expectFailure(id: string): Promise<void> {
    await scene.stage.pass(id, LEASE_MS);
    const answer = (await scene.stage.rotate(id)) as Rotation & { code?: string };
    expect([id, answer.code]).toEqual([id, expect.any(String)]);
  }

  /** A version that Secrets Manager's own steps are about, with a value that is known. */
  async function candidate() {
    const document = await scene.stage.document(NATIVE);
    const value = scene.canaries.plant('a candidate of a step');
    const ClientRequestToken = crypto.randomUUID();
    const stages = { ClientRequestToken, VersionStages: ['AWSPENDING'] };
    await put(`${PREFIX}/${NATIVE}`, JSON.stringify({ ...document, clientSecret: value }), stages);
    const event = await stepOf(NATIVE, '', ClientRequestToken);
    const step = async (Step: string) => (await scene.invoke('rotate', { ...event, Step })).payload;
    return { value, step };
  }

  /** One of Secrets Manager's own four steps. */
  async function stepOf(id: string, Step: string, ClientRequestToken: string = crypto.randomUUID()): Promise<object> {
    const describe = new DescribeSecretCommand({ SecretId: `${PREFIX}/${id}` });
    const { ARN: SecretId } = await scene.stage.secretsManager.send(describe);
    return { Step, SecretId, ClientRequestToken };
  }

  async function limitRotate(seconds: number): Promise<void> {
    const FunctionName = `${PREFIX}-rotate`;
    await new LambdaClient(scene.stage.aws).send(
      new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: seconds }),
    );
  }

  async function put(SecretId: string, SecretString: string, more: object = {}): Promise<void> {
    await scene.stage.secretsManager.send(new PutSecretValueCommand({ SecretId, SecretString, ...more }));
  }

  async function versionAt(id: string, VersionStage: string): Promise<string> {
    const read = new GetSecretValueCommand({ SecretId: `${PREFIX}/${id}`, VersionStage });
    return (await scene.stage.secretsManager.send(read)).VersionId ?? '';
  }
});

type Evil = [is: (request: Passing, said: string) => boolean, status: number];

const BY_CLOCK = '"trigger":"schedule"';

/** Ways to write a secret that can stand anywhere. */
const FORMS = ['hex', 'Base64', 'base64url', 'percent-encoded', 'HEX'].map((name) => ECHOES[name]);

/** As a cell of comma separated values. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function isToken({ path }: Passing): boolean {
  return path.endsWith('/token');
}

function now(): string {
  return new Date().toISOString();
}

/** A busy machine takes long, and what never comes has to be told all the same. */
const GIVE_UP_MS = 600_000;

/** Asks until there is an answer. @throws {Error} when none comes */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + GIVE_UP_MS; Date.now() < end; ) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(200);
  }
  throw new Error('gave up');
}

/** Whether something comes true in time. */
async function within(ms: number, ask: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(200)) if (await ask()) return true;
  return false;
}
