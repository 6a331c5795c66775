import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { agentConnector } from '../adapters/agent-connector/agent-connector.ts';
import { type AgentLine, agentLine } from '../adapters/agent-connector/line.ts';
import { type Queues, queueUrls } from '../adapters/agent-connector/queues.ts';
import type { Patience } from '../adapters/aws/throttled.ts';
import { dynamoDbLedger } from '../adapters/dynamodb/ledger.ts';
import { dynamoDbTasks } from '../adapters/dynamodb/tasks.ts';
import { eventBridgeEvents } from '../adapters/event-bridge/events.ts';
import { eventBridgeSchedules } from '../adapters/event-bridge-schedules/event-bridge-schedules.ts';
import { createFetch, type Fetch } from '../adapters/http/fetch.ts';
import { type KeycloakDeps, keycloak } from '../adapters/keycloak/keycloak.ts';
import { manualConnector } from '../adapters/manual/manual-connector.ts';
import { manualIam } from '../adapters/manual/manual-iam.ts';
import { odataConnector } from '../adapters/odata-connector/odata-connector.ts';
import { accessSecrets } from '../adapters/secrets-manager/access-secrets.ts';
import { secretsManagerInbox } from '../adapters/secrets-manager/inbox.ts';
import { secretsManagerStore } from '../adapters/secrets-manager/store.ts';
import { projection, projectionUrl, tokenEndpoint } from '../adapters/token-endpoint/token-endpoint.ts';
import { lateWriteMs } from '../credential/agent-line.ts';
import {
  agentTimeoutMs,
  type ConnectorSettings,
  type Credential,
  hasManualDoor,
} from '../credential/settings/credential.ts';
import type { AccessSecrets } from '../ports/access-secrets.ts';
import type { Connector } from '../ports/connector.ts';
import type { Events } from '../ports/events.ts';
import type { Iam } from '../ports/iam.ts';
import type { Inbox } from '../ports/inbox.ts';
import type { RunLedger } from '../ports/ledger.ts';
import type { Schedules } from '../ports/schedules.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { Tasks } from '../ports/tasks.ts';
import type { TokenEndpoint } from '../ports/token-endpoint.ts';
import { Budget } from '../rotation/run/budget.ts';
import type { Ports, RunDeps, Runtime, Timing } from '../rotation/run/context.ts';
import {
  budgetedClient,
  budgetedEvents,
  budgetedFetch,
  budgetedLine,
  budgetedSchedules,
  ownHostsOnly,
  tryMsIn,
} from './budgeted.ts';
import { type Environment, readEnvironment } from './environment.ts';

/** Everything that touches the world. The fault laboratory and the tests bring their own. */
export interface World {
  readonly secretsManager: SecretsManagerClient;
  /** Access secrets, which a warm function remembers, whatever client they are read with. */
  readonly accessSecrets: (client: SecretsManagerClient, patience: Patience) => AccessSecrets;
  readonly schedules: Schedules;
  /** The tasks and acknowledgements of a credential. A try of theirs may wait for `tryMs` milliseconds, where that is given. */
  readonly tasks: (credential: string, tryMs?: () => number) => Tasks;
  /** The runs of a credential. A try of its may wait for `tryMs` milliseconds, where that is given. */
  readonly ledger: (credential: string, tryMs?: () => number) => RunLedger;
  /** The inbox of a credential. */
  readonly inboxes: (credential: string, client: SecretsManagerClient, patience: Patience) => Inbox;
  readonly events: Events;
  readonly fetch: Fetch;
  /** The queues between runs and agents. */
  readonly queues: Queues;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly newSecret: () => string;
  readonly newId: () => string;
}

/** How AWS is reached. Empty on AWS, where the SDK finds its region, credentials and endpoints by itself. */
export interface AwsAccess {
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly endpoints?: Readonly<Record<AwsService, string>>;
}

type AwsService = 'secretsManager' | 'scheduler' | 'lambda' | 'dynamoDb' | 'eventBridge' | 'sqs';

/** What an SDK client is told, whatever else it needs. */
export function clientOptions({ endpoints, ...access }: AwsAccess, service: AwsService) {
  return { ...access, ...(endpoints && { endpoint: endpoints[service] }) };
}

