import * as z from 'zod';
import { parseDuration } from '../../credential/duration.ts';
import type { Timing } from '../../rotation/run/context.ts';

const duration = z.string().transform((text, issues) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  issues.addIssue(`'${text}' is not an ISO 8601 duration`);
  return z.NEVER;
});

const Environment = z.object({
  PREFIX: z.string().min(1),
  LOCAL: z.literal('true').optional(),
  /** Whether metrics count for each credential as well. */
  METRICS_PER_CREDENTIAL: z.literal('true').optional(),
  /** What may be called at all. Absent, these are the hosts of each credential's settings. */
  ALLOWED_HOSTS: z
    .string()
    .transform((hosts) => hosts.split(',').filter(Boolean))
    .optional(),
  /** Whether the stack wrote digests of settings to the credentials' secrets. Absent in the embedded stack. */
  SETTINGS_PINNED: z.literal('true').optional(),
  /** Whether addresses of private networks may be called. */
  PRIVATE_TARGETS: z.literal('true').optional(),
  /** The forward proxy in front of every target. */
  PROXY_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** The access secret with the user that the proxy asks for. */
  PROXY_SECRET: z.string().min(1).optional(),
  FUNCTION_TIMEOUT: duration,
  HTTP_TIMEOUT: duration,
  SCHEDULE_GROUP: z.string().min(1),
  ONCE_GROUP: z.string().min(1),
  SCHEDULER_ROLE_ARN: z.string().min(1),
  DLQ_ARN: z.string().min(1),
  /** Encrypts one-time schedules. Absent where nothing is encrypted: in the embedded stack. */
  KEY_ARN: z.string().min(1).optional(),
  TABLE_NAME: z.string().min(1),
  ROTATE_FUNCTION_ARN: z.string().min(1),
  RETIRE_FUNCTION_ARN: z.string().min(1),
  /** Where AWS is, unless at its own addresses: the SDK reads the same. Never set on AWS. */
  AWS_ENDPOINT_URL: z.url().optional(),
  AWS_ENDPOINT_URL_KMS: z.url().optional(),
  AWS_ENDPOINT_URL_LAMBDA: z.url().optional(),
  AWS_ENDPOINT_URL_STS: z.url().optional(),
  /** The state machine of fleet rotations. Absent where it isn't called, and in the embedded stack. */
  MANY_STATE_MACHINE_ARN: z.string().min(1).optional(),
  /** The bucket of fleet rotations. Absent where it isn't written. */
  MANY_BUCKET: z.string().min(1).optional(),
});

/** The variables that {@link readEnvironment} reads, as whoever deploys a function writes them. No secret is among them. */
export type EnvironmentVariables = {
  [Name in keyof z.input<typeof Environment>]: Exclude<z.input<typeof Environment>[Name], undefined>;
};

/** What the stack tells the functions. */
export type Environment = z.infer<typeof Environment> & { readonly local: boolean; readonly timing: Timing };

/**
 * Reads the environment, once, in one place.
 *
 * @throws {z.ZodError} when a variable is missing or wrong: the function was deployed by something else than its stack
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const environment = Environment.parse(variables);
  return {
    ...environment,
    local: environment.LOCAL === 'true',
    timing: {
      leaseMs: environment.FUNCTION_TIMEOUT + environment.HTTP_TIMEOUT,
      httpTimeoutMs: environment.HTTP_TIMEOUT,
    },
  };
}
