import type { Context } from 'aws-lambda';

/** A function's handler, as Lambda calls it. */
export type LambdaHandler = (event: unknown, context: Context) => Promise<unknown>;

/** A function that can be invoked. */
export interface LambdaFunction {
  readonly name: string;
  /** How long an invocation may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Makes an execution environment's handler: what it keeps belongs to one invocation at a time, as on Lambda. */
  readonly init: () => LambdaHandler;
}

/**
 * The execution environments of one function: an idle one is used again, and there is a new one for each invocation that runs at the
 * same time as others.
 *
 * @see [Execution environments](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html)
 */
export class Environments {
  readonly #init: () => LambdaHandler;
  readonly #idle: LambdaHandler[] = [];

  constructor({ init }: Pick<LambdaFunction, 'init'>) {
    this.#init = init;
  }

  /** Runs an invocation; an environment whose invocation did not come to its own end is thrown away. */
  async run<T>(
    invoke: (handler: LambdaHandler) => Promise<{ readonly value: T; readonly reusable: boolean }>,
  ): Promise<T> {
    const handler = this.#idle.pop() ?? this.#init();
    const { value, reusable } = await invoke(handler);
    if (reusable) this.#idle.push(handler);
    return value;
  }
}
