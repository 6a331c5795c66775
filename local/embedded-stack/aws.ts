import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ROUTES } from '../../functions/api/contract/routes.ts';
import { scopeOf } from '../../functions/api/contract/scopes.ts';
import { type AwsAccess, clientOptions } from '../../functions/lambda/surroundings/aws.ts';
import { type BusEvent, eventBridgeHandler } from '../stand-ins/event-bridge/handler.ts';
import { httpApiHandler } from '../stand-ins/http-api/handler.ts';
import { iamAuthorizer } from '../stand-ins/http-api/iam-authorizer.ts';
import { type JwtIssuer, jwtAuthorizer } from '../stand-ins/http-api/jwt-authorizer.ts';
import { KmsEngine } from '../stand-ins/kms/engine.ts';
import { kmsHandler } from '../stand-ins/kms/handler.ts';
import { lambdaHandler } from '../stand-ins/lambda/handler.ts';
import { type Invocation, LambdaHost } from '../stand-ins/lambda/host.ts';
import { createScheduler } from '../stand-ins/scheduler/scheduler.ts';
import { createSecretsManager } from '../stand-ins/secrets-manager/engine.ts';
import { secretsManagerHandler } from '../stand-ins/secrets-manager/handler.ts';
import type { Handler } from '../stand-ins/serve.ts';
import { SqsEngine } from '../stand-ins/sqs/engine.ts';
import { sqsHandler } from '../stand-ins/sqs/handler.ts';
import { startTable } from '../stand-ins/table/server.ts';
import { embeddedFunctions } from './functions.ts';
import { ACCOUNT, KEYS, OPERATOR, REGION, type Timeouts } from './names.ts';
import type { Running } from './running.ts';
import { makeSchedules } from './schedules.ts';
import type { LogLine } from './telemetry.ts';

/** How often Scheduler and Lambda look for what is due, in milliseconds. */
const TICK_MS = 50;

/** What AWS is started with. */
export interface AwsOptions {
  /** Begins every name. */
  readonly prefix: string;
  readonly timeouts: Timeouts;
  /** The port of the API. @default - a free one */
  readonly apiPort?: number;
  /** The time in AWS: of its services and of the functions. */
  readonly clock: () => Date;
  /** How the functions wait, for so many milliseconds. @default - in real time */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Hears of every invocation that has ended. */
  readonly onInvoked?: (invocation: Invocation) => void;
  /** Hears of events that Lambda or the Scheduler gave up: what the dead-letter queue would get. */
  readonly onGivenUp?: (what: string) => void;
  readonly onLog?: (line: LogLine) => void;
  /** Whether audits begin by themselves, at each quarter of an hour of {@link clock}. @default true */
  readonly audits?: boolean;
  /** Whose tokens the API takes. @default - calls are signed with the operator's keys */
  readonly jwt?: JwtIssuer;
}

/** Where the HTTP API answers, and clients of what is behind it. */
export interface EmbeddedAws {
  /** No slash at the end. Calls are signed with the operator's keys, or bring a token. */
  readonly apiUrl: string;
  readonly secretsManager: SecretsManagerClient;
  readonly scheduler: SchedulerClient;
  /** What the functions have published so far, in its order. */
  readonly events: readonly BusEvent[];
  /** The queues between runs and agents. */
  readonly sqs: SqsEngine;
  /** The keys, with which a rotator may sign. */
  readonly kms: KmsEngine;
  /** Where each service answers. */
  readonly endpoints: NonNullable<AwsAccess['endpoints']>;
}

/**
 * Starts Secrets Manager, Scheduler, a table, EventBridge, Lambda with the functions, and the HTTP API.
 *
 * @param running is told how each is stopped
 * @throws {Error} with code `EADDRINUSE` when the port of the API is taken
 */
export async function startAws(options: AwsOptions, running: Running): Promise<EmbeddedAws> {
  let aws: AwsAccess = {};
  const host = hostFor(options, () => aws);
  const api = await running.listen(apiOf(host, options), options.apiPort);
  const lambda = await running.listen(lambdaHandler(host));
  const lambdaClient = new LambdaClient({ region: REGION, credentials: KEYS, endpoint: lambda.url, maxAttempts: 1 });
  const scheduling = schedulerFor(lambdaClient, options);
  const store = createSecretsManager({ region: REGION, account: ACCOUNT, clock: options.clock });
  const events: BusEvent[] = [];
  const table = await startTable(options.prefix);
  running.add(() => table.close());
  const sqs = new SqsEngine({ region: REGION, account: ACCOUNT, now: () => options.clock().getTime() });
  const kms = new KmsEngine({ region: REGION, account: ACCOUNT });
  const endpoints = {
    kms: (await running.listen(kmsHandler(kms))).url,
    sqs: (await running.listen(sqsHandler(sqs))).url,
    lambda: lambda.url,
    scheduler: (await running.listen(scheduling.handler)).url,
    dynamoDb: table.url,
    eventBridge: (await running.listen(eventBridgeHandler((event) => events.push(event)))).url,
    secretsManager: (await running.listen(secretsManagerHandler(store).handler)).url,
  };
  aws = { region: REGION, credentials: KEYS, endpoints };
  const secretsManager = new SecretsManagerClient(clientOptions(aws, 'secretsManager'));
  const scheduler = new SchedulerClient(clientOptions(aws, 'scheduler'));
  for (const client of [lambdaClient, secretsManager, scheduler]) running.add(() => client.destroy());
  await makeSchedules(scheduler, options);
  running.add(scheduling.start(TICK_MS), host.start(TICK_MS));
  return { apiUrl: api.url, secretsManager, scheduler, events, sqs, kms, endpoints };
}

function hostFor({ prefix, timeouts, clock, sleep, ...hooks }: AwsOptions, aws: () => AwsAccess): LambdaHost {
  const { onInvoked = () => {}, onGivenUp = () => {}, onLog = () => {} } = hooks;
  return new LambdaHost({
    functions: embeddedFunctions({ prefix, timeouts, aws, clock, ...(sleep && { sleep }), onLog }),
    clock,
    region: REGION,
    account: ACCOUNT,
    onInvoked,
    onGivenUp: ({ functionName, result }) => onGivenUp(`${functionName}: ${result.error?.errorMessage}`),
  });
}

function apiOf(host: LambdaHost, { prefix, jwt }: AwsOptions): Handler {
  const invoke = (event: unknown) => host.invoke(`${prefix}-api`, event);
  const signed = { callers: [OPERATOR], region: REGION, account: ACCOUNT };
  const authorize = jwt ? jwtAuthorizer({ ...jwt, scopeOf }) : iamAuthorizer(signed);
  return httpApiHandler({ routes: Object.keys(ROUTES), authorize, account: ACCOUNT, invoke });
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
