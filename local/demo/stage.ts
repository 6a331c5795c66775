import { randomBytes } from 'node:crypto';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded-stack/stack.ts';
import type { Completed } from '../stand-ins/connector/counts.ts';
import { startTraffic, type Traffic, type TrafficOptions } from '../stand-ins/connector/traffic.ts';
import type { Invocation } from '../stand-ins/lambda/host.ts';
import { CUSTOMERS, onboard } from './fleet.ts';
import { credentialIn, Invocations } from './invocations.ts';
import type { Live } from './live.ts';
import type { Pace } from './pace.ts';
import { SecretsWatch } from './secrets-watch.ts';

/** How often is looked at what the IAM accepts, besides after each change; milliseconds. */
const LOOK_EVERY_MS = 20;
/** Token requests of a connector that may be under way at once: a slow machine sends fewer, and they don't pile up. */
const MOST_IN_FLIGHT = 64;
/** How long a token request may take: longer than anything that slows the machine down, in milliseconds. */
const PATIENCE_MS = 120_000;
/** Requests that are kept, for each connector: some minutes of them. */
const KEPT_REQUESTS = 20_000;

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
  readonly pace: Pace;
  /** Milliseconds since the epoch, by a clock that never jumps. */
  readonly now: () => number;
  /** The instant in AWS, whose clocks {@link Stage.pass} sets forward. @param at milliseconds since the epoch, as {@link Stage.now} */
  readonly inAws: (at: number) => Date;
  /** Lets time pass in AWS without waiting for it. Nothing may be under way there meanwhile. @param ms milliseconds */
  pass(ms: number): void;
  close(): Promise<void>;
}

/**
 * Starts the embedded stack, onboards the example fleet and lets its connectors work.
 *
 * @param apiPort 0 takes a free one
 * @throws {Error} with code `EADDRINUSE` when the port is taken
 */
export async function openStage(live: Live, apiPort: number, pace: Pace): Promise<Stage> {
  const now = () => performance.timeOrigin + performance.now();
  const invocations = new Invocations();
  const watches: SecretsWatch[] = [];
  const look = () => {
    for (const watch of watches) watch.look();
  };
  const connectorToken = randomBytes(32).toString('base64url');
  let passedMs = 0;
  const stack = await startEmbeddedStack({
    timeouts: pace.timeouts,
    connectorToken,
    apiPort,
    clock: () => new Date(Date.now() + passedMs),
    onInvoked: (invocation) => {
      invocations.record(invocation);
      tellFailure(invocation, live);
    },
    onChange: look,
    onGivenUp: (what) => live.note('', `given up: ${what}`),
    onLog: ({ level, message, credential = '', cause = 'no cause is known' }) => {
      if (level === 'ERROR') live.note(credential, `${message}: ${cause}`);
    },
  });
  // No grace is shorter than a lease.
  const grace = `PT${pace.leaseMs / 1000}S`;
  // No second one comes while the story is told: it takes no more than four leases of AWS's time.
  const everyMinutes = Math.ceil((5 * pace.leaseMs) / 60_000);
  const onboarding = { connectorToken, grace, everyMinutes };
  const traffics: Traffic[] = [];
  const sites: Site[] = [];
  for (const customer of CUSTOMERS) {
    const credential = await onboard(stack, customer, onboarding);
    const watch = new SecretsWatch({ stack, customer, now, onChange: (state) => live.state(customer.id, state) });
    watches.push(watch);
    const requests: Completed[] = [];
    const onCompleted = keepIn(requests, customer.id, live);
    traffics.push(startConnector(stack, customer.id, { now, rate: pace.rate, onCompleted }));
    sites.push({ credential, watch, requests });
  }
  const timer = setInterval(look, LOOK_EVERY_MS);
  const close = async () => {
    clearInterval(timer);
    await Promise.all(traffics.map((traffic) => traffic.stop()));
    await stack.close();
  };
  const inAws = (at: number) => new Date(at + passedMs);
  const pass = (ms: number) => {
    passedMs += ms;
  };
  return { stack, sites, invocations, pace, now, inAws, pass, close };
}

function startConnector(
  { connector }: EmbeddedStack,
  id: string,
  options: Pick<TrafficOptions, 'now' | 'rate' | 'onCompleted'>,
): Traffic {
  const section = () => connector.sectionOf(id, 'runtime');
  return startTraffic({ section, maxInFlight: MOST_IN_FLIGHT, timeoutMs: PATIENCE_MS, ...options });
}

/** What the functions themselves could not tell. */
function tellFailure({ functionName, event, result: { error } }: Invocation, live: Live): void {
  if (error) live.note(credentialIn(event), `${functionName} failed: ${error.errorType}: ${error.errorMessage}`);
}

function keepIn(requests: Completed[], id: string, live: Live): (completed: Completed) => void {
  return (completed) => {
    requests.push(completed);
    if (requests.length > 2 * KEPT_REQUESTS) requests.splice(0, KEPT_REQUESTS);
    live.request(id, completed.error !== undefined);
  };
}
