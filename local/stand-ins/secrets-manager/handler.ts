import { toWire } from '../aws-json.ts';
import type { Handler } from '../serve.ts';
import { operations, type SecretsManagerEngine } from './engine.ts';
import { fault, SecretsManagerFault } from './errors.ts';
import { type CallCount, callCounter, type Intercept } from './intercept.ts';
import type { Store } from './model.ts';
import { type ApiCall, errorResponse, jsonResponse, readCall } from './request.ts';
import { requests } from './schemas.ts';

/** An embedded Secrets Manager as a handler, which also counts its calls. */
export interface SecretsManagerHandler {
  readonly handler: Handler;
  /** How often each operation was called on each secret since the start or the last {@link resetCalls}. */
  calls(): CallCount[];
  resetCalls(): void;
}

/**
 * Speaks AWS JSON 1.1 for an engine, so that the SDK's client can be its caller. Signatures are not checked.
 *
 * @param intercept lets a test inject faults
 * @see [AWS JSON 1.1](https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html)
 */
export function secretsManagerHandler(
  engine: SecretsManagerEngine,
  { intercept = (_operation, _secretId, forward) => forward() }: { intercept?: Intercept } = {},
): SecretsManagerHandler {
  const counter = callCounter();
  const handler: Handler = async (request) => {
    const call = await readCall(request).catch(() => undefined);
    if (!call) return errorResponse('SerializationException', 'The request body is not a JSON object.');
    counter.add(call.operation, call.secretId);
    return intercept(call.operation, call.secretId, async () => answer(engine.store, call));
  };
  return { handler, calls: counter.calls, resetCalls: counter.reset };
}

function answer(store: Store, call: ApiCall): Response {
  try {
    return jsonResponse(toWire(perform(store, call)));
  } catch (error) {
    if (error instanceof SecretsManagerFault) return errorResponse(error.type, error.message);
    throw error;
  }
}

function perform(store: Store, { operation, input }: ApiCall): unknown {
  if (!Object.hasOwn(operations, operation)) {
    throw fault('UnknownOperationException', `The operation '${operation}' is not available here.`);
  }
  const name = operation as keyof typeof operations;
  const parsed = requests[name].safeParse(input);
  if (!parsed.success) {
    // Only where and why: a value may be a secret.
    const [issue] = parsed.error.issues;
    throw fault('InvalidParameterException', `${operation}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return (operations[name] as (store: Store, input: unknown) => unknown)(store, parsed.data);
}
