import { setTimeout as pause } from 'node:timers/promises';
import { startTraffic } from '../../local/stand-ins/connector/traffic.ts';
import { retireNow } from '../peers/retire.ts';
import { isWorking, naive, OURS, type Rotator, registerSteps, template } from '../peers/rotators.ts';
import type { Section } from '../section.ts';
import type { Manner } from '../stand/customers.ts';
import { OutageWatch } from '../stand/outage-watch.ts';
import { type ServedStand, startServed } from '../stand/served.ts';
import { serviceMs } from '../stand/service-time.ts';
import { type OutageSample, type OutageSeries, outageTable, REFERENCE, REQUESTS_A_SECOND } from './outage-table.ts';

const SERVICE_TIMES_MS = [5, 50, 200];
/** From so many milliseconds of service time on, what the machine itself takes is little: those in place rotate by twos. */
const TOGETHER_FROM_MS = 200;
/** For so many milliseconds there is traffic before and after. */
const AROUND_MS = 100;

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
  { name: 'template', manner: IN_PLACE, rotator: template, registered: true },
  { name: 'naive script', manner: { ...IN_PLACE, renewal: 'regenerate' }, rotator: naive },
  { name: 'dual-secret', manner: { strategy: 'dual-secret', renewal: 'set' }, rotator: OURS.schedule },
  { name: 'alternating-clients', manner: { strategy: 'alternating-clients', renewal: 'set' }, rotator: OURS.schedule },
];

/** How long the connector is without a secret that works. */
export const outage: Section = {
  name: 'outage',
  about: 'outage in place under steady traffic, and failed requests with overlap',
  run: async ({ rounds, progress }) => {
    const stands = await Promise.all(CONTENDERS.map(async (one) => ({ one, stand: await standOf(one) })));
    try {
      for (const { one, stand } of stands) await sample(one, stand);
      const series: OutageSeries[] = [];
      for (const ms of SERVICE_TIMES_MS) {
        for (const { stand } of stands) stand.latency.ms = ms;
        series.push(...(await roundsOf(stands, { ms, rounds, progress })));
      }
      return outageTable(series);
    } finally {
      for (const { stand } of stands) await stand.close();
    }
  },
};

type Standing = { readonly one: Contender; readonly stand: ServedStand };

async function standOf({ manner, registered = false }: Contender): Promise<ServedStand> {
  const stand = await startServed(manner);
  if (registered) await registerSteps(stand);
  return stand;
}

async function roundsOf(
  stands: readonly Standing[],
  { ms, rounds, progress }: { ms: number; rounds: number; progress: (line: string) => void },
): Promise<OutageSeries[]> {
  const samples = new Map(stands.map(({ one }) => [one.name, [] as OutageSample[]]));
  const take = async ({ one, stand }: Standing) => samples.get(one.name)?.push(await sample(one, stand));
  for (let round = 0; round < rounds; round += 1) {
    progress(`outage: ${ms} ms, round ${round + 1} of ${rounds}`);
    // Whoever goes first has the machine in another state than whoever goes last.
    const order = round % 2 === 0 ? stands : [...stands].reverse();
    for (const group of groupsOf(order, ms)) await Promise.all(group.map(take));
  }
  const taken = [...samples].filter(([, series]) => series.length > 0);
  return taken.map(([name, series]) => ({ serviceMs: ms, name, samples: series }));
}

/** Who rotates at once. */
function groupsOf(stands: readonly Standing[], ms: number): Standing[][] {
  if (ms < TOGETHER_FROM_MS) return stands.map((standing) => [standing]);
  const inPlace = stands.filter(({ one }) => one.manner.strategy === 'in-place');
  return inPlace.flatMap((_, index) => (index % 2 === 0 ? [inPlace.slice(index, index + 2)] : []));
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
