import { setTimeout as pause } from 'node:timers/promises';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Fetch } from '../../functions/adapters/http/fetch.ts';
import { composeApi } from '../../functions/lambda/compose/api.ts';
import { type AwsAccess, clientOptions } from '../../functions/lambda/compose/aws.ts';
import { composeRuns } from '../../functions/lambda/compose/runs.ts';
import { environmentOf } from '../../local/embedded-stack/names.ts';
import { Running } from '../../local/embedded-stack/running.ts';
import { lambdaHandler } from '../../local/stand-ins/lambda/handler.ts';
import type { Handler } from '../../local/stand-ins/serve.ts';
import { type Manner, onboard } from './customers.ts';
import { type Functions, hostFunctions, TIMEOUTS } from './host.ts';
import { SERVICES, type Service } from './services.ts';
import type { Stand } from './stand.ts';
import { ACCESS, createSystems, PREFIX } from './systems.ts';
import { options } from './world.ts';

/** Secrets Manager's clock is late: to the functions the last rotation is long over, and its grace as well. */
const LATE_MS = 2 * 3_600_000;

/** A stand over real sockets, in real time. */
export interface ServedStand extends Omit<Stand, 'functions'> {
  /** Replaced by {@link ServedStand.restart}. */
  functions: Functions;
  /** Milliseconds that each part takes for a request. */
  readonly latency: { ms: number };
  /** Called after each request that may have changed IAM or connector, the moment that it was carried out. */
  onChange: () => void;
  /** From here on the functions are cold: new clients, new connections, nothing remembered. */
  restart(): void;
}

/** The functions and all parts over loopback, with service times that are injected. */
export async function startServed(manner: Manner): Promise<ServedStand> {
  const running = new Running();
  const latency = { ms: 0 };
  const systems = await createSystems({ now: Date.now, secretsClock: () => Date.now() - LATE_MS });
  running.add(() => systems.close());
  const listen = async (handler: Handler) => (await running.listen(handler)).url;
  const urls: Partial<Record<Service, string>> = {};
  for (const service of SERVICES) {
    const changes = service === 'iam' || service === 'connector';
    const after = (request: Request) => changes && request.method !== 'GET' && stand.onChange();
    urls[service] = await listen(slowed(systems.handlers[service], latency, after));
  }
  const { iam = '', connector = '' } = urls;
  const lambda = await listen(async (request) => await lambdaHandler(stand.functions.host)(request));
  const aws = accessTo(urls, lambda);
  const scheduler = new SchedulerClient(options(systems.handlers.scheduler));
  for (const Name of [PREFIX, `${PREFIX}-once`]) await scheduler.send(new CreateScheduleGroupCommand({ Name }));
  const origins = { iam, connector };
  const stand: ServedStand = {
    systems,
    latency,
    customer: await onboard(systems, { id: 'acme-1', manner, origins, scheduler }),
    functions: functionsFor(aws),
    now: () => performance.now(),
    fetch: fetch as Fetch,
    newClient: () => new SecretsManagerClient(clientOptions(aws, 'secretsManager')),
    operator: new SecretsManagerClient(options(systems.handlers['secrets-manager'])),
    onChange: () => undefined,
    restart: () => {
      stand.functions = functionsFor(aws);
    },
    run: (work) => work(),
    close: () => running.close(),
  };
  systems.rotation.take = async (event) => {
    const { error } = await stand.functions.host.invoke(`${PREFIX}-rotate`, event);
    if (error) throw new Error(error.errorMessage);
  };
  return stand;
}

/** Half of the service time passes before a part does its work, and half after. */
function slowed(handler: Handler, latency: { readonly ms: number }, after: (request: Request) => unknown): Handler {
  return async (request) => {
    const { ms } = latency;
    if (ms > 0) await pause(Math.floor(ms / 2));
    const response = await handler(request);
    after(request);
    if (ms > 0) await pause(Math.ceil(ms / 2));
    return response;
  };
}

function accessTo(urls: Partial<Record<Service, string>>, lambda: string): AwsAccess {
  const { scheduler = '', table = '', sqs = '' } = urls;
  const endpoints = {
    secretsManager: urls['secrets-manager'] ?? '',
    eventBridge: urls['event-bridge'] ?? '',
    scheduler,
    dynamoDb: table,
    sqs,
    lambda,
  };
  return { ...ACCESS, endpoints };
}

function functionsFor(aws: AwsAccess): Functions {
  const variables = environmentOf(PREFIX, TIMEOUTS);
  return hostFunctions({
    runs: () => composeRuns(variables, { aws }),
    api: () => composeApi(variables, { aws }),
    clock: () => new Date(),
  });
}
