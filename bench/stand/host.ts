import { ROUTES } from '../../functions/api/contract/routes.ts';
import { createApiHandler } from '../../functions/api.ts';
import { durationMs } from '../../functions/credential/duration.ts';
import type { Deployed } from '../../functions/lambda/compose.ts';
import { createRetireHandler } from '../../functions/retire.ts';
import { createRotateHandler } from '../../functions/rotate.ts';
import { ACCOUNT, OPERATOR, type Timeouts } from '../../local/embedded-stack/names.ts';
import { embeddedTelemetry } from '../../local/embedded-stack/telemetry.ts';
import { httpApiHandler } from '../../local/stand-ins/http-api/handler.ts';
import type { LambdaHandler } from '../../local/stand-ins/lambda/environments.ts';
import { LambdaHost } from '../../local/stand-ins/lambda/host.ts';
import type { Handler } from '../../local/stand-ins/serve.ts';
import { PREFIX } from './systems.ts';

/** As on AWS by default. */
export const TIMEOUTS: Timeouts = { function: 'PT90S', http: 'PT10S' };

/** The functions, and how they are reached. */
export interface Functions {
  readonly host: LambdaHost;
  /** The HTTP API: every call is an operator's. */
  readonly api: Handler;
  /** What was invoked, in its order. */
  readonly invoked: string[];
}

/**
 * The functions that AWS would run.
 *
 * @param deployed makes what an execution environment works with, at its first invocation
 */
export function hostFunctions(deployed: () => () => Deployed, clock: () => Date): Functions {
  const invoked: string[] = [];
  const creators = { rotate: createRotateHandler, retire: createRetireHandler, api: createApiHandler } as const;
  const host = new LambdaHost({
    clock,
    functions: Object.entries(creators).map(([file, create]) => ({
      name: `${PREFIX}-${file}`,
      timeoutMs: durationMs(TIMEOUTS.function),
      init: () =>
        create(
          deployed(),
          embeddedTelemetry(`${PREFIX}-${file}`, () => undefined),
        ) as LambdaHandler,
    })),
    onInvoked: ({ functionName }) => invoked.push(functionName.replace(`${PREFIX}-`, '')),
  });
  const api = httpApiHandler({
    routes: Object.keys(ROUTES),
    authorize: async () => ({ allowed: { iam: { userArn: OPERATOR.userArn } } }),
    account: ACCOUNT,
    invoke: (event) => host.invoke(`${PREFIX}-api`, event),
    clock,
  });
  return { host, api, invoked };
}
