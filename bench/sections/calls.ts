import { type Case, type Counted, type Counts, count, OUR_CASES, PEER_CASES } from '../counting.ts';
import type { Finding, GoalName } from '../goals.ts';
import type { Section } from '../section.ts';
import type { Row, Table } from '../table.ts';

/** What was counted, by the name of the case. */
export interface CallCounts {
  readonly ours: readonly { readonly of: Pick<Case, 'name' | 'manner'>; readonly counted: Counted }[];
  readonly template: Counted;
  readonly naive: Counted;
}

const COLUMNS = [
  'rotation',
  'calls',
  'Secrets Manager',
  'invocations',
  'depth, warm',
  'depth, cold',
  'wall ÷ round trip',
  'outage ÷ (check + push)',
  'Secrets Manager ÷ template',
  'depth ÷ template',
  'depth ÷ naive',
];

const NOTE = `On a simulated network, on which each request takes one round trip and everything else no time. *Secrets Manager* counts its calls but for access secrets; *depth* is the longest chain of requests of which each was sent once the one before was answered; *wall* has pauses in it. Warm: the function has rotated this credential before. An invocation is no round trip.`;

/** Calls, invocations and depth of one rotation. */
export const calls: Section = {
  name: 'calls',
  about: 'calls, invocations and depth of one rotation: each strategy, renewal, trigger and door',
  run: async ({ progress }) => {
    const ours = [];
    for (const one of OUR_CASES) {
      progress(`calls: ${one.name}`);
      ours.push({ of: one, counted: await count(one) });
    }
    const counts = { ours, template: await count(PEER_CASES.template), naive: await count(PEER_CASES.naive) };
    return { tables: [callsTable(counts)], findings: callsFindings(counts) };
  },
};

/** The table of what was counted. */
export function callsTable(counts: CallCounts): Table {
  const { ours, template, naive } = counts;
  const rows = [
    ...ours.map(({ of, counted }) => rowOf(of.name, counted, counts)),
    rowOf('template', template, counts),
    rowOf('naive script', naive, counts),
  ];
  return { title: 'Calls, invocations and depth of one rotation', note: NOTE, columns: COLUMNS, rows };
}

function rowOf(name: string, { cold, warm }: Counted, { template, naive }: CallCounts): Row {
  const ratio = (value: number, by: number) => (value / by).toFixed(2);
  return [
    name,
    warm.calls,
    warm.secretsManager,
    warm.invocations,
    warm.depth,
    cold.depth,
    warm.roundTrips,
    ratio(warm.outage, 2),
    ratio(warm.secretsManager, template.warm.secretsManager),
    ratio(warm.depth, template.warm.depth),
    ratio(warm.depth, naive.warm.depth),
  ];
}

/** Which count of which rotations a goal is about. Of several rotations the worst counts. */
const ASKED: readonly { goal: GoalName; key: keyof Counts; of: RegExp }[] = [
  { goal: 'secrets-manager-set', key: 'secretsManager', of: /· set · schedule$/ },
  { goal: 'secrets-manager-regenerate', key: 'secretsManager', of: /· regenerate · schedule$/ },
  { goal: 'secrets-manager-grace', key: 'secretsManager', of: /· set · api in grace$/ },
  { goal: 'invocations', key: 'invocations', of: /· (set|regenerate) · schedule$/ },
  { goal: 'depth-in-place', key: 'depth', of: /^in-place · set · schedule$/ },
  { goal: 'depth-dual-secret', key: 'depth', of: /^dual-secret · set · schedule$/ },
  { goal: 'native-secrets-manager', key: 'secretsManager', of: /native schedule$/ },
  { goal: 'native-depth', key: 'depth', of: /native schedule$/ },
];

/** What was counted of a warm rotation by its schedule, with connectors over HTTPS, where there is a goal for it. */
export function callsFindings({ ours, template, naive }: CallCounts): Finding[] {
  return ASKED.flatMap(({ goal, key, of: asked }) => {
    const counts = ours.filter(({ of }) => asked.test(of.name)).map(({ counted }) => counted.warm[key]);
    if (counts.length === 0) return [];
    return [{ goal, ours: Math.max(...counts), template: template.warm[key], naive: naive.warm[key] }];
  });
}
