import type { Failure, Rotation } from '../../functions/credential/outcome.ts';
import type { Result } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { shown } from '../terminal/text.ts';
import { STATES } from './problems.ts';
import { exitOfFailure, rotationResult } from './report.ts';

/** What the API tells of one run. The members of its report stand beside these once it has ended. */
export interface RunView extends Omit<Partial<Rotation>, 'outcome' | 'failure'> {
  readonly requestId?: string;
  /** `accepted`, `running`, `ended`, or `unknown`. Absent where no record of runs is kept. */
  readonly status?: string;
  /** `rotation`, or `retire`: the end of a former secret. */
  readonly kind?: string;
  readonly requestedAt?: string;
  /** Null before the end, and where a run came to no report. */
  readonly outcome?: string | null;
  readonly failure?: Failure;
  /** Where the labels of the rotation's version are. */
  readonly state?: string;
  readonly next?: string;
}

/** How a run ended, or how far it is, in a word; undefined where that was not told. */
export function wordOf({ outcome, failure, status }: RunView): string | undefined {
  return outcome ?? (failure ? 'failed' : status);
}

/**
 * The end of a run; undefined while it goes on.
 *
 * @throws {CliError} when the run ended without a report, or nobody knows how
 */
export function endOf(id: string, view: RunView): Result | undefined {
  const { outcome, status, failure, nothingChanged = null, next } = view;
  if (outcome) return rotationResult({ ...view, credential: id } as Rotation);
  const about = { credential: id, state: STATES.get(nothingChanged) ?? '', json: view };
  if (status === 'unknown')
    throw new CliError(EXIT.changed, {
      ...about,
      what: 'The run has no known end',
      next: shown(next ?? `See csr status ${id}.`),
    });
  if (status !== 'ended' || !failure) return undefined;
  throw new CliError(exitOfFailure(failure, nothingChanged), {
    ...about,
    what: 'The run has ended without a rotation',
    code: failure.code,
    detail: shown(failure.detail),
    next: shown(failure.next),
  });
}
