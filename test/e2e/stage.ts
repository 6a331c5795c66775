import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { KMSClient } from '@aws-sdk/client-kms';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AwsClient } from 'aws4fetch';
import type { CredentialView } from '../../functions/api/contract/answers/credential.ts';
import { type CredentialDocument, parseDocument } from '../../functions/credential/document.ts';
import type { Rotation } from '../../functions/credential/outcome.ts';
import { secretFingerprint } from '../../functions/credential/secret/fingerprint.ts';
import { inClear, Secret } from '../../functions/credential/secret/secret.ts';
import { type Credential, credentialSchema } from '../../functions/credential/settings/credential.ts';
import type { JwtSettings } from '../../infra/service/jwt.ts';
import { type Deployment, deploy } from '../../local/real-stack/deployment.ts';
import { type KeycloakAdmin, keycloakAdmin } from '../../local/real-stack/keycloak/admin.ts';
import { LATEST, releaseOf } from '../../local/real-stack/keycloak/releases.ts';
import type { KeycloakAccess } from '../../local/real-stack/keycloak/tokens.ts';
import { type AccessKeys, createUser } from '../../local/real-stack/ministack/users.ts';
import { freePorts } from '../../local/real-stack/programs/free-ports.ts';
import { type Provisioned, provisionFleet } from '../../local/real-stack/provisioning/provision.ts';
import { registerSigners } from '../../local/real-stack/provisioning/signers.ts';
import { type SecretsManagerFront, secretsManagerFront } from '../../local/real-stack/secrets-manager-front/front.ts';
import type { Configuration } from '../../local/stand-ins/connector/configuration.ts';
import type { TrafficReport } from '../../local/stand-ins/connector/traffic.ts';
import type { Intercept } from '../../local/stand-ins/secrets-manager/intercept.ts';
import { serve } from '../../local/stand-ins/serve.ts';
import { startConnector } from '../support/connector-process.ts';
import { realStack } from '../support/real.ts';
import { REGION } from '../support/real-stack.ts';

export const CLIENT_ID = 'NC_Flow_ClientCredentials';
/** The client with which the rotator signs in. */
export const ROTATOR = 'flow-secret-rotator';

/** A credential of the stage, before its addresses are known. */
export interface Cast {
  readonly id: string;
  /** Settings of its connector that differ from the others'. `connectors` replaces them all. */
  readonly connector?: object;
  /** With what the rotator signs in. @default - with an access secret */
  readonly proof?: object;
  readonly [setting: string]: unknown;
}

/** How the API is called. */
interface CallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly unsigned?: boolean;
  /** Who calls. @default - a user who may do that and nothing else */
  readonly as?: AccessKeys;
}

/** A credential's document as it is stored. */
export type ClearDocument = Readonly<Record<keyof CredentialDocument, string>>;

/** The deployed system with everything around it. */
export interface Stage {
  readonly prefix: string;
  readonly credentials: ReadonlyMap<string, Credential>;
  readonly provisioned: ReadonlyMap<string, Provisioned>;
  readonly keycloak: KeycloakAdmin;
  readonly secretsManager: SecretsManagerClient;
  readonly scheduler: SchedulerClient;
  readonly front: SecretsManagerFront;
  readonly deployment: Deployment;
  readonly administrator: AccessKeys;
  /** With these options a client of the SDK calls MiniStack as the administrator. */
  readonly aws: { readonly region: string; readonly endpoint: string; readonly credentials: AccessKeys };
  /** Where the connector's process listens. */
  readonly connectorUrl: string;
  /** Everything that the connector's process wrote; the connectors of casts with `connectors` of their own are not its. */
  readonly connectorOutput: () => string;
  /** Lets somebody stand before Secrets Manager; nobody does when called without. */
  meddleWithSecretsManager(intercept?: Intercept): void;
  /** Calls the API as a user who may do that and nothing else. */
  call(path: string, init?: CallOptions): Promise<Response>;
  /** Calls the connector's control. */
  control(path: string, init?: RequestInit): Promise<Response>;
  /** What the API has answered so far. */
  readonly answers: readonly string[];
  /**
   * Lets time go by for a credential's secret, as Secrets Manager's dates tell it, without waiting for it. To be called when no
   * run of that credential is alive: a lease that is over says that.
   */
  pass(id: string, ms: number): Promise<void>;
  /** Rotates by the API; where that is too early, time goes by until it no longer is. */
  rotate(id: string, body?: unknown, as?: AccessKeys): Promise<Rotation>;
  /** `GET /credentials/{id}`. */
  view(id: string): Promise<CredentialView>;
  /** The current document, in clear. */
  document(id: string): Promise<ClearDocument>;
  /** The secret that Secrets Manager, Keycloak and both sections of the connector agree on. @throws {Error} when they don't */
  agreed(id: string): Promise<string>;
  /** Whether a section holds a secret. */
  holds(id: string, held: { section: string; secret: string }): Promise<boolean>;
  /** Lets the connector use its runtime section for token requests, at a steady rate. */
  /** Resolves once the connector has had its first answer. */
  startTraffic(id: string, rate?: number): Promise<void>;
  traffic(id: string): Promise<TrafficReport>;
  /** Every line that a function has logged. */
  logs(name: 'rotate' | 'retire' | 'api' | 'audit'): Promise<string[]>;
  /** How many invocations of a function have logged about this rotation. */
  invocations(name: 'rotate' | 'retire', rotationId: string | null): Promise<number>;
  close(): Promise<void>;
}

