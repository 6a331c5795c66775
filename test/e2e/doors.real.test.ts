import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { agentLine } from '../../functions/adapters/agent-connector/line.ts';
import { queueUrls } from '../../functions/adapters/agent-connector/queues.ts';
import { replyQueueName, requestQueueName } from '../../functions/credential/agent-line.ts';
import { serializeDocument } from '../../functions/credential/document.ts';
import type { Rotation } from '../../functions/credential/outcome.ts';
import { secretFingerprint } from '../../functions/credential/secret/fingerprint.ts';
import { Secret } from '../../functions/credential/secret/secret.ts';
import { requestToken } from '../../local/real-stack/keycloak/tokens.ts';
import { type AccessKeys, createUser } from '../../local/real-stack/ministack/users.ts';
import type { TrafficReport } from '../../local/stand-ins/connector/traffic.ts';
import { type ConnectorProcess, startFileConnector } from '../support/connector-process.ts';
import { fileOf } from '../support/file-connector-layout.ts';
import { patience } from '../support/machine.ts';
import { describeReal, realStack } from '../support/real.ts';
import { REGION } from '../support/real-stack.ts';
import { type AgentHost, allArguments, createHost } from './doors/agent-host.ts';
import { Kills, momentsOf, type Version } from './doors/kills.ts';
import { type Recorder, startRecorder } from './doors/recorder.ts';
import { assumeRole, type Session } from './doors/session.ts';
import { findSecrets, writtenBy } from './scan.ts';
import { CLIENT_ID, type ClearDocument, type Stage, setStage } from './stage.ts';

const PREFIX = 'csr-doors';
const ACCOUNT = '000000000000';
/** As many as a connector by agent needs at synth: http 5 s, and the agent's timeout, which is 5 s on a quiet machine. */
const { slowness: SLOWNESS } = await patience({ function: 86, http: 5 });
const AGENT_S = Math.ceil(5 * SLOWNESS);
const HTTP_S = Math.ceil(5 * SLOWNESS);
const TIMEOUTS = { http: `PT${HTTP_S}S`, function: `PT${3 * HTTP_S + 61 + 2 * AGENT_S}S` };
const SEED = Number(process.env.DOORS_SEED ?? Date.now() % 1_000_000);
const KILLS = 20;
/** A busy machine is no fault. */
jest.setTimeout(900_000);

/** Who is reached through which door. */
const DUAL = 'acme-dual';
const IN_PLACE = 'acme-place';
const KILLED = 'acme-killed';
const BY_HAND = 'acme-hand';

function byAgent(agent: string, configuration: string) {
  return [{ name: `file of ${configuration}`, via: 'agent', agent, configuration, timeout: `PT${AGENT_S}S` }];
}

const CAST = [
  { id: DUAL, strategy: 'dual-secret', connectors: byAgent('host-1', 'dual') },
  { id: IN_PLACE, strategy: 'in-place', connectors: byAgent('host-1', 'in-place') },
  { id: KILLED, strategy: 'dual-secret', connectors: byAgent('host-2', 'killed') },
  {
    id: BY_HAND,
    iam: { type: 'manual', owner: 'acme IFS administrator' },
    connectors: [{ name: 'flow-connect', via: 'manual', owner: 'acme service desk' }],
    tags: { overlap: 'no' },
  },
];