/** How long a call to AWS may take. */
export function requestHandlerOf({ httpTimeoutMs }: Pick<Timing, 'httpTimeoutMs'>) {
  return {
    connectionTimeout: httpTimeoutMs,
    requestTimeout: httpTimeoutMs,
    // Without it the SDK only warns.
    throwOnRequestTimeout: true,
  };
}

/** The real world, as the functions meet it. Built once for each warm function. */
function realWorld(environment: Environment, { aws, now, sleep }: Required<Outside>): World {
  const { httpTimeoutMs } = environment.timing;
  const requestHandler = requestHandlerOf(environment.timing);
  const secretsManager = new SecretsManagerClient({ ...clientOptions(aws, 'secretsManager'), requestHandler });
  const table = new DynamoDBClient({ ...clientOptions(aws, 'dynamoDb'), requestHandler });
  const bus = new EventBridgeClient({ ...clientOptions(aws, 'eventBridge'), requestHandler });
  const { PREFIX: prefix, TABLE_NAME: tableName } = environment;
  const remembered = new Map<string, unknown>();
  return {
    secretsManager,
    accessSecrets: (client, patience) => accessSecrets(client, { ...patience, remembered }),
    schedules: eventBridgeSchedules(new SchedulerClient({ ...clientOptions(aws, 'scheduler'), requestHandler }), {
      context: { prefix, local: environment.local },
      group: environment.SCHEDULE_GROUP,
      onceGroup: environment.ONCE_GROUP,
      roleArn: environment.SCHEDULER_ROLE_ARN,
      deadLetterQueueArn: environment.DLQ_ARN,
      ...(environment.KEY_ARN === undefined ? {} : { keyArn: environment.KEY_ARN }),
      targets: { rotate: environment.ROTATE_FUNCTION_ARN, retire: environment.RETIRE_FUNCTION_ARN },
    }),
    tasks: (credential, tryMs) => dynamoDbTasks(table, credential, { tableName, tryMs }),
    ledger: (credential, tryMs) => dynamoDbLedger(table, credential, { tableName, tryMs }),
    inboxes: (credential, client, patience) => secretsManagerInbox(client, `${prefix}-inbox/${credential}`, patience),
    events: eventBridgeEvents(bus, { stack: prefix }),
    queues: {
      client: new SQSClient({
        ...clientOptions(aws, 'sqs'),
        requestHandler,
        maxAttempts: 1,
        useQueueUrlAsEndpoint: false,
      }),
      urlOf: queueUrls(environment.DLQ_ARN),
    },
    fetch: createFetch({
      allowedHosts: environment.ALLOWED_HOSTS,
      local: environment.local,
      privateTargets: environment.PRIVATE_TARGETS === 'true',
      timeoutMs: httpTimeoutMs,
    }),
    now,
    sleep,
    newSecret: () => randomBytes(32).toString('base64url'),
    newId: randomUUID,
  };
}

/**
 * Everything that one run works with: the dependencies of its credential, measured and kept within the time that the run has.
 *
 * @param remainingMs milliseconds until the function is ended
 */
export function runDeps(
  credential: Credential,
  { prefix, timing: deployed }: { readonly prefix: string; readonly timing: Timing },
  { world, remainingMs }: { readonly world: World; readonly remainingMs: () => number },
): RunDeps {
  const runtime = runtimeOf(world, remainingMs);
  const timing = timingOf(credential, deployed);
  const budget = new Budget(runtime, timing);
  const own: World = {
    ...world,
    fetch: ownHostsOnly(world.fetch, credential),
    tasks: (id) => world.tasks(id, () => tryMsIn(budget)),
    events: budgetedEvents(world.events, budget),
  };
  const { httpTimeoutMs } = timing;
  const schedules = budgetedSchedules(world.schedules, { remainingMs, httpTimeoutMs });
  return { ports: { ...portsOf(credential, prefix, { world: own, budget }), schedules }, runtime, timing, budget };
}

/** How long things may take for one credential: its agents may be at work for longer than an HTTP request takes. */
function timingOf(credential: Credential, timing: Timing): Timing {
  const agentMs = agentTimeoutMs(credential);
  if (agentMs === 0) return timing;
  const { leaseMs, httpTimeoutMs } = timing;
  const lateMs = Math.max(httpTimeoutMs, lateWriteMs(agentMs));
  return { ...timing, agentTimeoutMs: agentMs, leaseMs: leaseMs - httpTimeoutMs + lateMs };
}

