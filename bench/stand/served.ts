import { setTimeout as pause } from 'node:timers/promises';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Fetch } from '../../functions/adapters/http/fetch.ts';
import { composeApi } from '../../functions/lambda/compose/api.ts';
import { composeRuns } from '../../functions/lambda/compose/runs.ts';
import { type AwsAccess, clientOptions } from '../../functions/lambda/surroundings/aws.ts';
import { environmentOf } from '../../local/embedded-stack/names.ts';
import { Running } from '../../local/embedded-stack/running.ts';
import { lambdaHandler } from '../../local/stand-ins/lambda/handler.ts';
import type { Handler } from '../../local/stand-ins/serve.ts';
import { type Customer, type Manner, onboard } from './customers.ts';
import { type Functions, hostFunctions, inThisProcess, TIMEOUTS } from './host.ts';
import { PREFIX } from './prefix.ts';
import { SERVICES, type Service } from './services.ts';
import type { Stand } from './stand.ts';
import { ACCESS, createSystems, type Systems } from './systems.ts';
import { options } from './world.ts';

/** Secrets Manager's clock is late: to the functions the last rotation is long over, and its grace as well. */
const LATE_MS = 2 * 3_600_000;

/** A stand over real sockets, in real time. */
export interface ServedStand extends Omit<Stand, 'functions' | 'fetch'> {
  fetch: Fetch;
  /** Replaced by {@link ServedStand.restart}. */
  functions: Functions;
  /** All customers; the first one is `customer`. */
  readonly customers: readonly Customer[];
  /** Milliseconds that each part takes for a request. */
  readonly latency: { ms: number };
  /** Requests to the parts until now. */
  readonly requests: { count: number };
  /** Where AWS is found. */
  readonly aws: AwsAccess;
  /** Called after each request that may have changed IAM or connector, the moment that it was carried out. */
  onChange: () => void;
  /** From here on the functions are cold: new clients, new connections, nothing remembered. */
  restart(): void;
}

/** How a stand is served. */
interface Serving {
  /** Of the customers. @default - one */
  readonly ids?: readonly string[];
  /** What stands before a part. @returns the URL by which the functions find it @default - nothing */
  readonly front?: (url: string, service: Service) => Promise<string>;
}

/** The functions and all parts over loopback, with service times that are injected. */
export async function startServed(manner: Manner, { ids = ['acme-1'], front }: Serving = {}): Promise<ServedStand> {
  const running = new Running();
  const latency = { ms: 0 };
  const requests = { count: 0 };
  const systems = await createSystems({ now: Date.now, secretsClock: () => Date.now() - LATE_MS });
  running.add(() => systems.close());
  const listen = async (handler: Handler) => (await running.listen(handler)).url;
  const urls: Partial<Record<Service, string>> = {};
  for (const service of SERVICES) {
    const changes = service === 'iam' || service === 'connector';
    const after = (request: Request) => {
      requests.count += 1;
      if (changes && request.method !== 'GET') stand.onChange();
    };
    const url = await listen(slowed(systems.handlers[service], latency, after));
    urls[service] = front ? await front(url, service) : url;
  }
  const { iam = '', connector = '' } = urls;
  const lambda = await listen(async (request) => await lambdaHandler(stand.functions.host)(request));
  const aws = accessTo(urls, lambda);
  const customers = await onboardAll(systems, { ids, manner, origins: { iam, connector } });
  const [customer] = customers;
  if (!customer) throw new Error('a stand needs a customer');
  const stand: ServedStand = {
    systems,
    latency,
    requests,
    aws,
    customer,
    customers,
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

async function onboardAll(
  systems: Systems,
  { ids, ...how }: { ids: readonly string[] } & Omit<Parameters<typeof onboard>[1], 'id' | 'scheduler'>,
): Promise<Customer[]> {
  const scheduler = new SchedulerClient(options(systems.handlers.scheduler));
  for (const Name of [PREFIX, `${PREFIX}-once`]) await scheduler.send(new CreateScheduleGroupCommand({ Name }));
  const customers: Customer[] = [];
  for (const id of ids) customers.push(await onboard(systems, { ...how, id, scheduler }));
  return customers;
}

/** Half of the service time passes before a part does its work, and half after. */
function slowed(handler: Handler, latency: { readonly ms: number }, after: (request: Request) => void): Handler {
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
    // No rotator signs here.
    kms: '',
  };
  return { ...ACCESS, endpoints };
}

function functionsFor(aws: AwsAccess): Functions {
  const variables = environmentOf(PREFIX, TIMEOUTS);
  const inits = inThisProcess({
    runs: () => composeRuns(variables, { aws }),
    api: () => composeApi(variables, { aws }),
  });
  return hostFunctions(inits, () => new Date());
}
