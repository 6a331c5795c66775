import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import type { SecretStore } from '../ports/secret-store.ts';
import type { RotateAnswer } from '../rotate.ts';
import { RotationError } from '../rotation/errors.ts';
import { type ApiResponse, json, problem, rotationResponse } from './problem.ts';

const Body = z.strictObject({
  reason: z.string().min(1).max(500).optional(),
  force: z.boolean().optional(),
  dryRun: z.literal(false, 'is not available yet').optional(),
  revokePrevious: z.literal(false, 'is not available yet').optional(),
});

/** What a caller may say about a rotation. */
export type RotationBody = Pick<z.infer<typeof Body>, 'reason' | 'force'>;

/**
 * Reads the body of `POST /credentials/{id}/rotations`.
 *
 * @param text undefined or empty is `{}`
 * @returns the body, or the problem to answer with: 422 with a JSON Pointer for each fault
 */
export function parseBody(text: string | undefined): RotationBody | ApiResponse {
  const result = Body.safeParse(tryJson(text));
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
    const paths = unknown.length > 0 ? unknown.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => ({ pointer: jsonPointer(path), detail: issue.message }));
  });
  const next = 'Send {}, or an object with "reason" and "force".';
  return problem('request-invalid', { detail: 'The body is not valid', nothingChanged: true, next, errors });
}

/** What a rotation on demand needs. */
export interface RotationsDeps {
  readonly lambda: LambdaClient;
  readonly rotateFunctionName: string;
  readonly storeOf: (id: string) => Pick<SecretStore, 'versions'>;
  /** How long to wait for the run, in milliseconds: less than the gateway's 30 s. */
  readonly waitMs: number;
}

/** Invokes `rotate` once and waits; a run that takes longer goes on, and is answered with 202 and where to look. */
export async function rotateNow(
  { id, body, requestedBy }: { id: string; body: RotationBody; requestedBy: string },
  deps: RotationsDeps,
): Promise<ApiResponse> {
  const event = { trigger: 'api', id, requestedBy, ...body };
  const command = new InvokeCommand({ FunctionName: deps.rotateFunctionName, Payload: JSON.stringify(event) });
  const abortSignal = AbortSignal.timeout(deps.waitMs);
  try {
    const { Payload, FunctionError } = await deps.lambda.send(command, { abortSignal });
    if (FunctionError) return failed(id);
    return toResponse(id, JSON.parse(Buffer.from(Payload ?? []).toString()) as RotateAnswer);
  } catch (error) {
    if (abortSignal.aborted) return await accepted(id, deps);
    throw new RotationError(
      'internal-error',
      `The function could not be invoked: ${error instanceof Error ? error.name : 'unknown'}`,
    );
  }
}

function toResponse(id: string, { rotation, problem: fault }: RotateAnswer): ApiResponse {
  if (rotation) return rotationResponse(rotation);
  const { code, detail, next, retryAfter, nothingChanged } = fault;
  return problem(code, { detail, next, retryAfter, credential: id, nothingChanged });
}

function failed(id: string): ApiResponse {
  const detail = `The rotation of ${id} ended without an answer; its state is found and put right by the next run`;
  return problem('internal-error', {
    detail,
    credential: id,
    nothingChanged: false,
    next: 'Look at the log, then rotate again.',
  });
}

async function accepted(id: string, { storeOf }: RotationsDeps): Promise<ApiResponse> {
  const versions = await storeOf(id).versions();
  const holder = (stage: string) => versions.find(({ stages }) => stages.includes(stage))?.id;
  const rotationId = holder('AWSPENDING') ?? holder('AWSCURRENT') ?? null;
  return json(202, { rotationId }, { location: `/credentials/${id}/rotations/${rotationId}` });
}

/** @see [RFC 6901 §3](https://www.rfc-editor.org/rfc/rfc6901#section-3) */
function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function tryJson(text: string | undefined): unknown {
  if (!text) return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