function portsOf(
  credential: Credential,
  prefix: string,
  { world, budget }: { readonly world: World; readonly budget: Budget },
): Omit<Ports, 'schedules'> {
  const { serviceUri, probePath } = credential;
  const client = budgetedClient(world.secretsManager, budget);
  // A fleet on one minute is throttled for as long as it takes: that is waited for while the run can still do its work.
  const patience: Patience = {
    sleep: world.sleep,
    mayWait: (ms) => budget.fits(ms + budget.estimate('store')),
  };
  const store = secretsManagerStore(client, `${prefix}/${credential.id}`, patience);
  const access = world.accessSecrets(client, patience);
  const iam = { ...world, accessSecrets: access, fetch: budgetedFetch(world.fetch, budget, 'iam') };
  const tokens = tokenEndpoint(iam);
  const line = agentLine({ prefix, credential: credential.id }, world);
  const parts = { credential, prefix, store, access, line, world, budget };
  return {
    store,
    iam: iamOf(credential, { ...iam, tokens }),
    tokens,
    ...(credential.iam.type === 'manual' && { inbox: world.inboxes(credential.id, client, patience) }),
    ...(hasManualDoor(credential) && { tasks: world.tasks(credential.id), events: world.events }),
    ...(serviceUri === undefined ? {} : { projection: projection(projectionUrl(serviceUri, probePath), world) }),
    connectors: credential.connectors.map((settings) => connectorOf(settings, parts)),
  };
}

function iamOf(credential: Credential, deps: KeycloakDeps & { readonly tokens: TokenEndpoint }): Iam {
  const { iam, accessTokenUrl } = credential;
  return iam.type === 'manual' ? manualIam(credential, deps) : keycloak({ iam, accessTokenUrl }, deps);
}

interface ConnectorParts {
  readonly credential: Credential;
  readonly prefix: string;
  readonly store: SecretStore;
  readonly access: AccessSecrets;
  /** One for all agents of the credential: their replies come over one queue. */
  readonly line: AgentLine;
  readonly world: World;
  readonly budget: Budget;
}

/** The adapter behind a connector's door. */
function connectorOf(
  settings: ConnectorSettings,
  { credential, store, access, world, budget, ...parts }: ConnectorParts,
): Connector {
  const { accessTokenUrl, clientId, id } = credential;
  const ours = { clientIds: [clientId].flat(), accessTokenUrl };
  switch (settings.via) {
    case 'https': {
      const fetch = budgetedFetch(world.fetch, budget, 'connector');
      return odataConnector(settings, ours, { fetch, sleep: world.sleep, accessSecrets: access });
    }
    case 'agent': {
      const line = budgetedLine(parts.line, budget);
      return agentConnector(settings, ours, { line, sleep: world.sleep, secretId: `${parts.prefix}/${id}` });
    }
    case 'manual':
      return manualConnector(settings, credential, { tasks: world.tasks(id), store, now: world.now });
  }
}

/** The part of a run that is neither a dependency nor pure. */
function runtimeOf({ now, sleep, newSecret, newId }: World, remainingMs: () => number): Runtime {
  return { now, sleep, newSecret, newId, remainingMs };
}

/** What a function works with. */
export interface Deployed {
  readonly environment: Environment;
  readonly world: World;
  readonly aws: AwsAccess;
}

/** What surrounds a function. */
export interface Outside {
  /** How AWS is reached. */
  readonly aws?: AwsAccess;
  /** What time it is. */
  readonly now?: () => Date;
  /** Waits so many milliseconds. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/**
 * A function's environment and world: nothing happens before the first invocation.
 *
 * @param variables the function's environment variables
 * @param outside by default as on AWS
 */
export function lazily(
  variables: Readonly<Record<string, string | undefined>>,
  { aws = {}, now = () => new Date(), sleep = waited }: Outside = {},
): () => Deployed {
  let known: Deployed | undefined;
  return () => {
    if (!known) {
      const environment = readEnvironment(variables);
      known = { environment, world: realWorld(environment, { aws, now, sleep }), aws };
    }
    return known;
  };
}

async function waited(ms: number): Promise<void> {
  await setTimeout(ms);
}
