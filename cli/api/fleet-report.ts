import { FLEET_OUTCOMES } from '../../functions/credential/outcome.ts';
import type { FleetSummary } from '../../functions/many/about.ts';
import type { FleetFailure, FleetProgress } from '../../functions/many/progress.ts';
import type { Result } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { shown, table } from '../terminal/text.ts';
import { exitOfFailure } from './report.ts';

/** So many failures are shown; the manifest has all of them. */
const MOST_SHOWN = 50;

/** A fleet rotation as a command's result: after its end, or as it is now. */
export function fleetResult(progress: FleetProgress): Result {
  return { exit: exitOf(progress), value: progress, text: textOf(progress) };
}

/** The last ones as a command's result. */
export function fleetListResult(rotations: readonly FleetSummary[]): Result {
  const rows = rotations.map(({ executionId, requestedAt, status, outcome, request, total, counts, requestedBy }) => [
    executionId,
    requestedAt,
    outcome ?? status,
    total === null ? '' : String(total),
    ...[counts?.done, counts?.failed, counts?.waiting].map((count) => String(count ?? '')),
    shown(request.reason ?? ''),
    shown(requestedBy),
  ]);
  const head = ['EXECUTION', 'ASKED', 'STATE', 'TOTAL', 'DONE', 'FAILED', 'NOT BEGUN', 'REASON', 'BY'];
  const text = rows.length > 0 ? table(head, rows) : 'No rotation of many is known.';
  return { exit: EXIT.done, value: { rotations }, text };
}

function exitOf({ outcome, waves, failures }: FleetProgress): ExitCode {
  if (outcome === null || outcome === 'planned') return EXIT.done;
  if (outcome === 'completed' && failures.length === 0) return EXIT.done;
  if (waves.some(({ done }) => done > 0)) return EXIT.changed;
  const exits = failures.map((one) => exitOfFailure({ ...one, next: '' }, one.nothingChanged ?? null));
  if (exits.includes(EXIT.changed)) return EXIT.changed;
  return exits.length > 0 && exits.every((exit) => exit === EXIT.notNow) ? EXIT.notNow : EXIT.failed;
}

/** What would be rotated: how many, and which. */
export function planText({ waves, credentials = [], expected }: FleetProgress): string {
  const rows = waves.map(({ name, total, tolerated }, index) => [
    shown(name),
    String(total),
    String(tolerated),
    (credentials[index] ?? []).join(' '),
  ]);
  return [
    'Nothing was changed. A fleet rotation now would rotate:',
    '',
    table(['WAVE', 'CREDENTIALS', 'TOLERATED', 'WHICH'], rows),
    ...(expected.length > 0
      ? ['', 'Of these, by their settings, nothing would be begun for:', faultsText(expected)]
      : []),
  ].join('\n');
}

function textOf(progress: FleetProgress): string {
  const { executionId, status, outcome, waves, failures, manifest } = progress;
  if (outcome === 'planned') return planText(progress);
  const rows = waves.map(({ name, total, done, failed, running, waiting, outcomes }) => [
    shown(name),
    ...[total, done, failed, running, waiting].map(String),
    Object.entries(outcomes)
      .map(([word, count]) => `${word} ${count}`)
      .join(', '),
  ]);
  return [
    outcome ? `${outcome}. ${FLEET_OUTCOMES[outcome]}` : `${status}. Look again: csr rotate --watch ${executionId}`,
    '',
    table(['WAVE', 'TOTAL', 'DONE', 'FAILED', 'RUNNING', 'NOT BEGUN', 'OUTCOMES'], rows),
    ...(failures.length > 0 ? ['', faultsText(failures)] : []),
    ...(manifest ? ['', `The result of each is in ${shown(manifest)}`] : []),
  ].join('\n');
}

function faultsText(faults: readonly FleetFailure[]): string {
  const lines = faults
    .slice(0, MOST_SHOWN)
    .flatMap(({ credential, code, detail, next, repeatAt }) => [
      `${credential}: ${code}: ${shown(detail)}`,
      ...(next === undefined ? [] : [`  do  ${shown(next)}`]),
      ...(repeatAt === undefined ? [] : [`  goes on by itself at ${repeatAt}`]),
    ]);
  const more = faults.length - MOST_SHOWN;
  return [...lines, ...(more > 0 ? [`and ${more} more: --json shows all`] : [])].join('\n');
}
