import type { Outcome, Strategy } from '../../../functions/credential/outcome.ts';
import type { Completed } from '../../stand-ins/connector/counts.ts';
import type { SecretsState, Span } from './secrets-states.ts';

/** One rotation, as it is reported. Durations are milliseconds. */
export interface RotationLine {
  readonly credential: string;
  readonly strategy: Strategy | null;
  readonly trigger: 'schedule' | 'api';
  readonly outcome: Outcome;
  readonly rotationId: string | null;
  readonly durationMs: number;
  /** For how long the secret that the connector is configured with was not accepted. */
  readonly outageMs: number;
  /** The connector's token requests from 1 s before the trigger to 1 s after the end of grace, or of the rotation without one. */
  readonly requests: number;
  readonly failedRequests: number;
  readonly oldSecretRefused: boolean;
  readonly steps: readonly { readonly name: string; readonly ms: number }[];
}

/** What `npm start -- --json` prints. */
export interface Report {
  readonly ok: boolean;
  readonly versions: { readonly node: string; readonly project: string };
  readonly onboarded: readonly { readonly credential: string; readonly outcome: Outcome }[];
  readonly rotations: readonly RotationLine[];
}

/** A rotation with everything that was seen around it. */
export interface Measured {
  readonly line: RotationLine;
  /** When it was triggered; milliseconds since the epoch, as all times here. */
  readonly triggeredAt: number;
  readonly window: Span;
  readonly states: readonly SecretsState[];
  readonly outages: readonly Span[];
  /** The connector's requests that began in the window. */
  readonly requests: readonly Completed[];
}

/**
 * Everything that did not hold, one line each; empty when all is well.
 *
 * @param leastRate what each connector has to send at least, in requests a second
 */
export function faultsOf(onboarded: Report['onboarded'], rotations: readonly Measured[], leastRate = 50): string[] {
  const notAdopted = onboarded.filter(({ outcome }) => outcome !== 'adopted');
  return [
    ...notAdopted.map(({ credential, outcome }) => `${credential}: the first run ended ${outcome}, not adopted`),
    ...rotations.flatMap((measured) =>
      rotationFaults(measured, leastRate).map(
        (fault) => `${measured.line.credential} (${measured.line.trigger}): ${fault}`,
      ),
    ),
  ];
}

function rotationFaults({ line, window, outages, requests }: Measured, leastRate: number): string[] {
  const { outcome, strategy, outageMs, failedRequests, oldSecretRefused } = line;
  const rate = line.requests / ((window.to - window.from) / 1000);
  const inPlace = strategy === 'in-place';
  const outside = requests.filter((one) => one.error !== undefined && !outages.some((span) => overlap(one, span)));
  const checks: [boolean, string][] = [
    [outcome === 'rotated', `it ended ${outcome}, not rotated`],
    [rate >= leastRate, `only ${rate.toFixed(1)} requests a second were sent`],
    [inPlace || failedRequests === 0, `${failedRequests} requests failed in spite of the overlap`],
    [inPlace === outageMs > 0, `the connector's secret was refused for ${outageMs} ms`],
    [outside.length === 0, `${outside.length} requests failed while the connector's secret was accepted`],
    [oldSecretRefused, 'the old secret is still accepted'],
  ];
  return checks.filter(([holds]) => !holds).map(([, fault]) => fault);
}

function overlap({ startedAt, endedAt }: Completed, { from, to }: Span): boolean {
  return startedAt <= to && endedAt >= from;
}

/** Each column with the two lines of its title. Eighty characters hold them all. */
const COLUMNS: readonly (readonly [string, string, (line: RotationLine) => string])[] = [
  ['', 'credential', ({ credential }) => credential],
  ['', 'strategy', ({ strategy }) => strategy ?? '-'],
  ['', 'trigger', ({ trigger }) => trigger],
  ['', 'outcome', ({ outcome }) => outcome],
  ['took', 'ms', ({ durationMs }) => String(Math.round(durationMs))],
  ['outage', 'ms', ({ outageMs }) => outageMs.toFixed(outageMs === 0 ? 0 : 1)],
  ['failed', 'of sent', ({ failedRequests, requests }) => `${failedRequests}/${requests}`],
  ['old is', 'refused?', ({ oldSecretRefused }) => (oldSecretRefused ? 'yes' : 'NO')],
];

/** The rotations as a table, one line each. */
export function table(lines: readonly RotationLine[]): string {
  const columns = COLUMNS.map(([over, title, cell]) => [over, title, ...lines.map(cell)]);
  const widths = columns.map((cells) => Math.max(...cells.map(({ length }) => length)));
  const row = (index: number) => columns.map((cells, column) => (cells[index] ?? '').padEnd(widths[column] ?? 0));
  const rule = widths.map((width) => '─'.repeat(width));
  return [row(0), row(1), rule, ...lines.map((_, index) => row(index + 2))]
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n');
}
