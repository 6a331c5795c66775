import type { Failure } from '../../../../functions/credential/outcome.ts';
import { formatDuration } from '../format.ts';
import type { Problem } from '../state/api.ts';

const STATES: ReadonlyMap<boolean | null | undefined, string> = new Map<boolean | null | undefined, string>([
  [true, 'Nothing was changed.'],
  [false, 'Something was changed.'],
  [null, 'It is not known whether something was changed.'],
]);

interface Told extends Partial<Problem> {
  readonly title: string;
}

/** What went wrong, what state things are in, and what to do: what to do is never left out. */
export function ProblemNote({ problem, onRetry }: { problem: Told; onRetry?: () => void }) {
  const { title, code, cause, detail, next, nothingChanged, retryAfter, errors = [] } = problem;
  const codes = [...new Set([code, cause].filter(Boolean))].join(': ');
  return (
    <div class="note bad" role="alert">
      <h3>{title}</h3>
      {detail ? <p>{detail}</p> : null}
      {errors.map((one) => (
        <p key={one.pointer}>
          <code>{one.pointer}</code> {one.detail}
        </p>
      ))}
      {STATES.has(nothingChanged) ? <p class="muted">{STATES.get(nothingChanged)}</p> : null}
      {next ? (
        <p class="next">
          <strong>What to do</strong> {next}
          {retryAfter ? ` Not before ${formatDuration(retryAfter * 1000)} from now.` : ''}
        </p>
      ) : null}
      {codes ? <p class="code">{codes}</p> : null}
      {onRetry ? (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      ) : null}
    </div>
  );
}

/** Why a run did not end well. */
export function FailureNote({
  title,
  failure,
  nothingChanged,
}: {
  title: string;
  failure: Failure;
  nothingChanged?: boolean | null;
}) {
  return <ProblemNote problem={{ title, ...failure, ...(nothingChanged !== undefined && { nothingChanged }) }} />;
}
