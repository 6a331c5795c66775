import { bundle, type Entry, kilobytesOf } from './bundles.ts';
import { type Counts, count, OUR_CASES } from './counting.ts';
import { countPage } from './sections/fleet.ts';

const COLUMNS = {
  'warm rotation': ['calls', 'Secrets Manager', 'invocations', 'depth', 'outage'],
  'cold rotation': ['calls', 'Secrets Manager', 'invocations', 'depth', 'outage'],
  'page of the list': ['calls', 'depth', 'calls, the first time'],
  bundle: ['kilobytes'],
} as const;

type GroupName = keyof typeof COLUMNS;
type Rows = Readonly<Record<string, readonly number[]>>;

/** Numbers that don't depend on the machine: by group, row and column. */
export type Budget = Readonly<Record<string, { readonly columns: readonly string[]; readonly rows: Rows }>>;

/** What is measured at once: a row of some groups. */
export interface Part {
  readonly row: string;
  readonly groups: readonly GroupName[];
  /** The numbers of the row, in the order of the groups. */
  readonly measure: () => Promise<readonly (readonly number[])[]>;
}

const PAGES = [1, 50];
const FUNCTIONS = ['rotate', 'retire', 'api', 'audit', 'many'] as const satisfies readonly Entry[];
/** A bundle counts in steps of so many kilobytes, so that not every commit moves it. */
const STEP_KILOBYTES = 10;

/** Everything that has a budget. */
export const PARTS: readonly Part[] = [
  ...OUR_CASES.map((one): Part => {
    const measure = async () => {
      const { warm, cold } = await count(one);
      return [numbersOf(warm), numbersOf(cold)];
    };
    return { row: one.name, groups: ['warm rotation', 'cold rotation'], measure };
  }),
  ...PAGES.map((limit): Part => {
    const measure = async () => {
      const { calls, depth, firstCalls } = await countPage(limit);
      return [[calls, depth, firstCalls]];
    };
    return { row: String(limit), groups: ['page of the list'], measure };
  }),
  ...FUNCTIONS.map((name): Part => {
    const measure = async () => [[inSteps(kilobytesOf(await bundle(name)))]];
    return { row: name, groups: ['bundle'], measure };
  }),
];

function numbersOf({ calls, secretsManager, invocations, depth, outage }: Counts): number[] {
  return [calls, secretsManager, invocations, depth, outage];
}

function inSteps(kilobytes: number): number {
  return Math.ceil(kilobytes / STEP_KILOBYTES) * STEP_KILOBYTES;
}

/** What parts take now. */
export async function measureBudget(parts: readonly Part[]): Promise<Budget> {
  const budget: Record<string, { columns: readonly string[]; rows: Record<string, readonly number[]> }> = {};
  for (const { row, groups, measure } of parts) {
    const measured = await measure();
    for (const [index, group] of groups.entries()) {
      budget[group] ??= { columns: COLUMNS[group], rows: {} };
      budget[group].rows[row] = measured[index] ?? [];
    }
  }
  return budget;
}

/** The budget of one part alone. */
export function budgetOf(budget: Budget, { row, groups }: Pick<Part, 'row' | 'groups'>): Budget {
  const rows = groups.map((group) => {
    const numbers = budget[group]?.rows[row];
    return [group, { columns: COLUMNS[group], rows: numbers ? { [row]: numbers } : {} }] as const;
  });
  return Object.fromEntries(rows);
}

/**
 * What is measured and not budgeted for, in words.
 *
 * @returns one line for each number that is more, and for each that is less: a budget with room in it holds nothing
 */
export function differences(budget: Budget, measured: Budget): string[] {
  const allowed = numbered(budget);
  const found = numbered(measured);
  return [...new Set([...allowed.keys(), ...found.keys()])].flatMap((what) => {
    const limit = allowed.get(what);
    const value = found.get(what);
    if (limit === value) return [];
    if (limit === undefined) return [`${what}: ${value}, and there is no budget for it`];
    if (value === undefined) return [`${what}: a budget of ${limit}, and there is no such thing`];
    return [
      `${what}: ${value}, ${value > limit ? `and the budget is ${limit}` : `less than ${limit}: lower the budget`}`,
    ];
  });
}

function numbered(budget: Budget): Map<string, number> {
  const entries = Object.entries(budget).flatMap(([group, { columns, rows }]) =>
    Object.entries(rows).flatMap(([row, numbers]) =>
      numbers.map((number, column) => [`${group}, ${row}, ${columns[column]}`, number] as const),
    ),
  );
  return new Map(entries);
}
