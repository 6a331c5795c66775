import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Running } from '../embedded-stack/running.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../embedded-stack/stack.ts';
import type { Invocation } from '../stand-ins/lambda/host.ts';
import { Clocks } from './clocks.ts';
import { CUSTOMERS } from './fleet/customers.ts';
import type { Onboarding } from './fleet/settings.ts';
import { credentialIn, Invocations } from './invocations.ts';
import type { Live } from './live.ts';
import type { Pace } from './pace.ts';
import { openSite, type Site, type SiteParts } from './site.ts';

/** How often is looked at what the IAM accepts, besides after each change; milliseconds. */
const LOOK_EVERY_MS = 20;

/** The fleet at work on the embedded stack. */
export interface Stage {
  readonly stack: EmbeddedStack;
  readonly sites: readonly Site[];
  readonly invocations: Invocations;
  readonly pace: Pace;
  readonly clocks: Clocks;
  close(): Promise<void>;
}

/**
 * Starts the embedded stack, onboards the example fleet and lets its connectors work.
 *
 * @param apiPort 0 takes a free one
 * @throws {Error} with code `EADDRINUSE` when the port is taken; nothing is left running when it throws
 */
export async function openStage(live: Live, apiPort: number, pace: Pace): Promise<Stage> {
  const running = new Running();
  try {
    return await setUp(live, { apiPort, pace, running });
  } catch (error) {
    await running.close();
    throw error;
  }
}

interface SetUp extends Pick<SiteParts, 'pace' | 'running'> {
  readonly apiPort: number;
}

async function setUp(live: Live, { apiPort, pace, running }: SetUp): Promise<Stage> {
  const clocks = new Clocks();
  const invocations = new Invocations();
  const sites: Site[] = [];
  const look = () => {
    for (const { watch } of sites) watch.look();
  };
  const connectorToken = randomBytes(32).toString('base64url');
  const stack = await startEmbeddedStack({
    timeouts: pace.timeouts,
    connectorToken,
    apiPort,
    clock: clocks.aws,
    sleep: async (ms) => {
      await sleep(ms * pace.pauses);
    },
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
  running.add(() => stack.close());
  const onboarding = onboardingOf(connectorToken, pace);
  sites.push(...(await openSites({ stack, clocks, pace, live, onboarding, running })));
  const timer = setInterval(look, LOOK_EVERY_MS);
  running.add(() => clearInterval(timer));
  return { stack, sites, invocations, pace, clocks, close: () => running.close() };
}

function onboardingOf(connectorToken: string, { leaseMs, agentTimeout }: Pace): Onboarding {
  return {
    connectorToken,
    agentTimeout,
    // No grace is shorter than a lease.
    grace: `PT${leaseMs / 1000}S`,
    // No second one comes while the story is told: it takes no more than four leases of AWS's time.
    everyMinutes: Math.ceil((5 * leaseMs) / 60_000),
  };
}

/** All at once: the agent's program takes a while to start. @throws {Error} once none of them is being opened any more */
async function openSites(parts: SiteParts): Promise<Site[]> {
  const opened = await Promise.allSettled(CUSTOMERS.map((customer) => openSite(customer, parts)));
  return opened.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/** What the functions themselves could not tell. */
function tellFailure({ functionName, event, result: { error } }: Invocation, live: Live): void {
  if (error) live.note(credentialIn(event), `${functionName} failed: ${error.errorType}: ${error.errorMessage}`);
}
