import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type CallCount, callCounter, type Intercept } from '../../stand-ins/secrets-manager/intercept.ts';
import { type ApiCall, errorResponse, readCall } from '../../stand-ins/secrets-manager/request.ts';
import type { Handler } from '../../stand-ins/serve.ts';
import { forwardTo } from './forward.ts';
import { passedTime } from './passed-time.ts';
import { strictRules } from './rules.ts';

/** Options of {@link secretsManagerFront}. */
export interface FrontOptions {
  /** The emulator's origin, for example `http://127.0.0.1:4566`. */
  readonly target: string;
  /** A client on the target itself, with an administrator's credentials, for the front's own look-ups and label moves. */
  readonly admin: SecretsManagerClient;
  readonly intercept?: Intercept;
}

/** A strict front as a handler. */
export interface SecretsManagerFront {
  readonly handler: Handler;
  /** How often each operation was called on each secret since the start or the last {@link resetCalls}. */
  calls(): CallCount[];
  resetCalls(): void;
  /**
   * Lets time go by for a secret without waiting: what has happened to it so far happened so much earlier. At most a second is
   * waited, since the emulator knows no fractions of it.
   */
  pass(secretName: string, ms: number): Promise<void>;
}

/**
 * Stands before an emulator's Secrets Manager that is more lenient than the documented rules. Everything is forwarded as it
 * came, the Host header included, so that signatures hold; the calls about one secret go one after the other. A repeated
 * PutSecretValue is answered here, without asking the emulator whether the caller may write.
 *
 * @see [Signature Version 4: canonical request](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)
 */
export function secretsManagerFront(options: FrontOptions): SecretsManagerFront {
  const { target, admin, intercept = (_operation, _secretId, forward) => forward() } = options;
  const counter = callCounter();
  const inTurn = queues();
  const valued = new Map<string, boolean>();
  const time = passedTime();
  const handler: Handler = async (request) => {
    const call = await readCall(request.clone()).catch(() => undefined);
    if (!call) return errorResponse('SerializationException', 'The request body is not a JSON object.');
    counter.add(call.operation, call.secretId);
    const forward = () => forwardTo(target, request);
    return intercept(call.operation, call.secretId, () =>
      inTurn(lockName(call), async () =>
        time.dated(call.secretId, await strictRules(call, { forward, admin, valued })),
      ),
    );
  };
  return { handler, calls: counter.calls, resetCalls: counter.reset, pass: time.pass };
}

/** Names that could mean one secret share a lock: a name may end like an ARN's suffix, and an ARN may come without it. */
function lockName({ secretId }: ApiCall): string {
  return secretId.replace(/-[A-Za-z0-9]{6}$/, '');
}

/** Runs the tasks of one name one after the other. */
function queues() {
  const tails = new Map<string, Promise<unknown>>();
  return <Result>(name: string, task: () => Promise<Result>): Promise<Result> => {
    const run = (tails.get(name) ?? Promise.resolve()).then(task, task);
    tails.set(name, run);
    return run;
  };
}
