import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { createUser } from '../../../local/real-stack/ministack/users.ts';
import { transcript } from '../../cli/support/csr.ts';
import { encryptedKey, makeAuthority } from '../../support/certificates.ts';
import { type ConnectorProcess, startFileConnector } from '../../support/connector-process.ts';
import { fileOf } from '../../support/file-connector-layout.ts';
import { realStack } from '../../support/real.ts';
import { REGION } from '../../support/real-stack.ts';
import { type TlsFront, tlsFront } from '../../support/tls-front.ts';
import { type ChaosProxy, type Meddle, startChaosProxy } from '../chaos-proxy.ts';
import { createOperator, type Operator } from '../csr/operators.ts';
import { type AgentHost, createHost } from '../doors/agent-host.ts';
import { type Recorder, startRecorder } from '../doors/recorder.ts';
import { assumeRole } from '../doors/session.ts';
import { listen } from '../listener.ts';
import { type Cast, CLIENT_ID, OTHERS, type Stage, setStage } from '../stage.ts';
import { awsCollectors } from './aws-collectors.ts';
import { Canaries } from './canaries.ts';
import { type Collector, kept } from './collector.ts';
import { folder, type ProcessWatch, reports, watchProcesses } from './host-collectors.ts';
import { queueCollectors } from './queue-collectors.ts';

export const PREFIX = 'csr-birds';
const ACCOUNT = '000000000000';

/** With overlap; in place and by Basic; over TLS with a client certificate; by an agent; by a person; spoilt; by Secrets Manager; by itself. */
export const PROD = 'acme-prod';
export const PLACE = 'acme-place';
export const TLS = 'acme-tls';
export const AGENT = 'acme-agent';
export const HAND = 'acme-hand';
export const STORED = 'acme-stored';
export const NATIVE = 'acme-native';
export const CLOCK = 'acme-clock';
/** The connector of {@link HAND}. */
export const ENTERED = 'Flow Connect';

/** How long things may take. */
export interface Pace {
  readonly timeouts: { readonly http: string; readonly function: string };
  /** Of a request to an agent, in seconds. */
  readonly agentS: number;
}

/** The deployed system, and neighbours that know every secret and tell it. */
export interface Scene {
  readonly stage: Stage;
  readonly canaries: Canaries;
  /** Where Keycloak is called. */
  readonly iamUrl: string;
  /** Stand before Keycloak and the connectors: they note each secret that goes by. */
  readonly iam: Neighbour;
  readonly connector: Neighbour;
  readonly operator: Operator;
  readonly host: AgentHost;
  /** The file of the connector with an agent; a restart of the connector fails while the other one is there. */
  readonly agentFile: string;
  readonly noRestart: string;
  /** Where diagnostic reports of functions are left. */
  readonly reports: string;
  /** What invocations were answered with: the errors that functions throw are what Lambda puts into traces. */
  readonly payloads: string[];
  /** What the console has answered. */
  readonly pages: string[];
  /** Invokes a function; what it answers is kept. */
  invoke(name: string, event: object): Promise<{ error?: string | undefined; payload: string }>;
  /** Invokes a function as an event that nobody waits for. */
  send(name: string, event: object): Promise<unknown>;
  /** All places where something may be left behind. */
  readonly collectors: readonly Collector[];
  close(): Promise<void>;
}

/** A neighbour of the functions. */
export interface Neighbour {
  /** What it does with what passes; without one, all goes through. */
  meddle(meddle?: Meddle): void;
}

