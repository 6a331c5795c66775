import { OBSTACLES } from './obstacles.ts';
import { type Spread, written } from './statistics.ts';

/** Something that is measured, and what it is to stay within. */
interface Goal {
  /** What is measured, as a row of the page. */
  readonly what: string;
  readonly atMost: number;
  /** Digits behind the point. @default 0 */
  readonly digits?: number;
  /** Whether the README tells it as well. @default false */
  readonly brief?: true;
}

/** Everything that has a goal, in the order of the page. Ratios are to two service times where it is about an outage. */
export const GOALS = {
  'secrets-manager-set': { what: 'Secrets Manager calls on the credential, `set`', atMost: 6, brief: true },
  'secrets-manager-regenerate': { what: 'Secrets Manager calls on the credential, `regenerate`', atMost: 7 },
  'secrets-manager-grace': { what: 'Secrets Manager calls, `set`, on demand while a grace runs', atMost: 10 },
  invocations: { what: 'invocations', atMost: 1, brief: true },
  'outage-5': { what: 'outage in place ÷ (check + push), 5 ms each', atMost: 1.8, digits: 2 },
  'outage-50': { what: 'outage in place ÷ (check + push), 50 ms each', atMost: 1.1, digits: 2, brief: true },
  'outage-200': { what: 'outage in place ÷ (check + push), 200 ms each', atMost: 1.03, digits: 2 },
  'outage-fresh': {
    what: 'the same, first run of a fresh 512 MB function, 20 ms',
    atMost: 1.5,
    digits: 2,
    brief: true,
  },
  'outage-tls-warm': { what: 'the same over TLS, 40 ms round trip, warm', atMost: 1.3, digits: 2 },
  'outage-tls-fresh': { what: 'the same over TLS, fresh', atMost: 1.3, digits: 2 },
  'connections-inside': { what: 'connections opened inside the outage, fresh, over TLS', atMost: 0 },
  'overlap-failed': { what: 'failed requests with overlap', atMost: 0, brief: true },
  'depth-in-place': { what: 'depth in place, warm: requests that follow each other', atMost: 11, brief: true },
  'depth-dual-secret': { what: 'depth dual-secret, warm', atMost: 13 },
  'native-secrets-manager': { what: 'native: Secrets Manager calls', atMost: 17 },
  'native-depth': { what: 'native: depth', atMost: 30 },
  'native-wall': { what: 'native: wall ÷ round trip', atMost: 40, digits: 1 },
  'bundle-rotate': { what: 'bundle `rotate`, kB', atMost: 950, brief: true },
  'bundle-api': { what: 'bundle `api`, kB', atMost: 460 },
  'import-rotate': { what: 'import of `rotate`, processor time ÷ bare client', atMost: 1.4, digits: 2 },
  'import-api': { what: 'import of `api`, processor time ÷ bare client', atMost: 1.1, digits: 2 },
  'page-calls': { what: 'calls of a page of 50', atMost: 3 },
} as const satisfies Readonly<Record<string, Goal>>;

export type GoalName = keyof typeof GOALS;

/** A count, or how measured values lie. */
type Figure = number | Spread;

/** What was measured for a goal, and what the peers took in the same run. */
export interface Finding {
  readonly goal: GoalName;
  readonly ours: Figure;
  readonly template?: Figure;
  readonly naive?: Figure;
  /** A handler with one client of Secrets Manager. */
  readonly bare?: Figure;
}

/** A finding beside its goal. */
export interface Judged extends Goal {
  readonly finding: Finding;
  readonly met: boolean;
  /** By how much it is missed, or nothing. */
  readonly missedBy: number;
  readonly obstacle: string | undefined;
}

/** Holds findings against their goals, in the goals' order. A measured value counts by its median. */
export function judge(findings: readonly Finding[]): Judged[] {
  const names = Object.keys(GOALS) as GoalName[];
  const found = names.flatMap((name) => findings.find(({ goal }) => goal === name) ?? []);
  return found.map((finding) => {
    const goal: Goal = GOALS[finding.goal];
    // What is printed is what counts: a goal of 1.1 is met by 1.104.
    const value = Number(medianOf(finding.ours).toFixed(goal.digits ?? 0));
    const missedBy = Math.max(0, value - goal.atMost);
    return { ...goal, finding, met: missedBy === 0, missedBy, obstacle: OBSTACLES[finding.goal] };
  });
}

/** The value that counts. */
export function medianOf(figure: Figure): number {
  return typeof figure === 'number' ? figure : figure.median;
}

/** `missed by 0.12 (11 %)` or `met`. */
export function verdictOf({ met, missedBy, atMost, digits = 0 }: Judged): string {
  if (met) return 'met';
  const share = atMost === 0 ? '' : ` (${Math.round((missedBy / atMost) * 100)} %)`;
  return `**missed** by ${missedBy.toFixed(digits)}${share}`;
}

/** A figure with its goal's digits. */
export function figureText(figure: Figure | undefined, digits = 0): string {
  if (figure === undefined) return '';
  return typeof figure === 'number' ? figure.toFixed(digits) : written(figure, digits);
}
