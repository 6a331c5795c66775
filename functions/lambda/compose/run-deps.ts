import { agentLine } from '../../adapters/agent-connector/line.ts';
import type { Patience } from '../../adapters/aws/throttled.ts';
import { equippedFetch } from '../../adapters/http/equipped.ts';
import { secretsManagerStore } from '../../adapters/secrets-manager/store.ts';
import { projection, projectionUrl, tokenEndpoint } from '../../adapters/token-endpoint/token-endpoint.ts';
import { lateWriteMs } from '../../credential/agent-line.ts';
import { RotationError } from '../../credential/errors.ts';
import {
  agentTimeoutMs,
  type Credential,
  hasManualDoor,
  rotatesOwnSignIn,
} from '../../credential/settings/credential.ts';
import { tlsSecrets } from '../../credential/settings/tls.ts';
import type { SecretOverview, SecretStore } from '../../ports/secret-store.ts';
import { Budget } from '../../rotation/run/budget.ts';
import type { Ports, RunDeps, Runtime, Timing } from '../../rotation/run/context.ts';
import {
  budgetedClient,
  budgetedEvents,
  budgetedFetch,
  budgetedSchedules,
  ownHostsOnly,
  tryMsIn,
  tryMsWithin,
} from './budgeted.ts';
import { connectorOf, iamOf } from './doors.ts';
import type { SecretsIn } from './parts/other-accounts.ts';
import { unfinishedSecrets } from './parts/unfinished-secrets.ts';
import type { World } from './runs.ts';

/** What is around a run. */
interface Around {
  readonly world: World;
  readonly remainingMs: () => number;
  readonly overview?: SecretOverview | undefined;
}

/**
 * Everything that one run works with: the dependencies of its credential, measured and kept within the time that the run has.
 *
 * @param remainingMs milliseconds until the function is ended
 * @param overview what was seen of the secret a moment ago: it is not asked for again @default - nothing
 */
export function runDeps(
  credential: Credential,
  { prefix, timing: deployed }: { readonly prefix: string; readonly timing: Timing },
  { world, remainingMs, overview }: Around,
): RunDeps {
  const runtime = runtimeOf(world, remainingMs);
  const timing = timingOf(credential, deployed);
  const budget = new Budget(runtime, timing);
  const own: World = {
    ...world,
    ...secretsOf(credential, world),
    fetch: ownHostsOnly(world.fetch, credential),
    tasks: (id) => world.tasks(id, () => tryMsIn(budget)),
    events: budgetedEvents(world.events, budget),
  };
  const { httpTimeoutMs } = timing;
  // What was seen of a secret here says nothing of one elsewhere.
  const noticed = credential.account === undefined ? overview : undefined;
  const schedules = budgetedSchedules(world.schedules, { remainingMs, httpTimeoutMs });
  return {
    ports: { ...portsOf(credential, prefix, { world: own, budget, overview: noticed }), schedules },
    runtime,
    timing,
    budget,
  };
}

/** Where the secrets of a credential lie. */
function secretsOf({ account, id }: Credential, world: World): SecretsIn {
  if (account === undefined) return world;
  if (world.elsewhere) return world.elsewhere(account, id);
  throw new RotationError(
    'not-available',
    `The secrets of ${id} lie in another account, which is not reached from here`,
  );
}

/** How long things may take for one credential: its agents may be at work for longer than an HTTP request takes. */
function timingOf(credential: Credential, timing: Timing): Timing {
  const agentMs = agentTimeoutMs(credential);
  if (agentMs === 0) return timing;
  const { leaseMs, httpTimeoutMs } = timing;
  const lateMs = Math.max(httpTimeoutMs, lateWriteMs(agentMs));
  return { ...timing, agentTimeoutMs: agentMs, leaseMs: leaseMs - httpTimeoutMs + lateMs };
}

function portsOf(
  credential: Credential,
  prefix: string,
  { world: around, budget, overview }: Pick<Around, 'world' | 'overview'> & { readonly budget: Budget },
): Omit<Ports, 'schedules'> {
  const { serviceUri, probePath } = credential;
  const client = budgetedClient(around.secretsManager, budget);
  // A fleet on one minute is throttled for as long as it takes: that is waited for while the run can still do its work.
  const patience: Patience = {
    sleep: around.sleep,
    mayWait: (ms) => budget.fits(ms + budget.estimate('store')),
    // What the end of the run needs is no time to wait in: the run could not plan its repeat any more.
    isOver: (ms) => budget.leftMs < ms + budget.estimate('store'),
  };
  const store = seen(secretsManagerStore(client, `${prefix}/${credential.id}`, patience), overview);
  const access = around.accessSecrets(client, patience);
  const secrets = { accessSecrets: access, tls: tlsSecrets(credential), proxy: around.proxySecretId };
  const world = { ...around, fetch: equippedFetch(around.fetch, secrets) };
  const signer = around.signer(patience, () => tryMsWithin(budget, 'iam'));
  const own = rotatesOwnSignIn(credential) ? { ownSecrets: () => unfinishedSecrets(store) } : {};
  const iam = { ...world, ...own, accessSecrets: access, signer, fetch: budgetedFetch(world.fetch, budget, 'iam') };
  const tokens = tokenEndpoint(iam);
  const line = agentLine({ prefix, credential: credential.id }, world);
  const parts = { credential, prefix, store, access, client, patience, line, world, budget };
  return {
    store,
    iam: iamOf(credential, { ...iam, tokens }),
    tokens,
    ...(credential.iam.type === 'manual' && { inbox: world.inboxes(credential.id, client, patience) }),
    ...(hasManualDoor(credential) && { tasks: world.tasks(credential.id), events: world.events }),
    ...(serviceUri === undefined ? {} : { projection: projection(projectionUrl(serviceUri, probePath), world) }),
    connectors: credential.connectors.map((settings) => connectorOf(settings, parts)),
  };
}

/** A store that was looked at already: that counts for the first question, which a run asks as it begins, and for no later one. */
function seen(store: SecretStore, overview: SecretOverview | undefined): SecretStore {
  let left = overview;
  return {
    ...store,
    describe: async () => {
      const first = left;
      left = undefined;
      return first ?? (await store.describe());
    },
  };
}

/** The part of a run that is neither a dependency nor pure. */
function runtimeOf({ now, sleep, newSecret, newId }: World, remainingMs: () => number): Runtime {
  return { now, sleep, newSecret, newId, remainingMs };
}