/** Deploys, and plants secrets wherever one can be. */
export async function openScene({ timeouts, agentS }: Pace): Promise<Scene> {
  const canaries = new Canaries();
  const place = await mkdtemp(join(tmpdir(), `${PREFIX}-`));
  const at = (name: string) => join(place, name);
  for (const name of ['out', 'reports', 'tls', 'files']) await mkdir(at(name));
  const { ministack, keycloak } = realStack();
  const [iam, connector] = await Promise.all([startChaosProxy(keycloak.url), startChaosProxy('')]);
  const tls = await tlsParts(at('tls'), canaries);
  const agentKeys = await createUser(ministack.url, { name: `${PREFIX}-host`, policy: mayBeAgent() });
  const agents = [{ name: 'host', principalArns: [`arn:aws:iam::${ACCOUNT}:user/${PREFIX}-host`] }];
  const connectorToken = canaries.plant("the connector's bearer token");
  const password = canaries.plant("the connector's Basic password");
  const urls = { connector: connector.url, tls: tls.front.url };
  const watch = watchProcesses();
  const stage = await setStage(PREFIX, castAt(urls, agentS), {
    ...{ timeouts, agents, connectorToken },
    iamUrl: iam.url,
    output: at('out'),
  });
  const [ofIam, ofConnector] = [neighbour(iam, canaries, 'the IAM'), neighbour(connector, canaries, 'a connector')];
  connector.leadTo(stage.connectorUrl);
  tls.front.leadTo(connector.url);
  for (const [id, { clientSecret }] of stage.provisioned) canaries.note(`the first secret of ${id}`, clientSecret);
  canaries.note('a section that is not ours', OTHERS.byCase);
  const [ofBasic, ofTls] = [`${PREFIX}-access/${PLACE}/connector`, `${PREFIX}-access/${TLS}/connector-tls`];
  const basic = JSON.stringify({ username: 'flow', password });
  await stage.secretsManager.send(new PutSecretValueCommand({ SecretId: ofBasic, SecretString: basic }));
  const certificate = JSON.stringify(tls.document);
  await stage.secretsManager.send(new CreateSecretCommand({ Name: ofTls, SecretString: certificate }));
  ofConnector.translate({ password, connectorToken });

  const lambda = new LambdaClient({ ...stage.aws, maxAttempts: 1 });
  for (const name of ['rotate', 'retire']) await reporting(lambda, `${PREFIX}-${name}`, at('reports'));
  const agent = await agentAt(at, { stage, keys: agentKeys });
  await listen(stage);
  const operator = await createOperator(stage, 'acme');
  const [payloads, pages]: [string[], string[]] = [[], []];
  const parts = { stage, at, watch, agent, payloads, pages };
  return {
    ...{ stage, canaries, operator, payloads, pages },
    ...{ iamUrl: iam.url, iam: ofIam, connector: ofConnector, reports: at('reports') },
    ...{ host: agent.host, agentFile: agent.file, noRestart: agent.noRestart },
    invoke: async (name, event) => {
      const call = { FunctionName: `${PREFIX}-${name}`, Payload: JSON.stringify(event) };
      const { FunctionError, Payload } = await lambda.send(new InvokeCommand(call));
      const payload = Buffer.from(Payload ?? []).toString();
      payloads.push(payload);
      return { error: FunctionError, payload };
    },
    send: (name, event) =>
      lambda.send(
        new InvokeCommand({
          FunctionName: `${PREFIX}-${name}`,
          InvocationType: 'Event',
          Payload: JSON.stringify(event),
        }),
      ),
    collectors: collectorsOf(parts),
    close: async () => {
      watch.stop();
      await agent.close();
      await operator.close();
      await stage.close();
      await Promise.all([iam.close(), connector.close(), tls.front.close()]);
      await rm(place, { recursive: true, force: true });
    },
  };
}

interface Parts {
  readonly stage: Stage;
  readonly at: (name: string) => string;
  readonly watch: ProcessWatch;
  readonly agent: Pick<AgentParts, 'host' | 'recorder'>;
  readonly payloads: string[];
  readonly pages: string[];
}

function collectorsOf({ stage, at, watch, agent, payloads, pages }: Parts): Collector[] {
  const planted: string[] = [];
  return [
    ...awsCollectors(stage),
    ...queueCollectors(stage),
    kept('answers of the API', stage.answers as string[]),
    kept('errors of functions, and so traces', payloads),
    kept('the command line', transcript),
    kept('answers of the console', pages),
    {
      what: 'log of the agent, and what it sent',
      collect: async () => [
        ...(await agent.host.written()),
        ...agent.recorder.written(),
        ...planted.map((text) => ({ where: 'log of the agent', text })),
      ],
      plant: async (text) => planted.push(text),
    },
    folder("the agent's folder", at('host')),
    folder('what the CDK synthesized, with the bundles', at('out')),
    reports(at('reports')),
    watch,
  ];
}

/** Who is rotated. */
function castAt({ connector, tls }: { connector: string; tls: string }, agentS: number): Cast[] {
  const url = (id: string) => ({ url: `${connector}/odata-connector/configurations/${id}` });
  const byAgent = { name: 'file', via: 'agent', agent: 'host', configuration: 'file', timeout: `PT${agentS}S` };
  const basic = { type: 'basic', secretId: `${PREFIX}-access/${PLACE}/connector` };
  return [
    ...[PROD, STORED, NATIVE].map((id) => ({ id, connector: url(id) })),
    { id: CLOCK, connector: url(CLOCK), schedule: { expression: 'rate(1 minute)' } },
    { id: PLACE, connector: { ...url(PLACE), auth: basic }, tags: { overlap: 'no' } },
    {
      id: TLS,
      connector: {
        url: `${tls}/odata-connector/configurations/${TLS}`,
        tls: { secretId: `${PREFIX}-access/${TLS}/connector-tls` },
      },
    },
    { id: AGENT, connectors: [byAgent] },
    {
      id: HAND,
      iam: { type: 'manual', owner: 'IFS administrator' },
      connectors: [{ name: ENTERED, via: 'manual', owner: 'service desk' }],
      tags: { overlap: 'no' },
    },
  ];
}

