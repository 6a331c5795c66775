import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Fetch, restrictFetch, sentInClear } from '../../functions/adapters/http/fetch.ts';
import type { RotateAnswer } from '../../functions/credential/answer.ts';
import { composeApi } from '../../functions/lambda/compose/api.ts';
import type { AwsAccess } from '../../functions/lambda/surroundings/aws.ts';
import { readEnvironment } from '../../functions/lambda/surroundings/environment.ts';
import type { RotateFunction } from '../../functions/ports/api/rotate-function.ts';
import { environmentOf } from '../../local/embedded-stack/names.ts';
import type { Handler } from '../../local/stand-ins/serve.ts';
import { type Manner, onboard } from './customers.ts';
import { type Functions, hostFunctions, inThisProcess, TIMEOUTS } from './host.ts';
import { Network } from './network.ts';
import { PREFIX } from './prefix.ts';
import { nameOf, SERVICES, type Service } from './services.ts';
import type { Stand } from './stand.ts';
import { createSystems, type Systems } from './systems.ts';
import { options, worldOf } from './world.ts';

/** A Monday morning: the schedule is far away. */
const BEGINNING = Date.parse('2026-03-02T09:00:00Z');
/** Where the simulated systems are. */
export const ORIGINS = { iam: 'https://iam.example.com', connector: 'https://flow.example.com' };
/** Requests take this long, in simulated milliseconds. */
export const ROUND_TRIP_MS = 20;

/** A stand on a simulated network. */
export interface SimulatedStand extends Stand {
  readonly network: Network;
}

/**
 * The functions and all parts in process, on a clock of their own: what is measured depends on nothing but the code.
 *
 * @param ids of customers that are there besides the first one
 */
export async function startSimulated(manner: Manner, ids: readonly string[] = []): Promise<SimulatedStand> {
  const network = new Network({ now: BEGINNING, roundTripMs: ROUND_TRIP_MS });
  const now = () => network.now;
  const wait = async (ms: number, arrived: Promise<void>) => await Promise.race([network.sleep(ms), arrived]);
  const systems = await createSystems({ now, wait });
  const handlers = distant(network, systems);
  const fetch = fetchTo(handlers);
  const functions = functionsOn(network, { handlers, fetch });
  systems.rotation.take = async (event) => {
    const { error } = await functions.host.invoke(`${PREFIX}-rotate`, event);
    if (error) throw new Error(error.errorMessage);
  };
  const scheduler = new SchedulerClient(options(systems.handlers.scheduler));
  for (const Name of [PREFIX, `${PREFIX}-once`]) await scheduler.send(new CreateScheduleGroupCommand({ Name }));
  const customer = await onboard(systems, { id: 'acme-1', manner, origins: ORIGINS, scheduler });
  for (const id of ids) await onboard(systems, { id, manner, origins: ORIGINS, scheduler });
  // What was just made is no reason to wait.
  network.now += 3_600_000;
  return {
    network,
    systems,
    customer,
    functions,
    now,
    fetch,
    newClient: () => new SecretsManagerClient(options(handlers['secrets-manager'])),
    operator: new SecretsManagerClient(options(systems.handlers['secrets-manager'])),
    run: (work) => network.run(work),
    close: () => systems.close(),
  };
}

/** Every part, a round trip away. */
function distant(network: Network, { handlers }: Systems): Readonly<Record<Service, Handler>> {
  const lines = SERVICES.map((service) => {
    const line = { service, nameOf: (request: Request) => nameOf(service, request), holds: service === 'sqs' };
    return [service, network.through(line, handlers[service])] as const;
  });
  return Object.fromEntries(lines) as Record<Service, Handler>;
}

/** The way from a function to IAM and connectors. */
export function fetchTo({ iam, connector }: Readonly<Record<Service, Handler>>): Fetch {
  const hosts: Readonly<Record<string, Handler>> = { [ORIGINS.iam]: iam, [ORIGINS.connector]: connector };
  const send: Fetch = async (url, init) => {
    const handler = hosts[new URL(url).origin];
    if (!handler) throw new Error(`no such host: ${url}`);
    return await handler(new Request(url, sentInClear(init)));
  };
  const allowedHosts = Object.keys(hosts).map((origin) => new URL(origin).hostname);
  return restrictFetch(send, { allowedHosts, local: false, timeoutMs: 1 });
}

function functionsOn(
  network: Network,
  ways: { readonly handlers: Readonly<Record<Service, Handler>>; readonly fetch: Fetch },
): Functions {
  const variables = environmentOf(PREFIX, TIMEOUTS);
  const environment = readEnvironment(variables);
  const now = () => new Date(network.now);
  const sleep = (ms: number) => network.sleep(ms);
  const inits = inThisProcess({
    runs: () => {
      const world = worldOf({ ...ways, now, sleep }, environment);
      return () => ({ environment, world });
    },
    // An invocation is no round trip: it takes none of the simulated time.
    api: () => {
      const composed = composeApi(variables, { aws: awsOf(ways.handlers), now, sleep });
      return () => ({ ...composed(), rotateFunction: within(functions) });
    },
  });
  const functions = hostFunctions(inits, now);
  return functions;
}

/** `rotate` of the same host, which is called without a network. */
function within({ host }: Functions): RotateFunction {
  return {
    call: async (event) => (await host.invoke(`${PREFIX}-rotate`, event)).payload as RotateAnswer,
    handOver: async (event) => host.accept(`${PREFIX}-rotate`, event),
  };
}

const NAMES = {
  secretsManager: 'secrets-manager',
  scheduler: 'scheduler',
  dynamoDb: 'table',
  eventBridge: 'event-bridge',
  sqs: 'sqs',
} as const;

/** AWS for functions that make their clients themselves: each service has a host, whose first label is its name here. */
function awsOf(handlers: Readonly<Record<Service, Handler>>): AwsAccess {
  const endpoints = Object.entries(NAMES).map(([service, name]) => [service, `https://${name}.example.com`]);
  const answer: Handler = async (request) => {
    const name = new URL(request.url).hostname.split('.')[0] as Service;
    return await handlers[name](request);
  };
  return { ...options(answer), endpoints: Object.fromEntries(endpoints) };
}
