import { randomBytes, randomUUID } from 'node:crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { API_ROUTES } from '../../functions/api.ts';
import { type AwsAccess, clientOptions } from '../../functions/compose.ts';
import { bearerAccess } from '../stand-ins/connector/access.ts';
import { ConnectorEngine } from '../stand-ins/connector/engine.ts';
import { connectorHandler } from '../stand-ins/connector/handler.ts';
import { httpApiHandler } from '../stand-ins/http-api/handler.ts';
import { IamEngine } from '../stand-ins/iam/engine.ts';
import { iamHandler } from '../stand-ins/iam/handler.ts';
import { randomSecret } from '../stand-ins/iam/random-secret.ts';
import { localTokens } from '../stand-ins/iam/tokens.ts';
import { lambdaHandler } from '../stand-ins/lambda/handler.ts';
import { type Invocation, LambdaHost } from '../stand-ins/lambda/host.ts';
import { createScheduler } from '../stand-ins/scheduler/scheduler.ts';
import { createSecretsManager } from '../stand-ins/secrets-manager/engine.ts';
import { secretsManagerHandler } from '../stand-ins/secrets-manager/handler.ts';
import type { Handler } from '../stand-ins/serve.ts';
import { embeddedFunctions } from './functions.ts';
import { ACCOUNT, KEYS, OPERATOR, REGION, type Timeouts } from './names.ts';
import { Running } from './running.ts';
import type { LogLine } from './telemetry.ts';

/** How often Scheduler and Lambda look for what is due, in milliseconds. */
const TICK_MS = 50;

/** Options of {@link startEmbeddedStack}. */
export interface EmbeddedStackOptions {
  /** Begins every name. @default 'client-secret-rotation' */
  readonly prefix?: string;
  readonly timeouts: Timeouts;
  /** The bearer token with which connectors may be read and written. */
  readonly connectorToken: string;
  /** The port of the API. @default - a free one */
  readonly apiPort?: number;
  /** The time in AWS: of its services and of the functions, not of the IAM and the connectors. @default - real time */
  readonly clock?: () => Date;
  /** Hears of every invocation that has ended. */
  readonly onInvoked?: (invocation: Invocation) => void;
  /** Hears of events that Lambda or the Scheduler gave up: what the dead-letter queue would get. */
  readonly onGivenUp?: (what: string) => void;
  /** Called after each request that may have changed the IAM or a connector. */
  readonly onChange?: () => void;
  readonly onLog?: (line: LogLine) => void;
}

/** The system on loopback, without customers. */
export interface EmbeddedStack {
  readonly prefix: string;
  /** Where the HTTP API answers, no slash at the end. Its calls are signed with the operator's keys. */
  readonly apiUrl: string;
  readonly iamUrl: string;
  readonly connectorUrl: string;
  readonly secretsManager: SecretsManagerClient;
  readonly scheduler: SchedulerClient;
  /** The state of the IAM and of the connectors, for what a customer's administrators do by hand. */
  readonly iam: IamEngine;
  readonly connector: ConnectorEngine;
  /** Stops everything. */
  close(): Promise<void>;
}

/**
 * Starts Secrets Manager, Scheduler, Lambda, HTTP API, IAM and OData connector in this process, each on a port of 127.0.0.1. The
 * functions are the real ones, and everything between the parts is HTTP.
 *
 * @throws {Error} with code `EADDRINUSE` when the port of the API is taken; nothing is left running then
 */
export async function startEmbeddedStack(options: EmbeddedStackOptions): Promise<EmbeddedStack> {
  const { prefix = 'client-secret-rotation', clock = () => new Date() } = options;
  const running = new Running();
  try {
    const aws = await startAws({ ...options, prefix, clock }, running);
    const systems = await startSystems(options, running);
    return { prefix, ...aws, ...systems, close: () => running.close() };
  } catch (error) {
    await running.close();
    throw error;
  }
}