/** Notes the secrets in all that passes, in both directions; then whoever meddles decides. */
function neighbour(proxy: ChaosProxy, canaries: Canaries, what: string) {
  let current: Meddle = (_request, forward) => forward();
  let headersOf: (headers: Headers) => Record<string, string> | undefined = () => undefined;
  proxy.meddle(async (request, forward) => {
    canaries.noteIn(`sent to ${what}`, await request.said());
    return await current(request, async () => {
      const answer = await forward(headersOf(request.headers));
      canaries.noteIn(`answered by ${what}`, await answer.clone().text());
      return answer;
    });
  });
  return {
    meddle: (meddle: Meddle = (_request, forward) => forward()) => {
      current = meddle;
    },
    /** Lets a caller with the password in, where only the token does. */
    translate: ({ password, connectorToken }: { password: string; connectorToken: string }) => {
      const basic = `Basic ${Buffer.from(`flow:${password}`).toString('base64')}`;
      headersOf = (headers) =>
        headers.get('authorization') === basic ? { authorization: `Bearer ${connectorToken}` } : undefined;
    },
  };
}

/** A front that asks for a client certificate, and one with a key that a passphrase opens. */
async function tlsParts(path: string, canaries: Canaries): Promise<{ front: TlsFront; document: object }> {
  const authority = await makeAuthority(path, { name: 'private' });
  const server = await authority.issue({ name: 'connector', hosts: 'IP:127.0.0.1' });
  const client = await authority.issue({ name: 'rotator' });
  const passphrase = canaries.plant('the passphrase of a client certificate');
  const privateKey = await encryptedKey(client, passphrase);
  for (const key of [privateKey, client.privateKey]) {
    const [line = ''] = key.split('\n').slice(1);
    canaries.note('the private key of a client certificate', line);
  }
  const { certificate } = client;
  const document = { ca: authority.certificate, certificate, privateKey, passphrase };
  return { front: await tlsFront(server, authority), document };
}

/**
 * Lets a function's process leave a report when it is asked for one (SIGUSR2), and when it dies of an exception that nobody catches,
 * which SIGALRM throws.
 *
 * @see [Diagnostic report](https://nodejs.org/docs/latest-v24.x/api/report.html)
 */
async function reporting(lambda: LambdaClient, FunctionName: string, path: string): Promise<void> {
  const dying = join(path, '..', 'dying.cjs');
  await writeFile(dying, "process.on('SIGALRM', () => { throw new Error('the function died in the middle'); });\n");
  const NODE_OPTIONS = `--report-on-signal --report-uncaught-exception --report-directory=${path} --require ${dying}`;
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const Variables = { ...Environment?.Variables, NODE_OPTIONS };
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
}

interface AgentParts {
  readonly host: AgentHost;
  readonly recorder: Recorder;
  readonly file: string;
  readonly noRestart: string;
  close(): Promise<void>;
}

/** The real program of the agent beside a connector with a file. The journal of a write that is open is copied by each restart. */
async function agentAt(
  at: (name: string) => string,
  { stage, keys }: { stage: Stage; keys: Parameters<typeof assumeRole>[1] },
): Promise<AgentParts> {
  const { endpoint } = stage.aws;
  const file = at('files/connector.json');
  const noRestart = at('files/no-restart');
  const { accessTokenUrl, scope } = stage.credentials.get(AGENT) ?? { accessTokenUrl: '', scope: '' };
  const clientSecret = stage.provisioned.get(AGENT)?.clientSecret ?? '';
  await writeFile(file, fileOf({ accessTokenUrl, clientId: CLIENT_ID, clientSecret, scopes: scope }));
  const program: ConnectorProcess = await startFileConnector({ file, load: 'each-request', rate: 1 });
  const recorder = await startRecorder(endpoint);
  const roleArn = stage.deployment.outputs.AgentRoleArnHost ?? '';
  const session = await assumeRole({ endpoint, region: REGION, roleArn }, keys);
  const journal = at('host/state/file/journal.json');
  const script = 'cp "$0" "$1" && test ! -e "$2"';
  const restart = { command: ['sh', '-c', script, journal, at('host/journal-of-an-open-write'), noRestart] };
  const loading = { restart, tokenCheck: true };
  const host = await createHost({
    ...{ name: 'host', prefix: PREFIX, region: REGION, folder: at('host'), session, endpoint },
    sqsEndpoint: recorder.url,
    configurations: [{ name: 'file', credential: AGENT, file, loading }],
  });
  await host.start();
  const close = async () => {
    await host.end('SIGKILL');
    await program.stop();
    await recorder.close();
  };
  return { host, recorder, file, noRestart, close };
}

/** On AWS the trust of the role is enough within one account; MiniStack asks for this, too. */
function mayBeAgent() {
  const Resource = `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-Agents*`;
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource }] };
}
