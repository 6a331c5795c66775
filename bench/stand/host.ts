import { ROUTES } from '../../functions/api/contract/routes.ts';
import { createApiHandler } from '../../functions/api.ts';
import { durationMs } from '../../functions/credential/duration.ts';
import type { DeployedApi } from '../../functions/lambda/compose/api.ts';
import type { DeployedRuns } from '../../functions/lambda/compose/runs.ts';
import type { Telemetry } from '../../functions/lambda/telemetry.ts';
import { createRetireHandler } from '../../functions/retire.ts';
import { createRotateHandler } from '../../functions/rotate.ts';
import { ACCOUNT, OPERATOR, type Timeouts } from '../../local/embedded-stack/names.ts';
import { embeddedTelemetry } from '../../local/embedded-stack/telemetry.ts';
import { httpApiHandler } from '../../local/stand-ins/http-api/handler.ts';
import type { LambdaHandler } from '../../local/stand-ins/lambda/environments.ts';
import { LambdaHost } from '../../local/stand-ins/lambda/host.ts';
import type { Handler } from '../../local/stand-ins/serve.ts';
import { PREFIX } from './prefix.ts';

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

/** Makes the handler of an execution environment, by the name of the function. */
type Inits = Readonly<Record<string, () => LambdaHandler>>;

/** What each execution environment works with: made at its first invocation. */
interface Composers {
  readonly runs: () => () => DeployedRuns;
  readonly api: () => () => DeployedApi;
}

/** The handlers that AWS would run, in this process. */
export function inThisProcess({ runs, api }: Composers): Inits {
  const init = (file: string, create: (telemetry: Telemetry) => unknown) => () =>
    create(embeddedTelemetry(`${PREFIX}-${file}`, () => undefined)) as LambdaHandler;
  return {
    rotate: init('rotate', (telemetry) => createRotateHandler(runs(), telemetry)),
    retire: init('retire', (telemetry) => createRetireHandler(runs(), telemetry)),
    api: init('api', (telemetry) => createApiHandler(api(), telemetry)),
  };
}

/** The functions that AWS would run. */
export function hostFunctions(inits: Inits, clock: () => Date): Functions {
  const invoked: string[] = [];
  const timeoutMs = durationMs(TIMEOUTS.function);
  const host = new LambdaHost({
    clock,
    functions: Object.entries(inits).map(([file, init]) => ({ name: `${PREFIX}-${file}`, timeoutMs, init })),
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
