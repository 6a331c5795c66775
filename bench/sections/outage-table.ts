import { OUTAGE_GOALS } from '../goals.ts';
import { paired, spreadOf, written } from '../statistics.ts';
import type { Row, Table } from '../table.ts';

export const REQUESTS_A_SECOND = 100;
/** The row that the others are divided by. */
export const REFERENCE = 'in-place, warm';

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
  'goal',
  '÷ (check + push)',
  '÷ this, warm',
  'failed requests',
  'of',
];

const NOTE = `Over loopback, each part with so many milliseconds of service time, under ${REQUESTS_A_SECOND} token requests a second that are never repeated. The outage is measured where it is: from the change in the IAM to the write in the connector. Nobody can do without two requests, check and push: two *service times*, as they are injected, and *check + push*, as such requests took in the same round. Failed requests are counted until the previous secret has been ended. At 200 ms those in place alone, two at once. Median (least–most) of paired rounds.`;

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

function rowOf({ serviceMs: ms, name, samples }: OutageSeries, peers: readonly OutageSeries[]): Row {
  const outages = samples.map(({ outageMs }) => outageMs);
  const sum = (key: 'failed' | 'requests') => samples.reduce((total, one) => total + one[key], 0);
  const counts = [sum('failed'), sum('requests')];
  const overlaps = outages.every((one) => one === 0);
  if (overlaps) return [ms, name, 0, '', '0 failed', '', '', ...counts];
  const unavoidable = samples.map(({ unavoidableMs }) => unavoidableMs);
  const ours = peers.find((one) => one.name === REFERENCE)?.samples.map(({ outageMs }) => outageMs);
  const goal = name === REFERENCE ? OUTAGE_GOALS[ms] : undefined;
  return [
    ms,
    name,
    written(spreadOf(outages), 1),
    written(spreadOf(outages.map((outageMs) => outageMs / (2 * ms)))),
    goal === undefined ? '' : `≤ ${goal}`,
    written(spreadOf(paired(outages, unavoidable))),
    ours ? written(spreadOf(paired(outages, ours))) : '',
    ...counts,
  ];
}
