import { createApiHandler } from '../../functions/api.ts';
import { createAuditHandler } from '../../functions/audit.ts';
import { durationMs } from '../../functions/credential/duration.ts';
import { composeApi } from '../../functions/lambda/compose/api.ts';
import { composeAudit } from '../../functions/lambda/compose/audit.ts';
import { composeRuns } from '../../functions/lambda/compose/runs.ts';
import type { AwsAccess } from '../../functions/lambda/surroundings/aws.ts';
import type { Telemetry } from '../../functions/lambda/telemetry.ts';
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
  const define = (file: string, create: (telemetry: Telemetry) => unknown, ms = timeoutMs): LambdaFunction => ({
    name: `${prefix}-${file}`,
    timeoutMs: ms,
    init: () => create(embeddedTelemetry(`${prefix}-${file}`, onLog)) as LambdaHandler,
  });
  return [
    define('rotate', (telemetry) => createRotateHandler(composeRuns(variables, outside()), telemetry)),
    define('retire', (telemetry) => createRetireHandler(composeRuns(variables, outside()), telemetry)),
    define('api', (telemetry) => createApiHandler(composeApi(variables, outside()), telemetry), API_TIMEOUT_MS),
    define('audit', (telemetry) => createAuditHandler(composeAudit(variables, outside()), telemetry), AUDIT_TIMEOUT_MS),
  ];
}
