import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { AgentLine } from '../../adapters/agent-connector/line.ts';
import { NoReplyError } from '../../adapters/agent-connector/line-errors.ts';
import { HttpError } from '../../adapters/http/connection/http-error.ts';
import type { Fetch } from '../../adapters/http/fetch.ts';
import { RotationError } from '../../credential/errors.ts';
import type { ConnectorSettings, Credential } from '../../credential/settings/credential.ts';
import type { Events } from '../../ports/events.ts';
import type { Schedules } from '../../ports/schedules.ts';
import type { Budget, Measured } from '../../rotation/run/budget.ts';

/**
 * A fetch whose requests take no longer than a run's budget allows, and whose answers the budget learns from. Make one for each
 * dependency: one that has let a request time out is given less time for the next.
 */
export function budgetedFetch(fetch: Fetch, budget: Budget, dependency: Measured): Fetch {
  let impatient = false;
  return async (url, init) => {
    const timeoutMs = budget.timeoutMs(dependency, impatient);
    if (timeoutMs <= 0) throw new HttpError('timeout', `No time is left to call ${new URL(url).host}`);
    try {
      const response = await budget.measure(dependency, () => fetch(url, { ...init, timeoutMs }));
      impatient = false;
      return response;
    } catch (error) {
      // The IAM is asked as patiently as before: whether it took a write has to be known.
      impatient = dependency === 'connector' && error instanceof HttpError && error.kind === 'timeout';
      throw error;
    }
  };
}

/**
 * A line to an agent whose questions take no longer than a run's budget allows. A write may take longer than an HTTP request, since
 * the connector is restarted behind it. Make one for each connector: an agent that has just let a question time out is given less
 * time for the next. After a write that timed out it is given all the same: it may still be at work.
 */
export function budgetedLine(line: AgentLine, budget: Budget): AgentLine {
  let impatient = false;
  return {
    ask: async (question, timeoutMs) => {
      const isWrite = question.op === 'write';
      const allowedMs = isWrite ? budget.timeoutMs('connectorWrite') : budget.timeoutMs('connector', impatient);
      if (allowedMs <= 0) throw new NoReplyError('no time is left to ask');
      const ask = () => line.ask(question, Math.min(timeoutMs, allowedMs));
      try {
        const reply = await (isWrite ? ask() : budget.measure('connector', ask));
        impatient = false;
        return reply;
      } catch (error) {
        impatient = !isWrite && error instanceof NoReplyError;
        throw error;
      }
    },
  };
}

/**
 * A fetch that calls the hosts of one credential's settings only, whatever else the deployment allows: what belongs to a credential
 * goes nowhere else.
 */
export function ownHostsOnly(fetch: Fetch, credential: Credential): Fetch {
  const hosts = new Set(urlsOf(credential).map((url) => new URL(url).hostname));
  return async (url, init) => {
    const { hostname } = new URL(url);
    if (hosts.has(hostname)) return await fetch(url, init);
    throw new HttpError('not-allowed', `${hostname} is not a host of ${credential.id}`);
  };
}

function urlsOf({ accessTokenUrl, iam, connectors, serviceUri }: Credential): string[] {
  return [
    accessTokenUrl,
    ...(iam.type === 'keycloak' ? [iam.adminUrl, iam.auth.accessTokenUrl] : []),
    serviceUri,
    ...connectors.flatMap(connectorUrls),
  ].filter((url) => url !== undefined);
}

function connectorUrls(connector: ConnectorSettings): (string | undefined)[] {
  if (connector.via !== 'https') return [];
  const { url, auth } = connector;
  return [url, auth.type === 'client-credentials' ? auth.accessTokenUrl : undefined];
}

/** How often the SDK tries a call. */
const TRIES = 3;
/** At most, for how long the SDK pauses between the tries of a call, in milliseconds. */
const PAUSES_MS = 600;
/** What is left to a run for telling how it ended, in milliseconds. */
const LAST_WORDS_MS = 500;

/**
 * Schedules of which a run waits no longer than it has time: it ends by itself, and says that nothing is planned. What is planned
 * late all the same does no harm.
 */
export function budgetedSchedules(
  schedules: Pick<Schedules, 'plan'>,
  { remainingMs, httpTimeoutMs }: { readonly remainingMs: () => number; readonly httpTimeoutMs: number },
): Pick<Schedules, 'plan'> {
  return {
    plan: async (oneTime) => {
      const tryMs = tryMsOfRest(remainingMs(), Number.POSITIVE_INFINITY);
      if (tryMs <= 0) throw new RotationError('schedule-unavailable', 'No time is left to call EventBridge Scheduler');
      await schedules.plan(tryMs < httpTimeoutMs ? { ...oneTime, tryMs } : oneTime);
    },
  };
}

/**
 * How long one try of a call to the table or to EventBridge may take, in milliseconds: all tries together, their pauses included, take
 * no longer than one request of a connector may. Not above 0 where no time is left.
 */
export function tryMsIn(budget: Budget): number {
  return Math.floor((budget.timeoutMs('connector') - PAUSES_MS) / TRIES);
}

/**
 * How long one try of a call may take that a run can't do without, in milliseconds: as long as a request of the dependency, and all
 * tries together no longer than what is left.
 */
export function tryMsWithin(budget: Budget, dependency: Measured): number {
  return Math.floor(Math.min(budget.timeoutMs(dependency), budget.leftMs / TRIES));
}

/**
 * How long one try of a call may take at the end of a run, in milliseconds: all tries together, their pauses included, take no longer
 * than what is left. Not above 0 where no time is left.
 *
 * @param mostMs a try takes no longer, whatever is left
 */
export function tryMsOfRest(remainingMs: number, mostMs: number): number {
  return Math.floor(Math.min(mostMs, (remainingMs - LAST_WORDS_MS - PAUSES_MS) / TRIES));
}

/** Events for which a run waits no longer than it has time. */
export function budgetedEvents(events: Events, budget: Budget): Events {
  return {
    publish: async (event) => {
      const tryMs = tryMsIn(budget);
      if (tryMs <= 0) throw new RotationError('events-unavailable', 'No time is left to call EventBridge');
      await events.publish(event, tryMs);
    },
  };
}

/** The part of an SDK client that the ports use. */
type Sender = Pick<SecretsManagerClient, 'send'>;

/**
 * The same for Secrets Manager. The SDK repeats a call that fails: all of its tries together stay within what is left.
 *
 * @see [HttpHandlerOptions](https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-smithy-types/Interface/HttpHandlerOptions/)
 */
export function budgetedClient(client: Sender, budget: Budget): SecretsManagerClient {
  const send = (command: unknown, options?: object) => {
    const requestTimeout = Math.max(1, tryMsWithin(budget, 'store'));
    const call = client.send as (command: unknown, options: object) => Promise<unknown>;
    return budget.measure('store', () => call.call(client, command, { requestTimeout, ...options }));
  };
  return { send } as unknown as SecretsManagerClient;
}

/** A client of Secrets Manager behind which a connector's configuration lies: the budget learns from its answers how long that one takes. */
export function measuredClient(client: Sender, budget: Budget): SecretsManagerClient {
  const call = client.send as (...sent: unknown[]) => Promise<unknown>;
  const send = (...sent: unknown[]) => budget.measure('connector', () => call.apply(client, sent));
  return { send } as unknown as SecretsManagerClient;
}
