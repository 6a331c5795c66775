import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import type { RotateAnswer } from '../../functions/credential/answer.ts';
import { durationMs } from '../../functions/credential/duration.ts';
import type { DeployedRuns } from '../../functions/lambda/compose/runs.ts';
import { readEnvironment } from '../../functions/lambda/surroundings/environment.ts';
import type { Events } from '../../functions/ports/events.ts';
import type { RunLedger } from '../../functions/ports/ledger.ts';
import { createRotateHandler } from '../../functions/rotate.ts';
import { environmentOf } from '../../local/embedded-stack/names.ts';
import { embeddedTelemetry } from '../../local/embedded-stack/telemetry.ts';
import { Environments } from '../../local/stand-ins/lambda/environments.ts';
import type { Handler } from '../../local/stand-ins/serve.ts';
import { onboard } from '../stand/customers.ts';
import { TIMEOUTS } from '../stand/host.ts';
import { Network } from '../stand/network.ts';
import { PREFIX } from '../stand/prefix.ts';
import { SERVICES, type Service } from '../stand/services.ts';
import { fetchTo, ORIGINS } from '../stand/simulated.ts';
import { createSystems } from '../stand/systems.ts';
import { options, worldOf } from '../stand/world.ts';
import { type Quotas, type QuotaTally, withQuotas, withSdkRetries } from './quotas.ts';

/** Sunday, three o'clock: the schedules' time. */
const BEGINNING = Date.parse('2026-03-01T03:00:00Z');
const ROUND_TRIP_MS = 20;

/** Everything that was done beside Secrets Manager. */
interface HerdTally extends QuotaTally {
  tableWrites: number;
  events: number;
}

/** Many customers behind quotas, and the function that rotates them. */
export interface HerdStand {
  readonly network: Network;
  readonly tally: HerdTally;
  /** One invocation by schedule. @throws {Error} when the run is to be tried again */
  rotate(id: string, scheduledTime: Date): Promise<RotateAnswer | undefined>;
  close(): Promise<void>;
}

/** Makes as many customers, whose secrets were adopted an hour ago. The ledger and the events are counted and not kept. */
export async function startHerd(
  ids: readonly string[],
  { quotas, random }: { readonly quotas: Quotas; readonly random: () => number },
): Promise<HerdStand> {
  const network = new Network({ now: BEGINNING - 3_600_000, roundTripMs: ROUND_TRIP_MS });
  const now = () => network.now;
  const tally: HerdTally = { carriedOut: { writes: 0, lists: 0, reads: 0 }, throttled: 0, tableWrites: 0, events: 0 };
  const systems = await createSystems({ now });
  const scheduler = new SchedulerClient(options(systems.handlers.scheduler));
  for (const Name of [PREFIX, `${PREFIX}-once`]) await scheduler.send(new CreateScheduleGroupCommand({ Name }));
  const manner = { strategy: 'dual-secret', renewal: 'set' } as const;
  for (const id of ids) await onboard(systems, { id, manner, origins: ORIGINS, scheduler });
  network.now = BEGINNING;
  const limited = withQuotas(systems.handlers['secrets-manager'], { quotas, now, tally });
  const near = { ...systems.handlers, 'secrets-manager': limited };
  const far = Object.fromEntries(SERVICES.map((service) => [service, distant(network, near[service])]));
  const sleep = (ms: number) => network.sleep(ms);
  const retried = withSdkRetries(far['secrets-manager'] as Handler, { sleep, random });
  const handlers = { ...far, 'secrets-manager': retried } as Readonly<Record<Service, Handler>>;
  const environments = new Environments({ init: () => rotator(network, { handlers, tally }) });
  return {
    network,
    tally,
    rotate: (id, scheduledTime) =>
      environments.run(async (handler) => {
        const event = { trigger: 'schedule', id, scheduledTime: scheduledTime.toISOString() };
        return { value: (await handler(event, contextOf(network))) as RotateAnswer | undefined, reusable: true };
      }),
    close: () => systems.close(),
  };
}

/** A round trip away. What has been sent isn't kept. */
function distant(network: Network, handler: Handler): Handler {
  const line = network.through({ service: '', nameOf: async () => '' }, handler);
  return async (request) => {
    network.hops.length = 0;
    return await line(request);
  };
}

/** What an execution environment makes at its first invocation. */
function rotator(network: Network, ways: { handlers: Readonly<Record<Service, Handler>>; tally: HerdTally }) {
  const { handlers, tally } = ways;
  const environment = readEnvironment(environmentOf(PREFIX, TIMEOUTS));
  const around = {
    handlers,
    fetch: fetchTo(handlers),
    now: () => new Date(network.now),
    sleep: network.sleep.bind(network),
  };
  const world = {
    ...worldOf(around, environment),
    // The SDK's own repeats take place in front of the quotas.
    secretsManager: new SecretsManagerClient({ ...options(handlers['secrets-manager']), maxAttempts: 1 }),
    ledger: () => countingLedger(tally),
    events: countingEvents(tally),
  };
  const deployed: DeployedRuns = { environment, world };
  return createRotateHandler(
    () => deployed,
    embeddedTelemetry(`${PREFIX}-rotate`, () => undefined),
  );
}

function countingLedger(tally: HerdTally): RunLedger {
  const written = (times: number) => {
    tally.tableWrites += times;
  };
  return {
    accept: async () => undefined,
    begin: async () => {
      written(1);
      return true;
    },
    // A run's end, and that its rotation leads to it.
    end: async () => written(2),
    find: async () => undefined,
    list: async () => ({ entries: [] }),
  };
}

function countingEvents(tally: HerdTally): Events {
  return {
    publish: async () => {
      tally.events += 1;
    },
  };
}

function contextOf(network: Network): Context {
  const end = network.now + durationMs(TIMEOUTS.function);
  return { getRemainingTimeInMillis: () => end - network.now } as Context;
}
