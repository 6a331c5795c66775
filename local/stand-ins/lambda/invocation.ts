import type { Context } from 'aws-lambda';
import type { LambdaFunction, LambdaHandler } from './environments.ts';

/** What came of an invocation: the handler's answer, or how it failed. */
export type InvocationResult =
  | { readonly payload: unknown; readonly error?: never }
  | { readonly error: FunctionError; readonly payload?: never };

/** A function's failure, as its caller sees it. */
interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** What an invocation takes from outside. */
export interface InvocationEffects {
  readonly clock: () => Date;
  /** Resolves after so many milliseconds, or rejects when the signal aborts. */
  readonly after: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** Which invocation it is. */
export interface InvocationIds {
  readonly requestId: string;
  readonly arn: string;
}

/**
 * Runs a handler until it ends or its time is over. What runs on after that can't be stopped in a process of many: its answer is
 * dropped, as on Lambda.
 *
 * @returns `reusable` is false after a time-out
 */
export async function runInvocation(
  handler: LambdaHandler,
  { definition, event, ids }: { definition: LambdaFunction; event: unknown; ids: InvocationIds },
  { clock, after }: InvocationEffects,
): Promise<{ value: InvocationResult; reusable: boolean }> {
  const { timeoutMs } = definition;
  const deadline = clock().getTime() + timeoutMs;
  const context = contextOf(definition, ids, () => Math.max(0, deadline - clock().getTime()));
  const ended = new AbortController();
  const timeout = after(timeoutMs, ended.signal).then(
    () => ({ value: { error: timedOut(ids.requestId, timeoutMs) }, reusable: false }),
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([settle(handler, event, context), timeout]);
  } finally {
    ended.abort();
  }
}

async function settle(handler: LambdaHandler, event: unknown, context: Context) {
  try {
    // Only what JSON carries gets in and out.
    const payload = throughJson(await handler(throughJson(event), context));
    return { value: { payload }, reusable: true };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
    return { value: { error: { errorType: name, errorMessage: message } }, reusable: true };
  }
}

function timedOut(requestId: string, timeoutMs: number): FunctionError {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
  return { errorType: 'Sandbox.Timedout', errorMessage };
}

function throughJson(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

/** @see [Context object](https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html) */
function contextOf({ name }: LambdaFunction, { requestId, arn }: InvocationIds, remainingMs: () => number): Context {
  const notCallback = () => {
    throw new Error('Handlers are asynchronous: there is no callback');
  };
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: '512',
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: requestId,
    getRemainingTimeInMillis: remainingMs,
    done: notCallback,
    fail: notCallback,
    succeed: notCallback,
  };
}
