import * as z from 'zod';
import { shortestFunctionTimeoutMs } from '../functions/rotation/budget.ts';
import { durationMs, parseDuration } from '../functions/rotation/duration.ts';
import { faultLines } from '../functions/rotation/settings.ts';
import { ConfigurationError } from './configuration-error.ts';

const TIMEOUTS = { function: 'PT90S', http: 'PT10S' };
const LOCAL_TIMEOUTS = { function: 'PT15S', http: 'PT3S' };

/** Lambda retries a failed asynchronous call after one minute, and once more after two. */
const LAST_RETRY_MS = 180_000;

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], {
  error: 'must be true or false',
});

const duration = z.string().refine((text) => (parseDuration(text) ?? 0) >= 1000 && durationMs(text) <= 900_000, {
  error: (issue) => `'${issue.input}' is not an ISO 8601 duration between PT1S and PT15M; for example PT90S`,
});

const timeouts = z.strictObject({ function: duration.optional(), http: duration.optional() }).default({});

const host = z
  .string()
  .regex(/^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$|^\[[0-9a-f:]+\]$/, 'is not a host name, or *. and a domain');

const Context = z.object({
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/, 'must be 3 to 40 lower-case letters, digits and hyphens')
    .refine(
      (prefix) => !/-(access|once)$/.test(prefix),
      "must not end with '-access' or '-once': they name other things",
    )
    .default('client-secret-rotation'),
  local: flag.default(false),
  credentials: z.string().min(1).default('credentials.example.json'),
  allowedHosts: z.preprocess(splitText, z.array(host).min(1).optional()),
  timeouts: z.preprocess(parseText, timeouts),
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  alarmTopicArn: z
    .string()
    .regex(/^arn:[^:]+:sns:[^:]+:\d{12}:[\w.-]+$/, 'is not the ARN of an SNS topic')
    .optional(),
  secretsManagerEndpoint: z.url({ protocol: /^https?$/ }).optional(),
});

const KEYS = Object.keys(Context.shape) as (keyof typeof Context.shape)[];

/** What is decided once for a deployment: the CDK context of `cdk.json` and `-c`, checked. */
export interface Deployment extends Omit<z.infer<typeof Context>, 'timeouts'> {
  /** Durations in ISO 8601: a rotation's whole run, and one HTTP call. */
  readonly timeouts: Readonly<typeof TIMEOUTS>;
}

/**
 * Reads and checks the deployment's context. Values given on the command line are texts: `-c local=true`,
 * `-c allowedHosts=*.example.com,auth.example.org`, `-c timeouts={"function":"PT3M"}`.
 *
 * @param get returns a context value, or undefined
 * @throws {ConfigurationError} with one line a fault
 * @see [Context values](https://docs.aws.amazon.com/cdk/v2/guide/context.html)
 */
export function readContext(get: (key: string) => unknown): Deployment {
  const result = Context.safeParse(Object.fromEntries(KEYS.map((key) => [key, get(key) ?? undefined])));
  if (!result.success) throw new ConfigurationError(faultLines(result.error).map((line) => `context.${line}`));
  const { data } = result;
  if (data.secretsManagerEndpoint && !data.local) {
    throw new ConfigurationError(['context.secretsManagerEndpoint: only together with local=true']);
  }
  const merged = withDefaults(data.timeouts, data.local ? LOCAL_TIMEOUTS : TIMEOUTS);
  const shortest = Math.ceil(shortestFunctionTimeoutMs(durationMs(merged.http)) / 1000);
  if (durationMs(merged.function) < shortest * 1000) {
    throw new ConfigurationError([
      `context.timeouts.function: '${merged.function}' is too short: with http ${merged.http} a run needs at least PT${shortest}S to take back what it has begun`,
    ]);
  }
  return { ...data, timeouts: merged };
}

/** What is allowed in a context, yet worth a second look. One line each. */
export function contextWarnings({ timeouts }: Pick<Deployment, 'timeouts'>): string[] {
  if (durationMs(timeouts.function) + durationMs(timeouts.http) <= LAST_RETRY_MS) return [];
  return [
    `context.timeouts.function: '${timeouts.function}' and http together exceed PT3M: a run that finds another one under way may use up its retries before that one's lease is over`,
  ];
}

function withDefaults(given: z.infer<typeof timeouts>, defaults: typeof TIMEOUTS): typeof TIMEOUTS {
  return {
    function: given.function ?? defaults.function,
    http: given.http ?? defaults.http,
  };
}

function splitText(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
}

function parseText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
