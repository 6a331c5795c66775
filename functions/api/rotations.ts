import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, type LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda';
import { awsErrorName } from '../adapters/aws/aws-error.ts';
import type { RotateAnswer } from '../credential/answer.ts';
import { RotationError } from '../credential/errors.ts';
import type { OnDemandEvent } from '../credential/events/on-demand.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { RotationBody } from './contract/requests.ts';
import { type ApiResponse, json, problem, rotationResponse } from './problem.ts';

/** How long a look at the labels may take after the wait for the run, in milliseconds: both end before the gateway gives up. */
const LOOK_MS = 2000;

/** What a rotation on demand needs. */
export interface RotationsDeps {
  readonly lambda: LambdaClient;
  readonly rotateFunctionName: string;
  readonly storeOf: (id: string) => Pick<SecretStore, 'versions'>;
  /** How long to wait for the run, in milliseconds: less than the gateway's 30 s. */
  readonly waitMs: number;
  /** @default - real time */
  readonly now?: () => Date;
}

/**
 * Invokes `rotate` once and waits. A run that takes longer goes on, and is answered with 202 and where to look.
 *
 * @returns every answer that follows an invocation that may have begun; its `nothingChanged` is null where that is not known
 * @throws {RotationError} `lambda-throttled` or `internal-error` when Lambda refused the call, so that no run began
 */
export async function rotateNow(
  { id, body, requestedBy }: { id: string; body: RotationBody & { readonly rollback?: true }; requestedBy: string },
  deps: RotationsDeps,
): Promise<ApiResponse> {
  const { now = () => new Date() } = deps;
  const event: OnDemandEvent = { trigger: 'api', id, requestedBy, ...body };
  const command = new InvokeCommand({ FunctionName: deps.rotateFunctionName, Payload: JSON.stringify(event) });
  const calledAt = now();
  const abortSignal = AbortSignal.timeout(deps.waitMs);
  try {
    const { Payload, FunctionError } = await deps.lambda.send(command, { abortSignal });
    if (FunctionError) return unknownEnd(id, 'ended without an answer');
    return toResponse(id, JSON.parse(Buffer.from(Payload ?? []).toString()) as RotateAnswer);
  } catch (error) {
    if (isRefusal(error)) throw refusal(error);
    if (abortSignal.aborted) return await accepted(id, { ...deps, calledAt });
    return unknownEnd(id, `may have begun, and its answer did not arrive (${awsErrorName(error)})`);
  }
}

function toResponse(id: string, { rotation, plan, problem: fault }: RotateAnswer): ApiResponse {
  if (rotation) return rotationResponse(rotation);
  if (plan) return json(200, plan);
  const { code, ...facts } = fault;
  return problem(code, { ...facts, credential: id });
}

/** Whether Lambda answered that it did not run the function. Any other failure may have come after a run had begun. */
function isRefusal(error: unknown): error is LambdaServiceException {
  return error instanceof LambdaServiceException && error.$fault === 'client';
}

function refusal(error: LambdaServiceException): RotationError {
  const code = error.$metadata.httpStatusCode === 429 ? 'lambda-throttled' : 'internal-error';
  return new RotationError(code, `Lambda did not run the rotation: ${awsErrorName(error)}`);
}

function unknownEnd(id: string, what: string): ApiResponse {
  return problem('internal-error', {
    detail: `The rotation of ${id} ${what}; the next run finds the state of things and puts it right`,
    credential: id,
    nothingChanged: null,
    next: 'Look at the log, then rotate again.',
  });
}

/** The run goes on. Its rotation is named only where the labels show it: an older version is not of this call. */
async function accepted(id: string, deps: RotationsDeps & { calledAt: Date }): Promise<ApiResponse> {
  const tooLate = sleep(LOOK_MS, null, { ref: false });
  const rotationId = await Promise.race([pendingSince(id, deps).catch(() => null), tooLate]);
  const place = rotationId === null ? '' : `/rotations/${rotationId}`;
  return json(202, { rotationId }, { location: `/credentials/${id}${place}` });
}

async function pendingSince(id: string, { storeOf, calledAt }: RotationsDeps & { calledAt: Date }) {
  const versions = await storeOf(id).versions();
  const pending = versions.find(({ stages }) => stages.includes('AWSPENDING'));
  return pending && pending.createdAt.getTime() >= calledAt.getTime() ? pending.id : null;
}
