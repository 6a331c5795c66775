import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { deploy } from './deployment.ts';
import type { StackOptions } from './full-stack/options.ts';
import { type Preparation, prepare } from './full-stack/preparation.ts';
import { type Keycloak, startKeycloak } from './keycloak.ts';
import { keycloakAdmin } from './keycloak-admin.ts';
import { type Ministack, startMinistack } from './ministack.ts';
import { type AccessKeys, ROOT_KEYS } from './ministack-users.ts';
import { provisionFleet } from './provisioning.ts';
import { secretsManagerFront } from './secrets-manager-front.ts';
import { type Server, serve } from './serve.ts';

const REGION = 'eu-north-1';

/** How to reach everything, as it is printed when all is ready. */
export interface StackDescription {
  /** An administrator's keys. */
  readonly aws: AccessKeys & { readonly endpoint: string; readonly region: string };
  /** Keys that may call the API and nothing else. */
  readonly operator: AccessKeys;
  /** No slash at the end. */
  readonly apiUrl: string;
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
  /** Ends everything; nothing is left. */
  close(): Promise<void>;
}

interface Services {
  readonly keycloak: Keycloak;
  readonly ministack: Ministack;
  /** Stands before Secrets Manager. */
  readonly front: Server;
}

/**
 * Starts a real Keycloak and MiniStack, makes what the fleet needs, and deploys it. About half a minute; nothing outlives this
 * process.
 *
 * @param onProgress one line at a time
 * @throws {ConfigurationError} with one line a fault of the fleet's file, before anything is started
 * @throws {UsageError} when a port is taken, {@link UnavailableError} when a program is missing, before anything is started
 * @throws {Error} when something doesn't start or can't be deployed; all that was started has ended by then
 */
export async function startFullStack(options: StackOptions, onProgress: (line: string) => void): Promise<FullStack> {
  const { bare, credentials: file } = options;
  const preparation = await prepare(options);
  for (const line of preparation.warnings) onProgress(`warning: ${line}`);
  const services = await startServices(preparation, onProgress);
  try {
    const description = await setUp(services, { ...preparation, bare, file, onProgress });
    return { description, close: () => stopServices(services) };
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
  const [keycloak, ministack] = await Promise.allSettled([
    startKeycloak({ port: keycloakPort, onProgress }),
    startMinistack({ port: awsPort, region: REGION, onProgress }),
  ]);
  if (keycloak.status === 'fulfilled' && ministack.status === 'fulfilled') {
    const front = await serveFront(ministack.value.url);
    return { keycloak: keycloak.value, ministack: ministack.value, front };
  }
  const started = [keycloak, ministack].flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  await Promise.all(started.map((service) => service.stop()));
  throw [keycloak, ministack].find((one) => one.status === 'rejected')?.reason;
}

/** MiniStack is more lenient than Secrets Manager; the functions reach it by its documented rules. */
function serveFront(target: string): Promise<Server> {
  const admin = new SecretsManagerClient({ region: REGION, endpoint: target, credentials: ROOT_KEYS });
  return serve(secretsManagerFront({ target, admin }).handler);
}

async function stopServices({ keycloak, ministack, front }: Services): Promise<void> {
  await Promise.all([front.close(), keycloak.stop(), ministack.stop()]);
}

async function setUp(
  { keycloak, ministack, front }: Services,
  setup: Preparation & { bare: boolean; file: string; onProgress: (line: string) => void },
): Promise<StackDescription> {
  const { prefix, credentials, bare, file, onProgress } = setup;
  const { url, adminUser, adminPassword } = keycloak;
  const administrator = await ministack.createUser(`${prefix}-administrator`, policy('*'));
  const { accessKeyId, secretAccessKey } = administrator;
  const operator = await ministack.createUser(`${prefix}-operator`, policy('execute-api:Invoke'));
  if (!bare) {
    onProgress('making realms, clients and access secrets');
    const admin = keycloakAdmin({ url, user: adminUser, password: adminPassword });
    const aws = { region: REGION, endpoint: ministack.url, credentials: administrator };
    await provisionFleet(credentials, { keycloak: admin, secretsManager: new SecretsManagerClient(aws) });
  }
  const { apiUrl, outputs } = await deploy({
    aws: ministack.url,
    region: REGION,
    credentials: file,
    prefix,
    secretsManagerEndpoint: front.url,
    onProgress,
  });
  return {
    aws: { endpoint: ministack.url, region: REGION, accessKeyId, secretAccessKey },
    operator,
    apiUrl,
    outputs,
    secretPrefix: prefix,
    keycloak: { url, adminUser, adminPassword },
    pid: process.pid,
  };
}

function policy(action: string): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] };
}
