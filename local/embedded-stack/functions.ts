import { createApiHandler } from '../../functions/api.ts';
import { createAuditHandler } from '../../functions/audit.ts';
import { durationMs } from '../../functions/credential/duration.ts';
import { type AwsAccess, lazily } from '../../functions/lambda/compose.ts';
import { lazilyAudit } from '../../functions/lambda/compose-audit.ts';
import { createRetireHandler } from '../../functions/retire.ts';
import { createRotateHandler } from '../../functions/rotate.ts';
import type { LambdaFunction, LambdaHandler } from '../stand-ins/lambda/environments.ts';
import { environmentOf, type Timeouts } from './names.ts';
import { embeddedTelemetry, type LogLine } from './telemetry.ts';

/** API Gateway gives up after 30 s: the function answers before. */
const API_TIMEOUT_MS = 29_000;
/** As the stack has it. */
const AUDIT_TIMEOUT_MS = 840_000;

/** What the functions of one stack are made of. */
export interface FunctionsInput {
  readonly prefix: string;
  readonly timeouts: Timeouts;
  /** Where the parts are; asked when an execution environment is made. */
  readonly aws: () => AwsAccess;
  readonly clock: () => Date;
  /** How the functions wait. @default - in real time */
  readonly sleep?: (ms: number) => Promise<void>;
  readonly onLog: (line: LogLine) => void;
}

/** The functions that AWS would run, from the same handlers: only environment, endpoints and telemetry are given. */
export function embeddedFunctions({ prefix, timeouts, aws, clock, sleep, onLog }: FunctionsInput): LambdaFunction[] {
  const variables = environmentOf(prefix, timeouts);
  const timeoutMs = durationMs(timeouts.function);
  const outside = () => ({ aws: aws(), now: clock, ...(sleep && { sleep }) });
  const define = (
    file: string,
    create: typeof createRotateHandler | typeof createApiHandler | typeof createRetireHandler,
    ms: number,
  ) => ({
    name: `${prefix}-${file}`,
    timeoutMs: ms,
    init: () => create(lazily(variables, outside()), embeddedTelemetry(`${prefix}-${file}`, onLog)) as LambdaHandler,
  });
  const telemetry = embeddedTelemetry(`${prefix}-audit`, onLog);
  const initAudit = () => createAuditHandler(lazilyAudit(variables, outside()), telemetry) as LambdaHandler;
  return [
    define('rotate', createRotateHandler, timeoutMs),
    define('retire', createRetireHandler, timeoutMs),
    define('api', createApiHandler, API_TIMEOUT_MS),
    { name: `${prefix}-audit`, timeoutMs: AUDIT_TIMEOUT_MS, init: initAudit },
  ];
}
