import { setTimeout as pause } from 'node:timers/promises';
import { startTraffic } from '../../local/stand-ins/connector/traffic.ts';
import { retireNow } from '../peers/retire.ts';
import { isWorking, naive, OURS, type Rotator, registerSteps, template } from '../peers/rotators.ts';
import type { Section } from '../section.ts';
import type { Manner } from '../stand/customers.ts';
import { OutageWatch } from '../stand/outage-watch.ts';
import { type ServedStand, startServed } from '../stand/served.ts';
import { serviceMs } from '../stand/service-time.ts';
import {
  NAIVE,
  type OutageSample,
  type OutageSeries,
  outageFindings,
  outageTable,
  REFERENCE,
  REQUESTS_A_SECOND,
  TEMPLATE,
} from './outage-table.ts';

const SERVICE_TIMES_MS = [5, 50, 200];
/**
 * How many of those in place rotate at once, by milliseconds of service time: the more a request takes, the less it is what the machine
 * itself takes. A run of the bench has to end within ten minutes.
 */
const AT_ONCE: Readonly<Record<number, number>> = { 50: 2, 200: 2 };
/** Below so many milliseconds of service time the row that the others are divided by rotates alone. */
const REFERENCE_ALONE_BELOW_MS = 200;
/** For so many milliseconds there is traffic before and after. */
const AROUND_MS = 50;

interface Contender {
  readonly name: string;
  readonly manner: Manner;
  readonly rotator: Rotator;
  /** Whether the functions begin anew before each rotation. @default false */
  readonly cold?: boolean;
  /** Whether Secrets Manager takes the steps. @default false */
  readonly registered?: boolean;
}

const IN_PLACE: Manner = { strategy: 'in-place', renewal: 'set' };
const CONTENDERS: readonly Contender[] = [
  { name: REFERENCE, manner: IN_PLACE, rotator: OURS.schedule },
  { name: 'in-place, cold connections', manner: IN_PLACE, rotator: OURS.schedule, cold: true },
  { name: TEMPLATE, manner: IN_PLACE, rotator: template, registered: true },
  { name: NAIVE, manner: { ...IN_PLACE, renewal: 'regenerate' }, rotator: naive },
  { name: 'dual-secret', manner: { strategy: 'dual-secret', renewal: 'set' }, rotator: OURS.schedule },
  { name: 'alternating-clients', manner: { strategy: 'alternating-clients', renewal: 'set' }, rotator: OURS.schedule },
];

/** How long the connector is without a secret that works. */
export const outage: Section = {
  name: 'outage',
  about: 'outage in place under steady traffic, and failed requests with overlap',
  run: async ({ rounds, progress }) => {
    const series: OutageSeries[] = [];
    for (const ms of SERVICE_TIMES_MS) series.push(...(await seriesOf({ ms, rounds, progress })));
    return { tables: [outageTable(series)], findings: outageFindings(series) };
  },
};

interface Rounds {
  readonly ms: number;
  readonly rounds: number;
  readonly progress: (line: string) => void;
}

/** All contenders at one service time, each with a secret of its own: one secret takes 70 versions a day. */
async function seriesOf(asked: Rounds): Promise<OutageSeries[]> {
  const stands = await Promise.all(CONTENDERS.map(async (one) => ({ one, stand: await standOf(one) })));
  try {
    for (const { one, stand } of stands) await sample(one, stand);
    for (const { stand } of stands) stand.latency.ms = asked.ms;
    return await roundsOf(stands, asked);
  } finally {
    for (const { stand } of stands) await stand.close();
  }
}

type Standing = { readonly one: Contender; readonly stand: ServedStand };

async function standOf({ manner, registered = false }: Contender): Promise<ServedStand> {
  const stand = await startServed(manner);
  if (registered) await registerSteps(stand);
  return stand;
}

async function roundsOf(stands: readonly Standing[], { ms, rounds, progress }: Rounds): Promise<OutageSeries[]> {
  const samples = new Map(stands.map(({ one }) => [one.name, [] as OutageSample[]]));
  const take = async ({ one, stand }: Standing) => samples.get(one.name)?.push(await sample(one, stand));
  for (let round = 0; round < rounds; round += 1) {
    progress(`outage: ${ms} ms, round ${round + 1} of ${rounds}`);
    // Whoever goes first has the machine in another state than whoever goes last.
    const order = round % 2 === 0 ? stands : [...stands].reverse();
    for (const group of groupsOf(order, ms)) {
      // Apart, so that their requests don't end at the same moments.
      const apart = group.map((standing, index) => pause((index * ms) / group.length).then(() => take(standing)));
      await Promise.all(apart);
    }
  }
  const taken = [...samples].filter(([, series]) => series.length > 0);
  return taken.map(([name, series]) => ({ serviceMs: ms, name, samples: series }));
}

/** Who rotates at once. Where there is overlap only failures count, and not at the longest service time. */
function groupsOf(stands: readonly Standing[], ms: number): Standing[][] {
  const alone = ms < REFERENCE_ALONE_BELOW_MS;
  const isAlone = ({ one }: Standing) => alone && one.name === REFERENCE;
  const overlapping = stands.filter(({ one }) => one.manner.strategy !== 'in-place');
  const others = stands.filter((standing) => !isAlone(standing) && !overlapping.includes(standing));
  const groups = [stands.filter(isAlone), ...chunks(others, AT_ONCE[ms] ?? 1), ...(alone ? [overlapping] : [])];
  return groups.filter((group) => group.length > 0);
}

function chunks<T>(all: readonly T[], length: number): T[][] {
  return all.flatMap((_, index) => (index % length === 0 ? [all.slice(index, index + length)] : []));
}

async function sample({ rotator, cold = false }: Contender, stand: ServedStand): Promise<OutageSample> {
  if (cold) stand.restart();
  const unavoidableMs = await serviceMs(stand);
  const { systems, customer } = stand;
  const section = () => systems.connector.sectionOf(customer.configuration, 'runtime');
  const traffic = startTraffic({ section, rate: REQUESTS_A_SECOND, maxInFlight: 400 });
  await pause(AROUND_MS);
  const watch = new OutageWatch(() => isWorking(stand), stand.now);
  stand.onChange = () => watch.look();
  await rotator(stand);
  stand.onChange = () => undefined;
  await retireNow(stand);
  await pause(AROUND_MS);
  await traffic.stop();
  const { requests, failed } = traffic.report();
  return { outageMs: watch.totalMs(), unavoidableMs, requests, failed };
}
