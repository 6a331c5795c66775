import type { Finding } from '../goals.ts';
import { paired, type Spread, spreadOf, written } from '../statistics.ts';
import type { Row, Table } from '../table.ts';

export const REQUESTS_A_SECOND = 100;
/** The row that the others are divided by. */
export const REFERENCE = 'in-place, warm';
export const TEMPLATE = 'template';
export const NAIVE = 'naive script';

/** Where two secrets, or two clients, are valid at once. */
const OVERLAPPING: readonly string[] = ['dual-secret', 'alternating-clients'];

/** One rotation under traffic. */
export interface OutageSample {
  readonly outageMs: number;
  /** Check and push, as long as they took in the same round. */
  readonly unavoidableMs: number;
  readonly requests: number;
  readonly failed: number;
}

/** All rounds of one contender at one service time. */
export interface OutageSeries {
  readonly serviceMs: number;
  readonly name: string;
  readonly samples: readonly OutageSample[];
}

const COLUMNS = [
  'service time, ms',
  'rotation',
  'outage, ms',
  '÷ 2 service times',
  '÷ (check + push)',
  '÷ this, warm',
  'failed requests',
  'of',
];

const NOTE = `Over loopback, each part with so many milliseconds of service time, under ${REQUESTS_A_SECOND} token requests a second that are never repeated. The outage is measured where it is: from the change in the IAM to the write in the connector. Nobody can do without two requests, check and push: two *service times*, as they are injected, and *check + push*, as such requests took in the same round. Failed requests are counted until the previous secret has been ended. Where a request takes long, two rotate at once, half a service time apart; with overlap both do. At 200 ms those in place alone. Median (least–most) of paired rounds.`;

/** The table of all series. */
export function outageTable(series: readonly OutageSeries[]): Table {
  const rows = series.map((one) =>
    rowOf(
      one,
      series.filter(({ serviceMs: ms }) => ms === one.serviceMs),
    ),
  );
  return { title: 'Outage', note: NOTE, columns: COLUMNS, rows };
}

/** The outage in two service times, which nobody can do without. */
function inServiceTimes({ serviceMs, samples }: Pick<OutageSeries, 'serviceMs' | 'samples'>): Spread {
  return spreadOf(samples.map(({ outageMs }) => outageMs / (2 * serviceMs)));
}

const ASKED = { 5: 'outage-5', 50: 'outage-50', 200: 'outage-200' } as const;

/** What there are goals for. @throws {Error} when one side was not measured */
export function outageFindings(series: readonly OutageSeries[]): Finding[] {
  const ratio = (ms: number, name: string) => {
    const found = series.find((one) => one.serviceMs === ms && one.name === name);
    if (!found) throw new Error(`${name} was not measured at ${ms} ms`);
    return inServiceTimes(found);
  };
  const findings = Object.entries(ASKED).map(([text, goal]): Finding => {
    const ms = Number(text);
    return { goal, ours: ratio(ms, REFERENCE), template: ratio(ms, TEMPLATE), naive: ratio(ms, NAIVE) };
  });
  const failed = (names: readonly string[]) => {
    const samples = series.filter(({ name }) => names.includes(name)).flatMap((one) => one.samples);
    return samples.reduce((sum, one) => sum + one.failed, 0);
  };
  const overlap = { ours: failed(OVERLAPPING), template: failed([TEMPLATE]), naive: failed([NAIVE]) };
  return [...findings, { goal: 'overlap-failed', ...overlap }];
}

function rowOf(one: OutageSeries, peers: readonly OutageSeries[]): Row {
  const { serviceMs: ms, name, samples } = one;
  const outages = samples.map(({ outageMs }) => outageMs);
  const sum = (key: 'failed' | 'requests') => samples.reduce((total, one) => total + one[key], 0);
  const counts = [sum('failed'), sum('requests')];
  const overlaps = outages.every((one) => one === 0);
  if (overlaps) return [ms, name, 0, '', '', '', ...counts];
  const unavoidable = samples.map(({ unavoidableMs }) => unavoidableMs);
  const ours = peers.find((one) => one.name === REFERENCE)?.samples.map(({ outageMs }) => outageMs);
  return [
    ms,
    name,
    written(spreadOf(outages), 1),
    written(inServiceTimes(one)),
    written(spreadOf(paired(outages, unavoidable))),
    ours ? written(spreadOf(paired(outages, ours))) : '',
    ...counts,
  ];
}