type AwsOptions = EmbeddedStackOptions & Required<Pick<EmbeddedStackOptions, 'prefix' | 'clock'>>;

async function startAws(options: AwsOptions, running: Running) {
  let aws: AwsAccess = {};
  const host = hostFor(options, () => aws);
  const api = await running.listen(apiOf(host, options.prefix), options.apiPort);
  const lambda = await running.listen(lambdaHandler(host));
  const lambdaClient = new LambdaClient({ region: REGION, credentials: KEYS, endpoint: lambda.url, maxAttempts: 1 });
  const scheduling = schedulerFor(lambdaClient, options);
  const store = createSecretsManager({ region: REGION, account: ACCOUNT, clock: options.clock });
  const endpoints = {
    lambda: lambda.url,
    scheduler: (await running.listen(scheduling.handler)).url,
    secretsManager: (await running.listen(secretsManagerHandler(store).handler)).url,
  };
  aws = { region: REGION, credentials: KEYS, endpoints };
  const secretsManager = new SecretsManagerClient(clientOptions(aws, 'secretsManager'));
  const scheduler = new SchedulerClient(clientOptions(aws, 'scheduler'));
  for (const client of [lambdaClient, secretsManager, scheduler]) running.add(() => client.destroy());
  for (const Name of [options.prefix, `${options.prefix}-once`]) {
    await scheduler.send(new CreateScheduleGroupCommand({ Name }));
  }
  running.add(scheduling.start(TICK_MS), host.start(TICK_MS));
  return { apiUrl: api.url, secretsManager, scheduler };
}

function hostFor({ prefix, timeouts, clock, ...hooks }: AwsOptions, aws: () => AwsAccess): LambdaHost {
  const { onInvoked = () => {}, onGivenUp = () => {}, onLog = () => {} } = hooks;
  return new LambdaHost({
    functions: embeddedFunctions({ prefix, timeouts, aws, clock, onLog }),
    clock,
    region: REGION,
    account: ACCOUNT,
    onInvoked,
    onGivenUp: ({ functionName, result }) => onGivenUp(`${functionName}: ${result.error?.errorMessage}`),
  });
}

function apiOf(host: LambdaHost, prefix: string): Handler {
  const invoke = (event: unknown) => host.invoke(`${prefix}-api`, event);
  return httpApiHandler({ routes: API_ROUTES, callers: [OPERATOR], region: REGION, account: ACCOUNT, invoke });
}

/** Scheduler invokes asynchronously, as its Lambda targets do. */
function schedulerFor(lambda: LambdaClient, { clock, onGivenUp = () => {} }: AwsOptions) {
  return createScheduler({
    region: REGION,
    account: ACCOUNT,
    clock,
    invoke: async ({ Arn }, input) => {
      await lambda.send(new InvokeCommand({ FunctionName: Arn, InvocationType: 'Event', Payload: input }));
    },
    onDropped: ({ arn }, error) => onGivenUp(`${arn}: ${error instanceof Error ? error.name : 'not delivered'}`),
  });
}

async function startSystems({ connectorToken, onChange = () => {} }: EmbeddedStackOptions, running: Running) {
  const iam = new IamEngine({ now: Date.now, randomSecret, randomUuid: randomUUID });
  const connector = new ConnectorEngine({ now: Date.now, instance: randomUUID() });
  const tokens = localTokens(iam, { key: randomBytes(32), randomUuid: randomUUID });
  const access = bearerAccess(connectorToken);
  const iamServer = await running.listen(watched(iamHandler(iam, tokens), onChange));
  const connectorServer = await running.listen(watched(connectorHandler(connector, { access }), onChange));
  return { iam, connector, iamUrl: iamServer.url, connectorUrl: connectorServer.url };
}

/** Tells of every call that may have changed something, the moment that it has. */
function watched(handler: Handler, onChange: () => void): Handler {
  return async (request) => {
    const response = await handler(request);
    if (request.method !== 'GET' && !new URL(request.url).pathname.endsWith('/token')) onChange();
    return response;
  };
}
