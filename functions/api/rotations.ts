import { awsErrorName } from '../adapters/aws/aws-error.ts';
import type { RotateAnswer } from '../credential/answer.ts';
import { RotationError } from '../credential/errors.ts';
import type { OnDemandEvent } from '../credential/events/on-demand.ts';
import { RefusedError, type RotateFunction } from '../ports/api/rotate-function.ts';
import type { RotationBody } from './contract/requests.ts';
import { type ApiResponse, json, problem, rotationResponse } from './problem.ts';

/** What a rotation on demand needs. */
export interface RotationsDeps {
  readonly rotateFunction: RotateFunction;
  /** How long to wait for the run, in milliseconds: less than the gateway's 30 s. */
  readonly waitMs: number;
}

/** A rotation that somebody asks for. */
export interface RotationCall {
  /** The credential's id. */
  readonly id: string;
  readonly body: RotationBody & { readonly rollback?: true };
  readonly requestedBy: string;
  /** Drawn before. @default - a dry run, which is none */
  readonly requestId?: string;
  /** False when the ledger doesn't know of the request. */
  readonly recorded?: boolean;
}

/**
 * Invokes `rotate` once and waits. A run that takes longer goes on, and is answered with 202 and where to look.
 *
 * @returns every answer that follows an invocation that may have begun; its `nothingChanged` is null where that is not known
 * @throws {RotationError} `lambda-throttled` or `internal-error` when Lambda refused the call, so that no run began
 */
export async function rotateNow(call: RotationCall, deps: RotationsDeps): Promise<ApiResponse> {
  const abortSignal = AbortSignal.timeout(deps.waitMs);
  try {
    const answer = await deps.rotateFunction.call(eventOf(call), abortSignal);
    return answer ? toResponse(call, answer) : unknownEnd(call, 'ended without an answer');
  } catch (error) {
    if (error instanceof RefusedError) throw refusal(error);
    if (abortSignal.aborted) return call.body.dryRun ? tooSlow(call) : accepted(call);
    return unknownEnd(call, `may have begun, and its answer did not arrive (${awsErrorName(error)})`);
  }
}

/**
 * Hands the event over to Lambda, which delivers it again where the function dies.
 *
 * @returns a problem when nobody knows whether Lambda has taken the event
 * @throws {RotationError} as {@link rotateNow}
 */
export async function rotateLater(call: RotationCall, deps: RotationsDeps): Promise<ApiResponse | undefined> {
  const abortSignal = AbortSignal.timeout(deps.waitMs);
  try {
    await deps.rotateFunction.handOver(eventOf(call), abortSignal);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) throw refusal(error);
    return unknownEnd(call, `may begin: Lambda did not answer (${awsErrorName(error)})`);
  }
}

/** 202: the run goes on, and its request id leads to its end. */
export function accepted({ id, requestId = '', recorded = true }: RotationCall, applied: object = {}): ApiResponse {
  const place = recorded ? `/rotations/${requestId}` : '';
  const body = { requestId, ...(recorded ? {} : { recorded: false }) };
  return json(202, body, { location: `/credentials/${id}${place}`, ...applied });
}

function eventOf({ id, requestId, body, requestedBy }: RotationCall): OnDemandEvent {
  return { trigger: 'api', id, ...(requestId && { requestId }), requestedBy, ...body };
}

function toResponse({ id, requestId }: RotationCall, { rotation, plan, problem: fault }: RotateAnswer): ApiResponse {
  if (rotation) return rotationResponse(rotation);
  if (plan) return json(200, plan);
  const { code, ...facts } = fault;
  return problem(code, { ...facts, credential: id, requestId });
}

function refusal(error: RefusedError): RotationError {
  const code = error.throttled ? 'lambda-throttled' : 'internal-error';
  return new RotationError(code, `Lambda did not run the rotation: ${awsErrorName(error)}`);
}

function unknownEnd({ id, requestId, recorded = true }: RotationCall, what: string): ApiResponse {
  const place = requestId && recorded ? `at GET /credentials/${id}/rotations/${requestId}` : 'at the log';
  return problem('internal-error', {
    detail: `The rotation of ${id} ${what}; the next run finds the state of things and puts it right`,
    credential: id,
    requestId,
    nothingChanged: null,
    next: `Look ${place}, then rotate again.`,
  });
}

/** A dry run changes nothing, however long it takes. */
function tooSlow({ id }: RotationCall): ApiResponse {
  const detail = 'The dry run takes longer than an answer may';
  return problem('out-of-time', {
    detail,
    credential: id,
    nothingChanged: true,
    next: 'Call again, or see which system is slow.',
  });
}