/** What a stage may be set up with instead of the usual parts. */
export interface StageOptions {
  /** A Keycloak of the suite's own, of the latest release. @default - the one that all suites share */
  readonly keycloak?: KeycloakAccess;
  /** Where the functions and the connector find Keycloak. @default - where it is */
  readonly iamUrl?: string;
  /** `agents` of the fleet file. @default - none */
  readonly agents?: readonly object[];
  /** The stacks of credentials that do not lie in that of the service, by their ids. @default - all lie there */
  readonly stacks?: Readonly<Record<string, string>>;
  /** Context `timeouts` of the deployment. @default - those of a local deployment */
  readonly timeouts?: Readonly<Record<string, string>>;
  /** Context `jwt` of the deployment: then only unsigned calls with a token pass. @default - calls are signed */
  readonly jwt?: JwtSettings;
  /** Context `repair` of the deployment. @default false */
  readonly repair?: boolean;
  /** The bearer token of the connectors' access. @default CONNECTOR_TOKEN */
  readonly connectorToken?: string;
  /** Where what the CDK synthesizes is left. @default - it is removed */
  readonly output?: string;
}

/** Sets up the real Keycloak's realms, a connector process, the strict front, and deploys the unchanged stack. */
export async function setStage(prefix: string, cast: readonly Cast[], options: StageOptions = {}): Promise<Stage> {
  const { ministack } = realStack();
  const access = options.keycloak ?? realStack().keycloak;
  const iamUrl = options.iamUrl ?? access.url;
  const keycloak = keycloakAdmin(access);
  const release = options.keycloak ? LATEST : releaseOf(realStack().keycloak.version);
  const administrator = await createUser(ministack.url, { name: `${prefix}-admin`, policy: allowAll() });
  const aws = { region: REGION, endpoint: ministack.url, credentials: administrator };
  const secretsManager = new SecretsManagerClient(aws);
  const folder = await mkdtemp(join(tmpdir(), `${prefix}-`));
  const [connectorPort = 0] = await freePorts(1);
  const { connectorToken: token = CONNECTOR_TOKEN } = options;

  const settings = cast.map((one) => fill(one, { prefix, keycloak: iamUrl, connectorPort }));
  const schema = credentialSchema({ prefix, local: true });
  const credentials = new Map(settings.map((one) => [one.id, schema.parse(one)]));
  const provisioned = await provisionFleet([...credentials.values()], { keycloak, secretsManager, release });

  const overHttps = [...credentials.values()].filter(({ connectors }) => connectors.some(({ via }) => via === 'https'));
  if (overHttps.length > 0)
    await secretsManager.send(
      new PutSecretValueCommand({
        SecretId: `${prefix}-access/shared/connector`,
        SecretString: JSON.stringify({ token }),
      }),
    );

  let meddle: Intercept | undefined;
  const front = secretsManagerFront({
    target: ministack.url,
    admin: secretsManager,
    intercept: (operation, secretId, forward) => (meddle ? meddle(operation, secretId, forward) : forward()),
  });
  const frontServer = await serve(front.handler);
  const fleet = join(folder, 'fleet');
  await mkdir(fleet);
  const agents = options.agents ?? [];
  for (const [stack, some] of Map.groupBy(settings, ({ id }) => options.stacks?.[id])) {
    const content = stack === undefined ? { credentials: some, agents } : { stack, credentials: some };
    await writeFile(join(fleet, `${stack ?? 'service'}.json`), JSON.stringify(content));
  }
  const configurations = Object.fromEntries(
    overHttps.map((credential) => [credential.id, configurationOf(credential, provisioned)]),
  );
  const connector = await startConnector({
    port: connectorPort,
    config: { access: { type: 'bearer', token }, configurations },
  });
  const deployment = await deploy({
    aws: ministack.url,
    region: REGION,
    credentials: fleet,
    prefix,
    secretsManagerEndpoint: frontServer.url,
    ...(options.timeouts ? { timeouts: options.timeouts } : {}),
    ...(options.jwt ? { jwt: options.jwt } : {}),
    ...(options.repair ? { repair: true } : {}),
    ...(options.output ? { output: options.output } : {}),
  });
  await registerSigners([...credentials.values()], { keycloak, kms: new KMSClient(aws) });
  const operator = await createUser(ministack.url, { name: `${prefix}-operator`, policy: mayCallApi() });
  const signed = signerOf(operator);

  const control = (path: string, init?: RequestInit) => fetch(`${connector.url}/_local/${path}`, init);
  const trafficOf = async (id: string) =>
    ((await (await control('traffic')).json()) as Record<string, TrafficReport>)[`${id}/runtime`];
  const answers: string[] = [];
  const logs = new CloudWatchLogsClient(aws);
  const lambda = new LambdaClient(aws);
  const stage: Stage = {
    prefix,
    credentials,
    provisioned,
    keycloak,
    secretsManager,
    scheduler: new SchedulerClient(aws),
    front,
    deployment,
    administrator,
    aws,
    connectorUrl: connector.url,
    connectorOutput: connector.output,
    answers,
    meddleWithSecretsManager: (intercept) => {
      meddle = intercept;
    },
    call: async (path, { method = 'GET', body, headers = {}, unsigned = false, as } = {}) => {
      const init = { method, headers: { ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const url = `${deployment.apiUrl}${path}`;
      const caller = as ? signerOf(as) : signed;
      const response = await (unsigned ? fetch(url, init) : caller.fetch(url, init));
      answers.push(await response.clone().text());
      return response;
    },
    pass: (id, ms) => front.pass(`${prefix}/${id}`, ms),
    rotate: async (id, body, as) => {
      for (;;) {
        const response = await stage.call(`/credentials/${id}/rotations`, { method: 'POST', body, ...(as && { as }) });
        const answer = (await response.json()) as Rotation & { code?: string };
        if (answer.code !== 'too-soon') return answer;
        await stage.pass(id, Number(response.headers.get('retry-after')) * 1000);
      }
    },
    view: async (id) => (await (await stage.call(`/credentials/${id}`)).json()) as CredentialView,
    document: async (id) => {
      const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: `${prefix}/${id}` }));
      return inClear({ ...parseDocument(new Secret(SecretString ?? '')) });
    },
    agreed: async (id) => {
      const { clientSecret } = await stage.document(id);
      const { realm = '', uuid = '' } = provisioned.get(id) ?? {};
      const inKeycloak = (await keycloak.readClient(realm, uuid)).secret === clientSecret;
      const sections = ['designTime', 'runtime'];
      const inConnector = await Promise.all(
        sections.map((section) => stage.holds(id, { section, secret: clientSecret })),
      );
      if (inKeycloak && !inConnector.includes(false)) return clientSecret;
      throw new Error(`${id}: Keycloak agrees: ${inKeycloak}; ${sections}: ${inConnector}`);
    },
    holds: async (id, { section, secret }) => {
      const query = new URLSearchParams({ section, fingerprint: secretFingerprint(new Secret(secret)) });
      return ((await (await control(`configurations/${id}/holds?${query}`)).json()) as { holds: boolean }).holds;
    },
    startTraffic: async (id, rate = TRAFFIC_RATE) => {
      await control('traffic/start', {
        method: 'POST',
        body: JSON.stringify({ configuration: id, rate, maxInFlight: FEW, timeoutMs: PATIENT_MS }),
      });
      // A rotation may be over before a connector has asked for its first token.
      while (!((await trafficOf(id))?.requests ?? 0)) await sleep(20);
    },
    logs: async (name) => {
      const configuration = new GetFunctionConfigurationCommand({ FunctionName: `${prefix}-${name}` });
      const logGroupName = (await lambda.send(configuration)).LoggingConfig?.LogGroup;
      const lines: string[] = [];
      for await (const page of paginateFilterLogEvents({ client: logs }, { logGroupName })) {
        lines.push(...(page.events ?? []).map(({ message = '' }) => message));
      }
      return lines;
    },
    invocations: async (name, rotationId) => {
      const lines = (await stage.logs(name)).filter((line) => line.includes(`"rotationId":"${rotationId}"`));
      return new Set(lines.map((line) => (JSON.parse(line) as { function_request_id: string }).function_request_id))
        .size;
    },
    control,
    traffic: async (id) => (await trafficOf(id)) as TrafficReport,
    close: async () => {
      await connector.stop();
      await frontServer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return stage;
}

function signerOf(keys: AccessKeys): AwsClient {
  return new AwsClient({ ...keys, service: 'execute-api', region: REGION, retries: 0 });
}

/** Requests a second of each connector. A shared two-core machine signs about two hundred tokens a second. */
const TRAFFIC_RATE = 10;

/** How long the connector waits for an answer: a busy machine is no fault of a rotation. */
const PATIENT_MS = 60_000;

/** How many of its requests are under way at most: a machine that is behind isn't made busier. */
const FEW = 4;

function fill(
  { id, connector, proof, ...rest }: Cast,
  { prefix, keycloak, connectorPort }: { prefix: string; keycloak: string; connectorPort: number },
) {
  const realm = `${prefix}-${id}`;
  return {
    id,
    accessTokenUrl: `${keycloak}/realms/${realm}/protocol/openid-connect/token`,
    clientId: CLIENT_ID,
    iam: {
      adminUrl: `${keycloak}/admin/realms/${realm}`,
      auth: { clientId: ROTATOR, ...(proof ?? { secretId: `${prefix}-access/${id}/iam` }) },
    },
    connectors: [
      {
        name: `IFS ${id}`,
        url: `http://127.0.0.1:${connectorPort}/odata-connector/configurations/${id}`,
        auth: { type: 'bearer', secretId: `${prefix}-access/shared/connector` },
        ...connector,
      },
    ],
    schedule: { expression: 'cron(0 3 1 1 ? *)' },
    ...rest,
  };
}

/** Four sections: two are ours, one differs by case only, one by its token URL. Only ours may ever be written. */
export function configurationOf(
  credential: Credential,
  provisioned: ReadonlyMap<string, Pick<Provisioned, 'clientSecret'>>,
): Configuration {
  const { id, accessTokenUrl, scope } = credential;
  const clientSecret = provisioned.get(id)?.clientSecret ?? '';
  const ours = {
    flowType: 'ClientCredentials' as const,
    accessTokenUrl,
    clientId: CLIENT_ID,
    clientSecret,
    scopes: scope,
  };
  return {
    name: `IFS ${id}`,
    serviceUri: new URL(accessTokenUrl).origin,
    ifsVersion: 'IFS Cloud',
    breakWorkflowOnError: true,
    authentication: {
      designTime: ours,
      runtime: ours,
      studioTestBench: { ...ours, clientId: CLIENT_ID.toUpperCase(), clientSecret: OTHERS.byCase },
      machineUsers: {
        anna: {
          ...ours,
          accessTokenUrl: accessTokenUrl.replace('/realms/', '/realms/other-'),
          clientSecret: OTHERS.byUrl,
        },
      },
    },
  };
}

/** Secrets of sections that are not ours. */
export const OTHERS = { byCase: 'not-ours-the-case-differs', byUrl: 'not-ours-the-url-differs' } as const;

/** The bearer token with which the functions may change the connector's configurations. */
export const CONNECTOR_TOKEN = 'connector-access-token-of-the-stage';

function allowAll() {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
}

function mayCallApi() {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }] };
}
