import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { Running } from '../embedded-stack/running.ts';
import type { EmbeddedStack } from '../embedded-stack/stack.ts';
import type { Section } from '../stand-ins/connector/configuration.ts';
import type { Completed } from '../stand-ins/connector/counts.ts';
import { startTraffic } from '../stand-ins/connector/traffic.ts';
import { startAgentHost } from './agent-host/host.ts';
import type { Clocks } from './clocks.ts';
import type { Customer } from './fleet/customers.ts';
import { onboard, secretInIam } from './fleet/onboarding.ts';
import { configurationOf, type Onboarding } from './fleet/settings.ts';
import type { Live } from './live.ts';
import type { Pace } from './pace.ts';
import type { SecretsState } from './report/secrets-states.ts';
import { SecretsWatch } from './secrets-watch.ts';

/** Token requests of a connector that may be under way at once: a slow machine sends fewer, and they don't pile up. */
const MOST_IN_FLIGHT = 64;
/** How long a token request may take: longer than anything that slows the machine down, in milliseconds. */
const PATIENCE_MS = 120_000;
/** Requests that are kept, for each connector: some minutes of them. */
const KEPT_REQUESTS = 20_000;

/** One customer, onboarded, whose connector is at work. */
export interface Site {
  readonly customer: Customer;
  readonly credential: Credential;
  readonly watch: SecretsWatch;
  /** The connector's token requests that came to their end, oldest first. */
  readonly requests: readonly Completed[];
}

/** What a site is opened on. */
export interface SiteParts {
  readonly stack: EmbeddedStack;
  readonly clocks: Clocks;
  readonly pace: Pace;
  readonly live: Live;
  readonly onboarding: Onboarding;
  /** Is told how what is started is stopped. */
  readonly running: Running;
}

/** Onboards a customer, and lets its connector work. */
export async function openSite(customer: Customer, parts: SiteParts): Promise<Site> {
  const { stack, clocks, pace, live, running } = parts;
  const { id } = customer;
  const credential = await onboard(stack, customer, parts.onboarding);
  const section = await openConnector(customer, credential, parts);
  const { now } = clocks;
  const configured = () => section().clientSecret ?? '';
  const onChange = (state: SecretsState) => live.state(id, state);
  const watch = new SecretsWatch({ iam: stack.iam, customer, configured, now, onChange });
  const requests: Completed[] = [];
  const onCompleted = keepIn(requests, id, live);
  const limits = { rate: pace.rate, maxInFlight: MOST_IN_FLIGHT, timeoutMs: PATIENCE_MS };
  const traffic = startTraffic({ section, now, onCompleted, ...limits });
  running.add(() => traffic.stop());
  return { customer, credential, watch, requests };
}

/** @returns what the connector works with */
async function openConnector(customer: Customer, credential: Credential, parts: SiteParts): Promise<() => Section> {
  const { stack, clocks, live, running } = parts;
  const { id, via } = customer;
  if (via !== 'agent') return () => stack.connector.sectionOf(id, 'runtime');
  const configuration = configurationOf(credential, secretInIam(stack, customer));
  const { prefix, endpoints } = stack;
  const onTrouble = (what: string) => live.note(id, what);
  const host = await startAgentHost({ prefix, customer, configuration }, { endpoints, onTrouble });
  running.add(() => host.close());
  clocks.follow(host.setClock);
  return host.section;
}

function keepIn(requests: Completed[], id: string, live: Live): (completed: Completed) => void {
  return (completed) => {
    requests.push(completed);
    if (requests.length > 2 * KEPT_REQUESTS) requests.splice(0, KEPT_REQUESTS);
    live.request(id, completed.error !== undefined);
  };
}
