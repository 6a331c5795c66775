import { type Case, type Counted, count, OUR_CASES, PEER_CASES } from '../counting.ts';
import { countGoalOf } from '../goals.ts';
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
  'goal',
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
    return callsTable({ ours, template: await count(PEER_CASES.template), naive: await count(PEER_CASES.naive) });
  },
};

/** The table of what was counted. */
export function callsTable(counts: CallCounts): Table {
  const { ours, template, naive } = counts;
  const rows = [
    ...ours.map(({ of, counted }) => rowOf(of.name, counted, counts, goalText(of, counted))),
    rowOf('template', template, counts, ''),
    rowOf('naive script', naive, counts, ''),
  ];
  return { title: 'Calls, invocations and depth of one rotation', note: NOTE, columns: COLUMNS, rows };
}

function rowOf(name: string, { cold, warm }: Counted, { template, naive }: CallCounts, goal: string): Row {
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
    goal,
  ];
}

const WORDS = {
  secretsManager: 'Secrets Manager',
  invocations: 'invocations',
  depth: 'depth',
  roundTrips: 'wall',
} as const;

/** What is asked for, and what of it is missed; nothing is asked of other triggers and doors. */
function goalText({ name, manner }: Pick<Case, 'name' | 'manner'>, { warm }: Counted): string {
  if (!name.endsWith('schedule')) return '';
  const goal = countGoalOf(manner);
  const keys = (Object.keys(WORDS) as (keyof typeof WORDS)[]).filter((key) => goal[key] !== undefined);
  const told = keys.map((key) => `${WORDS[key]} ≤ ${goal[key]}${warm[key] > (goal[key] ?? 0) ? ' (missed)' : ''}`);
  return told.join(', ');
}
