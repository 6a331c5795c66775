import { retireNow } from './peers/retire.ts';
import { isWorking, naive, OURS, type Rotator, registerSteps, template } from './peers/rotators.ts';
import { GRACE, type Manner, RENEWALS, STRATEGIES } from './stand/customers.ts';
import { depthOf, type Hop } from './stand/network.ts';
import { OutageWatch } from './stand/outage-watch.ts';
import { PREFIX } from './stand/prefix.ts';
import { ROUND_TRIP_MS, type SimulatedStand, startSimulated } from './stand/simulated.ts';

/** What one rotation takes. Nothing of it depends on the machine. */
export interface Counts {
  /** Requests to all dependencies. */
  readonly calls: number;
  /** Those of them to Secrets Manager, but for access secrets. */
  readonly secretsManager: number;
  readonly iam: number;
  readonly connector: number;
  /** Invocations of functions. */
  readonly invocations: number;
  /** The longest chain of requests of which each was sent once the one before was answered. */
  readonly depth: number;
  /** How long it takes in round trips, pauses included, if nothing else took time. */
  readonly roundTrips: number;
  /** How long the connector held a secret that the IAM refuses, in round trips. The least in place is 2: check and push. */
  readonly outage: number;
}

/** A rotation by an execution environment that has done nothing before, and by one that has. */
export interface Counted {
  readonly cold: Counts;
  readonly warm: Counts;
}

/** Whose rotation is counted, and how. */
export interface Case {
  readonly name: string;
  readonly manner: Manner;
  readonly rotator: Rotator;
  /** Whether Secrets Manager has a rotation function for the secret. */
  readonly registered: boolean;
  /** Whether the previous secret is still alive when the second rotation begins. @default false */
  readonly inGrace?: boolean;
}

/** The rotations of this project: each strategy, renewal, trigger and door that can be. */
export const OUR_CASES: readonly Case[] = STRATEGIES.flatMap((strategy) => [
  ...RENEWALS.flatMap((renewal) => [
    ours({ strategy, renewal }, 'schedule'),
    ours({ strategy, renewal }, 'api'),
    ...(strategy === 'in-place' ? [] : [{ ...ours({ strategy, renewal }, 'api'), ...inGrace(strategy, renewal) }]),
    ours({ strategy, renewal, door: 'agent' }, 'schedule'),
  ]),
  ours({ strategy, renewal: 'set', native: true }, 'schedule'),
  ours({ strategy, renewal: 'set', native: true }, 'steps'),
]);

/** What people would use instead. */
export const PEER_CASES = {
  template: { name: 'template', manner: { strategy: 'in-place', renewal: 'set' }, rotator: template, registered: true },
  naive: {
    name: 'naive',
    manner: { strategy: 'in-place', renewal: 'regenerate' },
    rotator: naive,
    registered: false,
  },
} as const satisfies Readonly<Record<string, Case>>;

function ours(manner: Manner, trigger: keyof typeof OURS): Case {
  const { strategy, renewal, native = false, door = 'https' } = manner;
  const words = [strategy, renewal, native ? `native ${trigger}` : trigger, ...(door === 'agent' ? ['agent'] : [])];
  return { name: words.join(' · '), manner, rotator: OURS[trigger], registered: native };
}

function inGrace(strategy: Manner['strategy'], renewal: Manner['renewal']): Pick<Case, 'name' | 'inGrace'> {
  return { name: `${strategy} · ${renewal} · api in grace`, inGrace: true };
}

/** Counts what two rotations take, one after the other. @throws {Error} when one of them doesn't do its job */
export async function count({ manner, rotator, registered, inGrace = false }: Case): Promise<Counted> {
  const stand = await startSimulated(manner);
  try {
    if (registered) await stand.run(() => registerSteps(stand));
    stand.network.now += GRACE.ms;
    const cold = await countOnce(stand, rotator);
    stand.network.now += inGrace ? GRACE.ms / 4 : GRACE.ms;
    if (!inGrace) await stand.run(() => retireNow(stand));
    stand.network.now += GRACE.ms / 4;
    return { cold, warm: await countOnce(stand, rotator) };
  } finally {
    await stand.close();
  }
}

async function countOnce(stand: SimulatedStand, rotator: Rotator): Promise<Counts> {
  const { network, functions } = stand;
  network.hops.length = 0;
  functions.invoked.length = 0;
  const begun = network.now;
  const watch = new OutageWatch(() => isWorking(stand), stand.now);
  network.beforeTimePasses = () => watch.look();
  await stand.run(() => rotator(stand));
  const { hops } = network;
  return {
    calls: hops.length,
    secretsManager: hops.filter(isAboutCredential).length,
    iam: hops.filter(({ service }) => service === 'iam').length,
    connector: hops.filter(({ service }) => service === 'connector').length,
    invocations: functions.invoked.length,
    depth: depthOf(hops),
    roundTrips: inRoundTrips(network.now - begun),
    outage: inRoundTrips(watch.totalMs()),
  };
}

function isAboutCredential({ service, name }: Hop): boolean {
  return service === 'secrets-manager' && !name.includes(` ${PREFIX}-access/`);
}

/** To a tenth. */
function inRoundTrips(ms: number): number {
  return Math.round((ms / ROUND_TRIP_MS) * 10) / 10;
}