describeReal('the doors, deployed', ['keycloak', 'ministack'], () => {
  let stage: Stage;
  let folder: string;
  let recorder: Recorder;
  let person: AccessKeys;
  let session: Session;
  const hosts = new Map<string, AgentHost>();
  const connectors = new Map<string, ConnectorProcess>();
  const hostOf = (name: string) => hosts.get(name) as AgentHost;
  const fileAt = (id: string) => join(folder, 'connectors', `${id}.json`);

  beforeAll(async () => {
    const { url: endpoint } = realStack().ministack;
    const users = new Map<string, AccessKeys>();
    for (const name of ['host-1', 'host-2'])
      users.set(name, await createUser(endpoint, { name: `${PREFIX}-${name}`, policy: mayBeAgent() }));
    const agents = [...users.keys()].map((name) => ({
      name,
      principalArns: [`arn:aws:iam::${ACCOUNT}:user/${PREFIX}-${name}`],
    }));
    stage = await setStage(PREFIX, CAST, { timeouts: TIMEOUTS, agents });
    person = await createUser(endpoint, { name: `${PREFIX}-person`, policy: mayRefresh() });
    folder = await mkdtemp(join(tmpdir(), `${PREFIX}-hosts-`));
    recorder = await startRecorder(endpoint);
    await startConnectors();
    for (const [name, keys] of users) {
      const roleArn = stage.deployment.outputs[`AgentRoleArn${name === 'host-1' ? 'Host1' : 'Host2'}`] ?? '';
      const own = await assumeRole({ endpoint, region: REGION, roleArn }, keys);
      if (name === 'host-1') session = own;
      const parts = { name, prefix: PREFIX, region: REGION, folder: join(folder, name), session: own };
      const places = { endpoint, sqsEndpoint: recorder.url };
      const host = await createHost({ ...parts, ...places, configurations: configurationsOf(name) });
      await host.start();
      hosts.set(name, host);
    }
  });

  afterAll(async () => {
    for (const host of hosts.values()) await host.end('SIGKILL');
    for (const connector of connectors.values()) await connector.stop();
    await recorder?.close();
    await stage?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('adopts the secrets of connectors behind agents, and hands the one of a person over', async () => {
    for (const id of [DUAL, IN_PLACE, KILLED]) {
      const rotation = await stage.rotate(id);
      expect(rotation).toMatchObject({ outcome: 'adopted', credential: id });
    }
    const asked = await stage.rotate(BY_HAND);
    expect(asked).toMatchObject({ outcome: 'awaiting-person', tasks: [{ kind: 'submit-secret' }] });
    await submit(stage.provisioned.get(BY_HAND)?.clientSecret ?? '');
    const first = await stage.rotate(BY_HAND);
    expect(first).toMatchObject({ outcome: 'adopted', tasks: [{ kind: 'enter-secret', connector: 'flow-connect' }] });
    expect((await acknowledge(BY_HAND, 'flow-connect', first.rotationId)).status).toBe(200);
  });

  it('denies the role of an agent whatever is not its own', async () => {
    const as = { ...stage.aws, credentials: session };
    const sqs = new SQSClient({ ...as, useQueueUrlAsEndpoint: false, maxAttempts: 1 });
    const secrets = new SecretsManagerClient({ ...as, maxAttempts: 1 });
    const lambda = new LambdaClient({ ...as, maxAttempts: 1 });
    const QueueUrl = (name: string) => `${stage.aws.endpoint}/${ACCOUNT}/${name}`;
    const send = (name: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl: QueueUrl(name), MessageBody: 'forged' }));
    const read = (SecretId: string, VersionId?: string) =>
      secrets.send(new GetSecretValueCommand({ SecretId, VersionId }));
    const put = (SecretId: string) => secrets.send(new PutSecretValueCommand({ SecretId, SecretString: 'forged' }));
    const { versionId: own } = await stage.view(DUAL);
    const { versionId: other } = await stage.view(KILLED);

    const url = await sqs.send(new GetQueueUrlCommand({ QueueName: requestQueueName(PREFIX, 'host-1') }));
    expect(url.QueueUrl).toContain('host-1');
    expect((await read(`${PREFIX}/${DUAL}`, own ?? '')).SecretString).toContain(CLIENT_ID);
    const forbidden: Record<string, () => Promise<unknown>> = {
      "another agent's requests": () =>
        sqs.send(new ReceiveMessageCommand({ QueueUrl: QueueUrl(requestQueueName(PREFIX, 'host-2')) })),
      "another credential's replies": () => send(replyQueueName(PREFIX, KILLED)),
      'its own requests, to forge them': () => send(requestQueueName(PREFIX, 'host-1')),
      'its own replies, to read them': () =>
        sqs.send(new ReceiveMessageCommand({ QueueUrl: QueueUrl(replyQueueName(PREFIX, DUAL)) })),
      "another credential's secret": () => read(`${PREFIX}/${KILLED}`, other ?? ''),
      'its own secret, to write it': () => put(`${PREFIX}/${DUAL}`),
      'the access secret of its credential': () => read(`${PREFIX}-access/${DUAL}/iam`),
      'an inbox': () => put(`${PREFIX}-inbox/${BY_HAND}`),
      'a function': () => lambda.send(new InvokeCommand({ FunctionName: `${PREFIX}-rotate` })),
    };
    for (const [what, attempt] of Object.entries(forbidden)) {
      const answer = await attempt().then(
        () => 'allowed',
        (error: Error) => error.name,
      );
      expect([what, answer]).toEqual([what, expect.stringMatching(/^AccessDenied/)]);
    }
    // MiniStack doesn't know secretsmanager:VersionId: that a version has to be named is asserted of the template.
  });

  it('leaves the old or the new file, whole, wherever an agent is killed', async () => {
    const host = hostOf('host-2');
    const patienceMs = Math.ceil(2000 * SLOWNESS);
    const versions = await twoVersions();
    const sqs = new SQSClient({ ...stage.aws, useQueueUrlAsEndpoint: false, maxAttempts: 1 });
    const urlOf = queueUrls(`arn:aws:sqs:${REGION}:${ACCOUNT}:any`);
    const deps = { queues: { client: sqs, urlOf }, now: () => new Date(), newId: randomUUID };
    const line = agentLine(
      { prefix: PREFIX, credential: KILLED },
      { ...deps, sleep: (ms) => sleep(ms) as Promise<void> },
    );
    const place = { host, configuration: 'killed', file: fileAt(KILLED), secretId: `${PREFIX}/${KILLED}` };
    const kills = new Kills({ ...place, line, versions, patienceMs });

    const took = await kills.undisturbed(5);
    const [, , medianMs = 0] = took.sort((one, other) => one - other);
    const results = await kills.kill(momentsOf(KILLS, { seed: SEED, withinMs: medianMs }));
    const { version: last } = await kills.write();

    const count = (is: (one: (typeof results)[number]) => boolean) => results.filter(is).length;
    console.info(
      `${KILLS} kills (seed ${SEED}) within the ${Math.round(medianMs)} ms that a write takes: ` +
        `${count(({ left }) => left === 'before')} left the old file, ${count(({ left }) => left === 'after')} the new one; ` +
        `${count(({ cutOff }) => cutOff)} left an open journal; ${count(({ status }) => status === 200)} writes were answered`,
    );
    for (const { left, settled, closed, status } of results) {
      expect(left).toBeDefined();
      expect(settled).toBeDefined();
      expect(closed).toBe(true);
      if (status === 200) expect(settled).toBe('after');
    }
    expect(await readFile(fileAt(KILLED), 'utf8')).toBe(last.file);
    expect(await readFile(`${fileAt(KILLED)}.loaded`, 'utf8')).toBe(last.file);
    expect(await host.kept('killed')).toEqual(['state.json']);
  });

  it('rotates with overlap through an agent: no request of the connector fails', async () => {
    const before = await readFile(fileAt(DUAL), 'utf8');
    const rotation = await hostOf('host-1').watch(stage.rotate(DUAL, { reason: 'leaked' }));
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret', reason: 'leaked' });
    expect(rotation.connectors).toMatchObject([{ sectionsWritten: 2, proof: { level: 'loaded' } }]);
    expect(await readFile(fileAt(DUAL), 'utf8')).toBe(wholeFile(await stage.document(DUAL)));
    expect(await readFile(fileAt(DUAL), 'utf8')).not.toBe(before);
    const { requests, failed, outages } = await usedBoth(DUAL);
    console.info(`dual-secret through an agent: ${failed} of ${requests} requests failed; ${stepsOf(rotation)}`);
    expect(outages).toEqual([]);
    expect(failed).toBe(0);
  });

  it('rotates in place through an agent: the outage ends with the reload', async () => {
    const { clientSecret: old } = await stage.document(IN_PLACE);
    const rotation = await hostOf('host-1').watch(stage.rotate(IN_PLACE));
    expect(rotation).toMatchObject({ outcome: 'rotated', strategy: 'in-place', previousValidUntil: null });
    expect(rotation.connectors).toMatchObject([{ sectionsWritten: 2, proof: { level: 'loaded' } }]);
    const { requests, failed, outages } = await usedBoth(IN_PLACE);
    expect(outages.length).toBeLessThanOrEqual(1);
    const [{ firstFailureAt, recoveredAt } = { firstFailureAt: 0, recoveredAt: 0 }] = outages;
    const ms = (recoveredAt ?? 0) - firstFailureAt;
    console.info(
      `in-place through an agent: ${failed} of ${requests} requests failed, an outage of ${ms} ms; ${stepsOf(rotation)}`,
    );
    expect(await accepts(IN_PLACE, old)).toBe(false);
    expect(await readFile(fileAt(IN_PLACE), 'utf8')).toBe(wholeFile(await stage.document(IN_PLACE)));
  });

  it('is rotated by a person: refreshed, submitted, entered and acknowledged', async () => {
    const old = (await stage.document(BY_HAND)).clientSecret;
    const { versionId: before } = await stage.view(BY_HAND);
    const asked = await stage.rotate(BY_HAND);
    expect(asked).toMatchObject({ outcome: 'awaiting-person', nothingChanged: true });
    expect(asked.tasks).toMatchObject([{ kind: 'submit-secret', versionId: before, overdue: false }]);
    expect(await accepts(BY_HAND, old)).toBe(true);

    const refreshedAt = Date.now();
    await submit(await refresh());
    await expect(readAsPerson(`${PREFIX}-inbox/${BY_HAND}`)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const rotation = await stage.rotate(BY_HAND);
    expect(rotation).toMatchObject({ outcome: 'rotated', connectors: [{ name: 'flow-connect', proof: null }] });
    expect(rotation.connectors[0]?.handedOverUntil).toBeDefined();
    expect(rotation.tasks).toMatchObject([{ kind: 'enter-secret', connector: 'flow-connect' }]);
    expect((await stage.view(BY_HAND)).connectors).toMatchObject([
      { name: 'flow-connect', via: 'manual', proof: null },
    ]);

    const early = await acknowledge(BY_HAND, 'flow-connect', before);
    expect([early.status, await early.json()]).toMatchObject([409, { code: 'version-not-current' }]);
    const { versionId: ofDual } = await stage.view(DUAL);
    const wrongDoor = await acknowledge(DUAL, 'file of dual', ofDual);
    expect([wrongDoor.status, await wrongDoor.json()]).toMatchObject([422, { code: 'connector-not-manual' }]);

    const { SecretString = '', VersionId = '' } = await readAsPerson(`${PREFIX}/${BY_HAND}`);
    const entered = JSON.parse(SecretString) as ClearDocument;
    expect(await accepts(BY_HAND, entered.clientSecret)).toBe(true);
    const said = await acknowledge(BY_HAND, 'flow-connect', VersionId);
    expect([said.status, await said.json()]).toMatchObject([200, { versionId: rotation.rotationId }]);
    console.info(`by a person: ${Date.now() - refreshedAt} ms from the refresh to the acknowledgement`);

    const view = await stage.view(BY_HAND);
    expect(view.versionId).toBe(VersionId);
    const by = `arn:aws:iam::${ACCOUNT}:user/${PREFIX}-person`;
    expect(view.connectors).toMatchObject([{ proof: { level: 'attested', by, at: expect.any(String) } }]);
    expect(view.tasks).toEqual([]);
    expect(await accepts(BY_HAND, old)).toBe(false);
  });

  it('has written no secret anywhere', async () => {
    const { texts, secrets } = await writtenBy(stage);
    for (const host of hosts.values()) texts.push(...(await host.written()));
    for (const connector of connectors.values()) texts.push({ where: 'connector', text: connector.output() });
    texts.push(...recorder.written(), ...allArguments());
    const places = Object.groupBy(texts, ({ where }) => kindOf(where));
    const counts = Object.entries(places).map(([kind, found]) => `${kind} ${found?.length}`);
    console.info(`${secrets.length} secrets are in none of: ${counts.join(', ')}`);

    expect(secrets.length).toBeGreaterThan(8);
    for (const kind of ['log', 'answer', 'call', 'item', 'file', '/proc']) expect(Object.keys(places)).toContain(kind);
    const ofAgent = texts.filter(({ where }) => where === 'log of host-1').map(({ text }) => text);
    expect(ofAgent.join()).toContain('"op":"write"');
    expect(findSecrets(texts, secrets)).toEqual([]);
    // The same search finds what is there.
    expect(findSecrets([{ where: 'file', text: await readFile(fileAt(DUAL), 'utf8') }], secrets)).toHaveLength(1);
    for (const name of ['dual', 'in-place']) expect(await hostOf('host-1').kept(name)).toEqual(['state.json']);
  });

  async function startConnectors(): Promise<void> {
    await mkdir(join(folder, 'connectors'));
    for (const id of [DUAL, IN_PLACE, KILLED]) {
      const { accessTokenUrl, scope } = stage.credentials.get(id) ?? { accessTokenUrl: '', scope: '' };
      const clientSecret = stage.provisioned.get(id)?.clientSecret ?? '';
      await writeFile(fileAt(id), fileOf({ accessTokenUrl, clientId: CLIENT_ID, clientSecret, scopes: scope }));
    }
    connectors.set(DUAL, await startFileConnector({ file: fileAt(DUAL), load: 'each-request', rate: 10 }));
    const rate = Math.ceil(40 / SLOWNESS);
    connectors.set(IN_PLACE, await startFileConnector({ file: fileAt(IN_PLACE), load: 'on-reload', rate }));
  }

  /** How each connector comes to use what was written. */
  function configurationsOf(host: string) {
    const reload = `fetch('${connectors.get(IN_PLACE)?.url}/reload',{method:'POST'}).then((r)=>process.exit(r.ok?0:1))`;
    const health = { url: `${connectors.get(IN_PLACE)?.url}/health` };
    const all = [
      { name: 'dual', credential: DUAL, loading: { hotReload: true, tokenCheck: true } },
      {
        name: 'in-place',
        credential: IN_PLACE,
        loading: { reload: { command: [process.execPath, '-e', reload] }, ready: health },
      },
      {
        name: 'killed',
        credential: KILLED,
        // A connector takes a moment to come up, so that there is something to be killed in.
        loading: { restart: { command: ['sh', '-c', 'cp "$0" "$0.loaded" && sleep 0.3', fileAt(KILLED)] } },
      },
    ];
    return all
      .filter(({ name }) => (name === 'killed') === (host === 'host-2'))
      .map((each) => ({ ...each, file: fileAt(each.credential) }));
  }

  /** The present version of the credential whose agent is killed, and another one that Keycloak doesn't know. */
  async function twoVersions(): Promise<[Version, Version]> {
    const { versionId } = await stage.view(KILLED);
    const present = await stage.document(KILLED);
    const other = { ...present, clientSecret: randomBytes(32).toString('base64url') };
    const put = new PutSecretValueCommand({
      SecretId: `${PREFIX}/${KILLED}`,
      SecretString: serializeDocument({ ...other, clientSecret: new Secret(other.clientSecret) }).reveal(),
      VersionStages: ['OTHER'],
    });
    const { VersionId = '' } = await stage.secretsManager.send(put);
    return [
      { id: versionId ?? '', file: wholeFile(present) },
      { id: VersionId, file: wholeFile(other) },
    ];
  }

  /** What a connector has seen, once it has used two secrets and what it uses now works. */
  async function usedBoth(id: string): Promise<TrafficReport> {
    for (;;) {
      const report = (await (await fetch(`${connectors.get(id)?.url}/traffic`)).json()) as TrafficReport;
      const { clientSecret } = await stage.document(id);
      const now = report.bySecret[secretFingerprint(new Secret(clientSecret))];
      const recovered = report.outages.every(({ recoveredAt }) => recoveredAt !== null);
      if (recovered && now && now.requests > now.failed) return report;
      await sleep(200);
    }
  }

  async function accepts(id: string, secret: string): Promise<boolean> {
    const url = stage.credentials.get(id)?.accessTokenUrl.replace('/protocol/openid-connect/token', '') ?? '';
    return (await requestToken(url, { clientId: CLIENT_ID, secret })).status === 200;
  }

  /** What *refresh secret* in IFS Cloud does. */
  async function refresh(): Promise<string> {
    const { realm = '', uuid: id = '' } = stage.provisioned.get(BY_HAND) ?? {};
    const { value = '' } = await stage.keycloak.api.clients.generateNewClientSecret({ realm, id });
    return value;
  }

  function readAsPerson(SecretId: string) {
    const client = new SecretsManagerClient({ ...stage.aws, credentials: person });
    return client.send(new GetSecretValueCommand({ SecretId }));
  }

  async function submit(clientSecret: string): Promise<void> {
    const client = new SecretsManagerClient({ ...stage.aws, credentials: person });
    await client.send(
      new PutSecretValueCommand({
        SecretId: `${PREFIX}-inbox/${BY_HAND}`,
        SecretString: JSON.stringify({ clientSecret }),
      }),
    );
  }

  function acknowledge(id: string, connector: string, versionId: string | null): Promise<Response> {
    const path = `/credentials/${id}/connectors/${encodeURIComponent(connector)}/acknowledgement`;
    return stage.call(path, { method: 'POST', body: { versionId }, as: person });
  }
});

/** On AWS the trust of the role is enough within one account; MiniStack asks for this, too. */
function mayBeAgent() {
  const Resource = `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-Agents*`;
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource }] };
}

/** What docs/operations.md gives to whoever refreshes and enters secrets: the inbox can't be read. */
function mayRefresh() {
  const secret = (name: string) => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-??????`;
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'secretsmanager:PutSecretValue', Resource: secret(`${PREFIX}-inbox/${BY_HAND}`) },
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secret(`${PREFIX}/${BY_HAND}`) },
      { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' },
    ],
  };
}

/** The file of a connector that has entered a document. */
function wholeFile({ accessTokenUrl, clientId, clientSecret, scope }: ClearDocument): string {
  return fileOf({ accessTokenUrl, clientId, clientSecret, scopes: scope });
}

function stepsOf({ steps, durationMs }: Rotation): string {
  return `${durationMs} ms: ${steps.map(({ name, ms }) => `${name} ${ms}`).join(', ')}`;
}

/** The first word of a place; a path of a host is a file. */
function kindOf(where: string): string {
  if (where.startsWith('/')) return where.startsWith('/proc') ? '/proc' : 'file';
  return where.split(' ')[0] ?? where;
}
