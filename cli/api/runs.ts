import type { Failure, Rotation } from '../../functions/credential/outcome.ts';
import type { Result } from '../context.ts';
import { CliError } from '../errors.ts';
import { shown } from '../terminal/text.ts';
import { exitOf, STATES } from './problems.ts';
import { rotationResult } from './report.ts';

/** Why a run came to no rotation. */
interface RunProblem extends Failure {
  readonly nothingChanged?: boolean | null;
  /** Seconds. */
  readonly retryAfter?: number;
}

/**
 * What the API tells of one run: where its labels stand and, once they are known, its steps and its end. The rotation's members stand in
 * `rotation`, or beside the others.
 */
export interface RunView extends Partial<Rotation> {
  readonly requestId?: string;
  readonly requestedAt?: string;
  readonly state?: string;
  readonly rotation?: Rotation;
  readonly problem?: RunProblem;
}

/** The rotation of a run, as far as there is one. */
export function rotationIn(view: RunView): Partial<Rotation> {
  return { ...view, ...view.rotation };
}

/**
 * The end of a run; undefined while it goes on.
 *
 * @throws {CliError} when the run ended without a rotation
 */
export function endOf(id: string, view: RunView): Result | undefined {
  if (view.problem) throw withoutRotation(id, view.problem, view);
  const rotation = rotationIn(view);
  return rotation.outcome === undefined ? undefined : rotationResult({ ...rotation, credential: id } as Rotation);
}

function withoutRotation(id: string, problem: RunProblem, json: RunView): CliError {
  const { code, detail, next, nothingChanged = null, retryAfter } = problem;
  return new CliError(exitOf(nothingChanged, retryAfter), {
    what: 'The run has ended without a rotation',
    credential: id,
    code,
    detail: shown(detail),
    state: STATES.get(nothingChanged) ?? '',
    next: shown(retryAfter === undefined ? next : `${next} Not before ${retryAfter} s from now.`),
    json,
  });
}
