import { ERRORS, type ErrorCode } from '../credential/errors.ts';
import { type Failure, OUTCOMES, type Outcome, type Rotation } from '../credential/outcome.ts';
import { type FieldFault, TROUBLE } from './contract/answers/problem.ts';
import { STATUSES } from './contract/statuses.ts';

/** An answer of the API, as Lambda hands it to the gateway. */
export interface ApiResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a problem tells besides its code. */
export interface ProblemFacts {
  readonly detail: string;
  readonly credential?: string | undefined;
  /** Of the request that asked for a run. */
  readonly requestId?: string | undefined;
  /** Of the fleet rotation that is in the way. */
  readonly executionId?: string | undefined;
  /** Whether the call has left everything as it was; null when that is not known. */
  readonly nothingChanged: boolean | null;
  readonly next: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** The faults of a body, each with its place. */
  readonly errors?: readonly FieldFault[];
  /** Instead of `errors`: the place of the one fault that the detail tells. */
  readonly pointer?: string | undefined;
  /** The run could not be written to the ledger. */
  readonly recorded?: false;
}

/** When a busy service of AWS may be asked again, in seconds: the SDK has given up its own repeats by then. */
const BUSY_S = 5;
/** When to look again at a rotation of which nobody knows how long it takes, in seconds. */
const UNDER_WAY_S = 60;

/** A JSON answer. */
export function json(statusCode: number, body: object, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/**
 * A problem.
 *
 * @see [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)
 */
export function problem(code: ErrorCode, { pointer, ...facts }: ProblemFacts): ApiResponse {
  const { title } = ERRORS[code];
  const status = STATUSES[code];
  const errors = pointer === undefined ? {} : { errors: [{ pointer, detail: facts.detail }] };
  const body = { type: `/problems/${code}`, title, status, code, ...facts, ...errors };
  return asProblem(status, { ...body, ...retryAfterOf(code, facts.retryAfter) });
}

/** Something goes on, and nobody knows for how long. */
const UNDER_WAY: readonly ErrorCode[] = ['rotation-in-progress', 'fleet-rotation-in-progress'];

/** The header that an answer of 503 always has, and one that tells of something under way. */
function retryAfterOf(code: ErrorCode, known?: number): { readonly retryAfter?: number } {
  const usual = STATUSES[code] === 503 ? BUSY_S : undefined;
  const retryAfter = known ?? (UNDER_WAY.includes(code) ? UNDER_WAY_S : usual);
  return retryAfter === undefined ? {} : { retryAfter };
}

function asProblem(status: number, body: Readonly<Record<string, unknown>>): ApiResponse {
  const { retryAfter } = body;
  const headers = {
    'content-type': 'application/problem+json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  };
  return json(status, body, headers);
}

/** The answer to a rotation that has ended: itself when all is well, else a problem with the rotation's members beside it. */
export function rotationResponse(rotation: Rotation): ApiResponse {
  const { failure, outcome, ...members } = rotation;
  if (!failure) return json(200, rotation);
  const trouble = (TROUBLE as readonly Outcome[]).includes(outcome);
  const status = trouble ? 502 : STATUSES[failure.code];
  const code = trouble ? outcome : failure.code;
  const title = trouble ? OUTCOMES[outcome] : ERRORS[failure.code].title;
  const facts = {
    detail: failure.detail,
    next: nextOf(outcome, failure),
    cause: failure.code,
    ...(trouble ? {} : retryAfterOf(failure.code)),
  };
  return asProblem(status, { type: `/problems/${code}`, title, status, code, ...facts, outcome, ...members });
}

/** The repeat of an interrupted run finishes it; the rotation that was asked for may have to be asked for again. */
function nextOf(outcome: Outcome, { next }: Failure): string {
  return outcome === 'interrupted' && !/rotate again/i.test(next) ? `${next} Then rotate again.` : next;
}
