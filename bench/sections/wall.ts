import { CHAINS, chainTable } from '../chain.ts';
import { type Counts, count } from '../counting.ts';
import type { Finding } from '../goals.ts';
import { retireNow } from '../peers/retire.ts';
import { naive, OURS, type Rotator, registerSteps, template } from '../peers/rotators.ts';
import type { Section } from '../section.ts';
import type { Manner } from '../stand/customers.ts';
import { type ServedStand, startServed } from '../stand/served.ts';
import { serviceMs } from '../stand/service-time.ts';
import { paired, spreadOf, written } from '../statistics.ts';
import type { Row, Table } from '../table.ts';

const SERVICE_MS = 20;

interface Contender {
  readonly name: string;
  readonly manner: Manner;
  readonly rotator: Rotator;
  readonly registered?: boolean;
}

const NATIVE = 'in-place, native';
const TEMPLATE = 'template';
const NAIVE = 'naive script';
const CONTENDERS: readonly Contender[] = [
  { name: 'in-place', manner: { strategy: 'in-place', renewal: 'set' }, rotator: OURS.schedule },
  { name: 'dual-secret', manner: { strategy: 'dual-secret', renewal: 'set' }, rotator: OURS.schedule },
  { name: 'alternating-clients', manner: { strategy: 'alternating-clients', renewal: 'set' }, rotator: OURS.schedule },
  {
    name: NATIVE,
    manner: { strategy: 'in-place', renewal: 'set', native: true },
    rotator: OURS.schedule,
    registered: true,
  },
  { name: TEMPLATE, manner: { strategy: 'in-place', renewal: 'set' }, rotator: template, registered: true },
  { name: NAIVE, manner: { strategy: 'in-place', renewal: 'regenerate' }, rotator: naive },
];

/** All rounds of one contender. */
export interface WallSeries {
  readonly name: string;
  readonly wallMs: readonly number[];
  /** A request over an open connection, in the same rounds. */
  readonly roundTripMs: readonly number[];
  /** What a rotation takes on a simulated network, where nothing but requests and pauses takes time. */
  readonly simulated: Pick<Counts, 'depth' | 'roundTrips'>;
}

/** How long a rotation takes, as a number of round trips. */
export const wall: Section = {
  name: 'wall',
  about: `how many round trips a rotation takes, with ${SERVICE_MS} ms injected everywhere`,
  run: async ({ rounds, progress }) => {
    const measuring = await Promise.all(CONTENDERS.map(prepare));
    try {
      for (let round = 0; round < rounds; round += 1) {
        progress(`wall: round ${round + 1} of ${rounds}`);
        const order = round % 2 === 0 ? measuring : [...measuring].reverse();
        for (const one of order) await measure(one);
      }
      const series = measuring.map(({ one, ...series }) => ({ name: one.name, ...series }));
      return { tables: [wallTable(series), chainTable()], findings: wallFindings(series) };
    } finally {
      for (const { stand } of measuring) await stand.close();
    }
  },
};

interface Measuring extends Omit<WallSeries, 'name'> {
  readonly one: Contender;
  readonly stand: ServedStand;
  readonly wallMs: number[];
  readonly roundTripMs: number[];
}

async function prepare(one: Contender): Promise<Measuring> {
  const { manner, rotator, registered = false } = one;
  const { warm } = await count({ ...one, registered });
  const stand = await startServed(manner);
  if (registered) await registerSteps(stand);
  await rotator(stand);
  await retireNow(stand);
  stand.latency.ms = SERVICE_MS;
  return { one, stand, wallMs: [], roundTripMs: [], simulated: warm };
}

async function measure({ one, stand, wallMs, roundTripMs }: Measuring): Promise<void> {
  roundTripMs.push((await serviceMs(stand)) / 2);
  const begun = stand.now();
  await one.rotator(stand);
  wallMs.push(stand.now() - begun);
  await retireNow(stand);
}

const COLUMNS = [
  'rotation',
  'wall, ms',
  '÷ round trip',
  'depth',
  'chain',
  'least, with pauses',
  'wall ÷ least',
  '÷ template',
];

const NOTE = `Over loopback, each part with ${SERVICE_MS} ms of service time, functions warm. *Depth* and *least* are those of a simulated network, on which nothing but requests and pauses takes time; *chain* is the longest chain of true dependencies, listed below. Median (least–most) of paired rounds.`;

/** The table of all series. */
export function wallTable(series: readonly WallSeries[]): Table {
  const template = series.find(({ name }) => name === TEMPLATE);
  const rows = series.map(({ name, wallMs, roundTripMs, simulated }): Row => {
    const inRoundTrips = paired(wallMs, roundTripMs);
    const { depth, roundTrips } = simulated;
    return [
      name,
      written(spreadOf(wallMs), 0),
      written(spreadOf(inRoundTrips), 1),
      depth,
      name in CHAINS ? CHAINS[name as keyof typeof CHAINS].length : '',
      roundTrips,
      (spreadOf(inRoundTrips).median / roundTrips).toFixed(2),
      template ? written(spreadOf(paired(wallMs, template.wallMs))) : '',
    ];
  });
  return { title: 'Wall time of one rotation', note: NOTE, columns: COLUMNS, rows };
}

/** What there is a goal for: a rotation by Secrets Manager itself. */
export function wallFindings(series: readonly WallSeries[]): Finding[] {
  const figure = (name: string) => {
    const found = series.find((one) => one.name === name);
    if (!found) throw new Error(`${name} was not measured`);
    return spreadOf(paired(found.wallMs, found.roundTripMs));
  };
  return [{ goal: 'native-wall', ours: figure(NATIVE), template: figure(TEMPLATE), naive: figure(NAIVE) }];
}
