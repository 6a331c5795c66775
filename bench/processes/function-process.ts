import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { durationMs } from '../../functions/credential/duration.ts';
import type { AwsAccess } from '../../functions/lambda/surroundings/aws.ts';
import { environmentOf } from '../../local/embedded-stack/names.ts';
import { TIMEOUTS } from '../stand/host.ts';
import { PREFIX } from '../stand/prefix.ts';
import { ACCESS } from '../stand/systems.ts';

const RUNTIME = resolve(import.meta.dirname, 'runtime.ts');

/** What the process is asked. */
export interface Asked {
  readonly event: unknown;
  readonly timeoutMs: number;
}

/** What it answers. */
export interface Answer {
  readonly payload?: unknown;
  readonly error?: string;
  /** The most memory that the process has had until now. */
  readonly megabytes: number;
}

/** A bundle that runs in a process of its own, as an execution environment of Lambda. */
export interface FunctionProcess {
  readonly pid: number;
  /** The most memory that the process has had, in megabytes. */
  readonly megabytes: () => number;
  /** Invokes its handler; one invocation at a time. @throws {Error} with the handler's message */
  invoke(event: unknown): Promise<unknown>;
  end(): Promise<void>;
}

/** How a bundle is run. */
interface Start {
  readonly bundle: string;
  readonly aws: AwsAccess;
  /** How long an invocation may take. @default - as long as a rotation */
  readonly timeoutMs?: number;
  /** A certificate that the process trusts. @default - none but the usual ones */
  readonly certificate?: string;
}

/** Starts a process, and waits until the bundle is imported. @throws {Error} when it ends instead */
export async function startFunction(start: Start): Promise<FunctionProcess> {
  const { bundle, aws, certificate, timeoutMs = durationMs(TIMEOUTS.function) } = start;
  const env = { ...environmentFor(aws), ...(certificate && { NODE_EXTRA_CA_CERTS: certificate }) };
  // What a function logs is nothing to anybody here.
  const child = fork(RUNTIME, [bundle], { env, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let megabytes = 0;
  await message(child);
  return {
    pid: child.pid ?? 0,
    megabytes: () => megabytes,
    invoke: async (event) => {
      const answering = message(child);
      child.send({ event, timeoutMs } satisfies Asked);
      const answer = (await answering) as Answer;
      megabytes = answer.megabytes;
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.payload;
    },
    end: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function message(child: ChildProcess): Promise<unknown> {
  const controller = new AbortController();
  const { signal } = controller;
  try {
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`the function's process ended with ${code}`);
    });
    const [heard] = await Promise.race([once(child, 'message', { signal }), ended]);
    return heard;
  } finally {
    controller.abort();
  }
}

/** The stack's variables, and Lambda's. */
function environmentFor({ endpoints }: AwsAccess): NodeJS.ProcessEnv {
  return {
    ...environmentOf(PREFIX, TIMEOUTS),
    AWS_REGION: ACCESS.region,
    AWS_ACCESS_KEY_ID: ACCESS.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ACCESS.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints?.secretsManager,
    AWS_ENDPOINT_URL_SCHEDULER: endpoints?.scheduler,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints?.dynamoDb,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints?.eventBridge,
    AWS_ENDPOINT_URL_SQS: endpoints?.sqs,
    AWS_ENDPOINT_URL_LAMBDA: endpoints?.lambda,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
}
