import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Server, serve } from '../stand-ins/serve.ts';
import { bootstrap, deploy } from './deployment.ts';
import { keycloakAdmin } from './keycloak/admin.ts';
import { type Keycloak, startKeycloak } from './keycloak/server.ts';
import { type Ministack, startMinistack } from './ministack/server.ts';
import { type AccessKeys, ROOT_KEYS } from './ministack/users.ts';
import type { StackOptions } from './options.ts';
import { type Preparation, prepare } from './preparation.ts';
import { type Provisioned, provisionFleet } from './provisioning/provision.ts';
import { registerSigners } from './provisioning/signers.ts';
import { schedulerFront } from './scheduler-front.ts';
import { type SecretsManagerFront, secretsManagerFront } from './secrets-manager-front/front.ts';

const REGION = 'eu-north-1';

/** How to reach everything, as it is printed when all is ready. */
export interface StackDescription {
  /** An administrator's keys. */
  readonly aws: AccessKeys & { readonly endpoint: string; readonly region: string };
  /** Keys that may call the API and nothing else. */
  readonly operator: AccessKeys;
  /** With the name of the stage, `$default`. No slash at the end. */
  readonly apiUrl: string;
  /** {@link apiUrl} without the stage: curl 7.88 signs the `$` in another way than the server. */
  readonly curlApiUrl: string;
  /** The stack's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  /** A credential's secret is `<secretPrefix>/<id>`. */
  readonly secretPrefix: string;
  readonly keycloak: { readonly url: string; readonly adminUser: string; readonly adminPassword: string };
  /** SIGTERM to it ends everything. */
  readonly pid: number;
}

/** A full stack that stands. */
export interface FullStack {
  readonly description: StackDescription;
  /** Lets time go by for a credential's secret, without waiting for it. */
  pass(id: string, ms: number): Promise<void>;
  /** What the functions find Secrets Manager by: it counts calls. */
  readonly secretsManager: { readonly url: string } & Pick<SecretsManagerFront, 'calls' | 'resetCalls'>;
  /** Ends everything; nothing is left. */
  close(): Promise<void>;
}

/** What the caller has to do with it besides. */
export interface StackHooks {
  /** One line at a time. */
  readonly onProgress: (line: string) => void;
  /** Hears what was made for each credential, before anything is deployed. @default - nothing */
  readonly onProvisioned?: (made: ReadonlyMap<string, Provisioned>) => void;
  /** Context `timeouts` of the deployment. @default - those of a local deployment */
  readonly timeouts?: Readonly<Record<string, string>>;
}

interface Services {
  readonly keycloak: Keycloak;
  readonly ministack: Ministack;
  /** Stands before Secrets Manager. */
  readonly front: Server & Pick<SecretsManagerFront, 'pass' | 'calls' | 'resetCalls'>;
  /** Stands before Scheduler. */
  readonly scheduler: Server;
}

/**
 * Starts a real Keycloak and MiniStack, makes what the fleet needs, and deploys it. About half a minute; nothing outlives this
 * process.
 *
 * @throws {ConfigurationError} with one line a fault of the fleet's file, before anything is started
 * @throws {UsageError} when a port is taken, {@link UnavailableError} when a program is missing, before anything is started
 * @throws {Error} when something doesn't start or can't be deployed; all that was started has ended by then
 */
export async function startFullStack(options: StackOptions, hooks: StackHooks): Promise<FullStack> {
  const { onProgress } = hooks;
  const { bare, credentials: file } = options;
  const preparation = await prepare(options);
  for (const line of preparation.warnings) onProgress(`warning: ${line}`);
  const services = await startServices(preparation, onProgress);
  try {
    const description = await setUp(services, { ...preparation, ...hooks, bare, file });
    const pass = (id: string, ms: number) => services.front.pass(`${description.secretPrefix}/${id}`, ms);
    return { description, pass, secretsManager: services.front, close: () => stopServices(services) };
  } catch (error) {
    await stopServices(services);
    throw error;
  }
}

async function startServices(
  { keycloakPort, awsPort }: Preparation,
  onProgress: (line: string) => void,
): Promise<Services> {
  onProgress(`starting Keycloak on port ${keycloakPort} and MiniStack on port ${awsPort}`);
  const scheduler = await serve(schedulerFront({ target: `http://127.0.0.1:${awsPort}`, region: REGION }));
  // The functions inherit it.
  const env = { AWS_ENDPOINT_URL_SCHEDULER: scheduler.url };
  const [keycloak, ministack] = await Promise.allSettled([
    startKeycloak({ port: keycloakPort, onProgress }),
    startMinistack({ port: awsPort, region: REGION, env, onProgress }),
  ]);
  if (keycloak.status === 'fulfilled' && ministack.status === 'fulfilled') {
    const front = await serveFront(ministack.value.url);
    return { keycloak: keycloak.value, ministack: ministack.value, front, scheduler };
  }
  const started = [keycloak, ministack].flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  await Promise.all([scheduler.close(), ...started.map((service) => service.stop())]);
  throw [keycloak, ministack].find((one) => one.status === 'rejected')?.reason;
}

/** MiniStack is more lenient than Secrets Manager; the functions reach it by its documented rules. */
async function serveFront(target: string): Promise<Services['front']> {
  const admin = new SecretsManagerClient({ region: REGION, endpoint: target, credentials: ROOT_KEYS });
  const { handler, ...front } = secretsManagerFront({ target, admin });
  return { ...(await serve(handler)), ...front };
}

async function stopServices({ keycloak, ministack, front, scheduler }: Services): Promise<void> {
  await Promise.all([front.close(), scheduler.close(), keycloak.stop(), ministack.stop()]);
}

async function setUp(
  { keycloak, ministack, front }: Services,
  setup: Preparation & StackHooks & { bare: boolean; file: string },
): Promise<StackDescription> {
  const { prefix, credentials, bare, file, onProgress, onProvisioned = () => {}, timeouts } = setup;
  const { url, adminUser, adminPassword } = keycloak;
  const administrator = await ministack.createUser(`${prefix}-administrator`, policy('*'));
  const { accessKeyId, secretAccessKey } = administrator;
  const operator = await ministack.createUser(`${prefix}-operator`, policy('execute-api:Invoke'));
  const admin = keycloakAdmin({ url, user: adminUser, password: adminPassword });
  const aws = { region: REGION, endpoint: ministack.url, credentials: administrator };
  if (!bare) {
    onProgress('making realms, clients and access secrets');
    const made = await provisionFleet(credentials, { keycloak: admin, secretsManager: new SecretsManagerClient(aws) });
    onProvisioned(made);
  }
  const place = { aws: ministack.url, region: REGION };
  onProgress('cdk bootstrap');
  await bootstrap(place);
  const { apiUrl, outputs } = await deploy({
    ...place,
    credentials: file,
    prefix,
    secretsManagerEndpoint: front.url,
    ...(timeouts && { timeouts }),
    onProgress,
  });
  if (!bare) await registerSigners(credentials, { keycloak: admin, kms: new KMSClient(aws) });
  return {
    aws: { endpoint: ministack.url, region: REGION, accessKeyId, secretAccessKey },
    operator,
    apiUrl,
    curlApiUrl: apiUrl.replace(/\/\$default$/, ''),
    outputs,
    secretPrefix: prefix,
    keycloak: { url, adminUser, adminPassword },
    pid: process.pid,
  };
}

function policy(action: string): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] };
}
