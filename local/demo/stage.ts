import { randomBytes } from 'node:crypto';
import { durationMs } from '../../functions/rotation/duration.ts';
import type { Credential } from '../../functions/rotation/settings.ts';
import type { Completed } from '../connector/outages.ts';
import { startTraffic, type Traffic, type TrafficOptions } from '../connector/traffic.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded-stack.ts';
import { CUSTOMERS, onboard } from './fleet.ts';
import { Invocations } from './invocations.ts';
import type { Live } from './live.ts';
import { SecretsWatch } from './secrets-watch.ts';

/** Short enough for a demonstration: a lease is 8 s. */
const TIMEOUTS = { function: 'PT9S', http: 'PT2S' };
const GRACE = 'PT3S';
/** Requests a second of each connector: more than what is promised, so that a late timer doesn't matter. */
const RATE = 60;
/** How often is looked at what the IAM accepts, besides after each change; milliseconds. */
const LOOK_EVERY_MS = 20;
/** Requests that are kept, for each connector: some minutes of them. */
const KEPT_REQUESTS = 20_000;

/** For how long a rotation may be under way before another run may begin, in milliseconds. */
export const LEASE_MS = durationMs(TIMEOUTS.function) + durationMs(TIMEOUTS.http);
/** How long the previous secret stays valid after a rotation, in milliseconds. */
export const GRACE_MS = durationMs(GRACE);

/** One customer, onboarded, whose connector is at work. */
export interface Site {
  readonly credential: Credential;
  readonly watch: SecretsWatch;
  /** The connector's token requests that came to their end, oldest first. */
  readonly requests: readonly Completed[];
}

/** The fleet at work on the embedded stack. */
export interface Stage {
  readonly stack: EmbeddedStack;
  readonly sites: readonly Site[];
  readonly invocations: Invocations;
  /** Milliseconds since the epoch, by a clock that never jumps. */
  readonly now: () => number;
  close(): Promise<void>;
}

/**
 * Starts the embedded stack, onboards the example fleet and lets its connectors work.
 *
 * @param apiPort 0 takes a free one
 * @throws {Error} with code `EADDRINUSE` when the port is taken
 */
export async function openStage(live: Live, apiPort: number): Promise<Stage> {
  const now = () => performance.timeOrigin + performance.now();
  const invocations = new Invocations();
  const watches: SecretsWatch[] = [];
  const look = () => {
    for (const watch of watches) watch.look();
  };
  const connectorToken = randomBytes(32).toString('base64url');
  const stack = await startEmbeddedStack({
    timeouts: TIMEOUTS,
    connectorToken,
    apiPort,
    onInvoked: invocations.record,
    onChange: look,
    onGivenUp: (what) => live.note('', `given up: ${what}`),
    onLog: ({ level, message }) => {
      if (level === 'ERROR') live.note('', message);
    },
  });
  const traffics: Traffic[] = [];
  const sites: Site[] = [];
  for (const customer of CUSTOMERS) {
    const credential = await onboard(stack, customer, { connectorToken, grace: GRACE });
    const watch = new SecretsWatch({ stack, customer, now, onChange: (state) => live.state(customer.id, state) });
    watches.push(watch);
    const requests: Completed[] = [];
    traffics.push(startConnector(stack, customer.id, { now, onCompleted: keepIn(requests, customer.id, live) }));
    sites.push({ credential, watch, requests });
  }
  const timer = setInterval(look, LOOK_EVERY_MS);
  const close = async () => {
    clearInterval(timer);
    await Promise.all(traffics.map((traffic) => traffic.stop()));
    await stack.close();
  };
  return { stack, sites, invocations, now, close };
}

function startConnector(
  { connector }: EmbeddedStack,
  id: string,
  options: Pick<TrafficOptions, 'now' | 'onCompleted'>,
): Traffic {
  return startTraffic({ section: () => connector.sectionOf(id, 'runtime'), rate: RATE, maxInFlight: 200, ...options });
}

function keepIn(requests: Completed[], id: string, live: Live): (completed: Completed) => void {
  return (completed) => {
    requests.push(completed);
    if (requests.length > 2 * KEPT_REQUESTS) requests.splice(0, KEPT_REQUESTS);
    live.request(id, completed.error !== undefined);
  };
}
