import { durationMs } from '../../functions/credential/duration.ts';
import { windowFor } from '../../infra/fleet/herds.ts';
import { type HerdResult, simulateHerd } from '../herd/simulate.ts';
import type { Section } from '../section.ts';
import type { Table } from '../table.ts';

/** Credentials on one minute. */
const SIZES = [1000, 10_000];
/** The makespan, divided by what the quota allows at best, is to stay within. */
export const MAKESPAN_GOAL = 1.1;

const COLUMNS = [
  'credentials',
  'window',
  'rotated',
  'interrupted',
  'failed runs',
  'given up',
  'makespan',
  '÷ quota bound',
  'throttled calls',
  'invocations',
  'at once',
  'dollars',
  'heap MB, before and after',
  'goal',
];

const NOTE = `Credentials whose schedules have one time, rotated with an overlap by the real workflow on a simulated network, behind the quotas that AWS publishes for Secrets Manager: 50 writes and 50 lists a second, 10,000 reads. *Window* is what synth gives them; *makespan* is from that time to the end of the last run; the *quota bound* is what their writes take at 50 a second. The SDK's own repeats are counted; the repeats of Lambda are *failed runs*. *Dollars* are list prices of US East for these rotations, secrets themselves excluded. The heap holds all IAMs, connectors and secrets, each with one version more afterwards.`;

/** A fleet on one minute. */
export const herd: Section = {
  name: 'herd',
  about: 'thousands of credentials on one minute, behind the quotas of Secrets Manager',
  run: async ({ progress }) => {
    const results: HerdResult[] = [];
    for (const credentials of SIZES) {
      const windowMs = durationMs(windowFor(credentials) ?? 'PT0S');
      const tell = (done: number) => progress(`herd: ${done} of ${credentials} rotated`);
      results.push(await simulateHerd({ credentials, windowMs, progress: tell }));
    }
    return { tables: [herdTable(results)], findings: [] };
  },
};

/** The table of all herds. */
export function herdTable(results: readonly HerdResult[]): Table {
  const rows = results.map((one) => [
    one.credentials,
    `${one.windowMs / 60_000} min`,
    one.rotated,
    one.interrupted,
    one.failedRuns,
    one.givenUp,
    `${Math.round(one.makespanMs / 1000)} s`,
    (one.makespanMs / one.boundMs).toFixed(3),
    one.throttled,
    one.invocations,
    one.peak,
    one.dollars.toFixed(2),
    one.heapMb.map((mb) => mb.toFixed(0)).join(', '),
    `all rotated, none interrupted, ≤ ${MAKESPAN_GOAL} × bound${missed(one) ? ' (missed)' : ''}`,
  ]);
  return { title: 'Many credentials on one minute', note: NOTE, columns: COLUMNS, rows };
}

function missed({ rotated, credentials, interrupted, makespanMs, boundMs }: HerdResult): boolean {
  return rotated < credentials || interrupted > 0 || makespanMs > boundMs * MAKESPAN_GOAL;
}
