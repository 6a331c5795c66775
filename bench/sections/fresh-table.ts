import type { Finding, GoalName } from '../goals.ts';
import type { FreshRound, TakenBy } from '../processes/fresh-stand.ts';
import { paired, type Spread, spreadOf, written } from '../statistics.ts';
import type { Row, Table } from '../table.ts';

/** How far away the parts are. */
export const SETTINGS = [
  { title: '20 ms', awayMs: 20, tls: false },
  { title: 'TLS, 40 ms', awayMs: 40, tls: true },
] as const;

/** All rounds of one contender. */
export interface FreshSeries {
  readonly setting: (typeof SETTINGS)[number];
  readonly name: TakenBy;
  readonly rounds: readonly FreshRound[];
}

const TURNS = ['first', 'second'] as const;

const COLUMNS = [
  'distance',
  'rotation',
  'run',
  'outage, ms',
  '÷ 2 round trips',
  '÷ (check + push)',
  '÷ this',
  'connections opened',
  'inside the outage',
  'failed requests',
  'of',
];

/** The table of all series. */
export function freshTable(series: readonly FreshSeries[]): Table {
  const ways = new Set(series.flatMap(({ rounds }) => rounds.flatMap(({ first, second }) => [first.way, second.way])));
  const rows = series.flatMap((one) => TURNS.map((turn) => rowOf(one, turn, series)));
  return { title: 'Outage with functions in processes of their own', note: noteOf([...ways]), columns: COLUMNS, rows };
}

function noteOf(ways: readonly string[]): string {
  const how = ways
    .map((way) => (way === 'cgroup' ? 'by a cgroup' : 'by stopping and continuing the process'))
    .join(', ');
  return `Each bundle as it would be deployed, in a fresh process. Once it is imported, the process has 0.29 of a processor, as a function of 512 MB has, in periods of 20 ms (${how}). *First* is its first rotation, *second* the one after: by then the code is compiled, and connections are open. At *20 ms* each part takes so long for a request. At *TLS, 40 ms* every part, those of AWS too, is behind TLS with HTTP/1.1 and a round trip away: a new connection takes one round trip for TCP and one for TLS. 100 token requests a second go to the IAM meanwhile. Median (least–most) of paired rounds, all contenders at once.`;
}

function rowOf(one: FreshSeries, turn: (typeof TURNS)[number], all: readonly FreshSeries[]): Row {
  const { setting, name, rounds } = one;
  const samples = rounds.map((round) => round[turn]);
  const outages = samples.map(({ outageMs }) => outageMs);
  const ours = all.find((other) => other.setting === setting && other.name === 'in-place');
  const sum = (key: 'failed' | 'requests') => samples.reduce((total, sample) => total + sample[key], 0);
  const middle = (key: 'opened' | 'openedInside') =>
    setting.tls ? spreadOf(samples.map((sample) => sample[key])).median : '';
  return [
    setting.title,
    name,
    turn,
    written(spreadOf(outages), 1),
    written(inRoundTrips(one, turn)),
    written(
      spreadOf(
        paired(
          outages,
          samples.map(({ unavoidableMs }) => unavoidableMs),
        ),
      ),
    ),
    ours
      ? written(
          spreadOf(
            paired(
              outages,
              ours.rounds.map((round) => round[turn].outageMs),
            ),
          ),
        )
      : '',
    middle('opened'),
    middle('openedInside'),
    sum('failed'),
    sum('requests'),
  ];
}

function inRoundTrips({ setting, rounds }: FreshSeries, turn: (typeof TURNS)[number]): Spread {
  return spreadOf(rounds.map((round) => round[turn].outageMs / (2 * setting.awayMs)));
}

type Measure = (series: FreshSeries) => Finding['ours'];

const ASKED: readonly { readonly goal: GoalName; readonly tls: boolean; readonly measure: Measure }[] = [
  { goal: 'outage-fresh', tls: false, measure: (one) => inRoundTrips(one, 'first') },
  { goal: 'outage-tls-warm', tls: true, measure: (one) => inRoundTrips(one, 'second') },
  { goal: 'outage-tls-fresh', tls: true, measure: (one) => inRoundTrips(one, 'first') },
  {
    goal: 'connections-inside',
    tls: true,
    measure: ({ rounds }) => spreadOf(rounds.map(({ first }) => first.openedInside)).median,
  },
];

/** What there are goals for. @throws {Error} when one side was not measured */
export function freshFindings(series: readonly FreshSeries[]): Finding[] {
  return ASKED.map(({ goal, tls, measure }) => {
    const figure = (name: TakenBy) => {
      const found = series.find((one) => one.setting.tls === tls && one.name === name);
      if (!found) throw new Error(`${name} was not measured`);
      return measure(found);
    };
    return { goal, ours: figure('in-place'), template: figure('template'), naive: figure('naive script') };
  });
}
