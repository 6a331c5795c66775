import * as z from 'zod';
import { isHostName, isNowhere } from '../functions/credential/address/addresses.ts';
import { durationMs, parseDuration } from '../functions/credential/duration.ts';
import { faultLines } from '../functions/credential/settings/fault-lines.ts';
import { replicaRegions } from '../functions/credential/settings/placement.ts';
import { shortestFunctionTimeoutMs } from '../functions/rotation/run/budget.ts';
import { ConfigurationError } from './faults/configuration-error.ts';
import { didYouMean } from './faults/did-you-mean.ts';
import { inPlainWords } from './faults/plain-words.ts';
import { hasOneOwner } from './fleet/public-suffixes.ts';
import { ProxySettings, proxyFaults } from './network/proxy.ts';
import { VpcSettings } from './network/vpc.ts';
import { issuerFaults, jwtSettings } from './service/jwt.ts';
import { isChat, Notify } from './watch/notify.ts';

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

/** A host name, or `*.` and a domain of one owner: with `*.github.io` the list would allow whatever a URL names. */
const host = z.string().superRefine((text, issues) => {
  const fault = hostFault(text, text.replace(/^\*\./, ''));
  if (fault) issues.addIssue(fault);
});

function hostFault(text: string, name: string): string | undefined {
  if (!isHostName(name)) return 'is not a host name in lower case, or *. and a domain';
  if (isNowhere(name)) return 'is a link-local address, which is never called';
  return name === text || hasOneOwner(name) ? undefined : COVERS_TOO_MUCH;
}

const COVERS_TOO_MUCH =
  'covers too much: below a public suffix, such as com, co.uk or github.io, anybody can have a name; write *. and a domain of your own, as in *.example.com, or the exact hosts';

const EXISTING = 'must be true, or the ids of credentials';

const Context = z.object({
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/, 'must be 3 to 40 lower-case letters, digits and hyphens')
    .refine(
      (prefix) => !/-(access|inbox|once|signer)$/.test(prefix),
      "must not end with '-access', '-inbox', '-once' or '-signer': they name other things",
    )
    .refine(
      (prefix) => !/-(agent|replies)(-|$)/.test(prefix),
      "must not have '-agent' or '-replies' in it: queues of another stack may begin like that",
    )
    .refine((prefix) => prefix !== 'default', "must not be 'default': every account has a schedule group of that name")
    .default('client-secret-rotation'),
  local: flag.default(false),
  credentials: z.string().min(1).optional(),
  example: flag.default(false),
  allowedHosts: z.preprocess(splitText, z.array(host).min(1).optional()),
  privateTargets: flag.default(false),
  vpc: z.preprocess(parseText, VpcSettings.optional()),
  proxy: z.preprocess(parseText, ProxySettings.optional()),
  timeouts: z.preprocess(parseText, timeouts),
  metricsPerCredential: flag.default(false),
  repair: flag.default(false),
  replicaRegions: z.preprocess(textOrList, replicaRegions.optional()),
  existingSecrets: z.preprocess(textOrList, z.union([flag, z.array(z.string())], { error: EXISTING }).default(false)),
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  alarmTopicArn: z
    .string()
    .regex(/^arn:[^:]+:sns:[^:]+:\d{12}:[\w.-]+$/, 'is not the ARN of an SNS topic')
    .optional(),
  notify: z.preprocess(parseText, Notify.optional()),
  runbook: z
    .url({ protocol: /^https$/, error: 'is not an https URL' })
    .regex(/^[^#]*$/, "has a '#' in it: the section is added")
    .optional(),
  secretsManagerEndpoint: z.url({ protocol: /^https?$/ }).optional(),
  jwt: z.preprocess(parseText, jwtSettings.optional()),
});

/** Names of the CDK's own without a colon, a slash or an @. */
const CDK_KEYS = ['cli-telemetry', 'acknowledged-issue-numbers', 'notices'];

const KEYS = Object.keys(Context.shape) as (keyof typeof Context.shape)[];

/** What is decided once for a deployment: the CDK context of `cdk.json` and `-c`, checked. */
export interface Deployment extends Omit<z.infer<typeof Context>, 'timeouts'> {
  /** Durations in ISO 8601: a rotation's whole run, and one HTTP call. */
  readonly timeouts: Readonly<typeof TIMEOUTS>;
  /** The region that it goes to. @default - not known at synth: nothing is judged by it */
  readonly region?: string | undefined;
}

/**
 * Reads and checks the deployment's context. Values given on the command line are texts: `-c local=true`,
 * `-c allowedHosts=*.example.com,auth.example.org`, `-c timeouts={"function":"PT3M"}`,
 * `-c jwt={"issuer":"https://auth.example.org","audience":["rotation"]}`.
 *
 * @param get returns a context value, or undefined
 * @throws {ConfigurationError} with one line a fault
 * @see [Context values](https://docs.aws.amazon.com/cdk/v2/guide/context.html)
 */
export function readContext(get: (key: string) => unknown): Deployment {
  const given = Object.fromEntries(KEYS.map((key) => [key, get(key) ?? undefined]));
  const result = Context.safeParse(given, { error: inPlainWords });
  if (!result.success) throw new ConfigurationError(faultLines(result.error).map((line) => `context.${line}`));
  const { data } = result;
  if (data.secretsManagerEndpoint && !data.local) {
    throw new ConfigurationError(['context.secretsManagerEndpoint: only together with local=true']);
  }
  const issuer = data.jwt ? issuerFaults(data.jwt.issuer, data) : [];
  if (issuer.length > 0) throw new ConfigurationError(issuer.map((fault) => `context.jwt.issuer: ${fault}`));
  const network = networkFaults(data);
  if (network.length > 0) throw new ConfigurationError(network);
  const recipients = recipientFaults(data);
  if (recipients.length > 0) throw new ConfigurationError(recipients);
  const merged = withDefaults(data.timeouts, data.local ? LOCAL_TIMEOUTS : TIMEOUTS);
  const shortest = Math.ceil(shortestFunctionTimeoutMs(durationMs(merged.http)) / 1000);
  if (durationMs(merged.function) < shortest * 1000) {
    throw new ConfigurationError([
      `context.timeouts.function: '${merged.function}' is too short: with http ${merged.http} a run needs at least PT${shortest}S to take back what it has begun`,
    ]);
  }
  return { ...data, timeouts: merged };
}

/**
 * Names that the context has and nobody reads: a mistyped one would be left out in silence. Names of the CDK's own have a colon, a
 * slash or an @ in them.
 *
 * @param names every name in the context
 * @returns one line each
 */
export function unknownContext(names: readonly string[]): string[] {
  const known: readonly string[] = [...KEYS, ...CDK_KEYS];
  return names
    .filter((name) => /^[\w.-]+$/.test(name) && !known.includes(name))
    .map((name) => `context.${name}: unknown name; ${didYouMean(name, KEYS) ?? `known are ${KEYS.join(', ')}`}`);
}

/** What is allowed in a context, yet worth a second look. One line each. */
export function contextWarnings(deployment: Deployment): string[] {
  const { timeouts, alarmTopicArn, notify, local, example } = deployment;
  const warnings: string[] = [];
  if (alarmTopicArn === undefined && notify === undefined && !local && !example) {
    warnings.push(
      'context.notify: alarms reach nobody; name e-mail addresses or a chat, as in {"email":["ops@example.com"]}',
    );
  }
  if (durationMs(timeouts.function) + durationMs(timeouts.http) > LAST_RETRY_MS) {
    warnings.push(
      `context.timeouts.function: '${timeouts.function}' and http together exceed PT3M: a run that finds another one under way may use up its retries before that one's lease is over`,
    );
  }
  return warnings;
}

/** A network that can't be, or not here. */
function networkFaults(data: z.infer<typeof Context>): string[] {
  const { vpc, proxy, local } = data;
  return [
    ...(vpc && local ? ['context.vpc: not together with local=true: an emulator has no networks'] : []),
    ...(proxy ? proxyFaults(proxy, data) : []),
  ];
}

/** Recipients that don't go together. */
function recipientFaults({ notify, alarmTopicArn, local }: z.infer<typeof Context>): string[] {
  const faults: string[] = [];
  if (notify && alarmTopicArn) {
    faults.push(
      'context.notify: not together with alarmTopicArn: subscribe the recipients to that topic, or leave it out',
    );
  }
  if (local && isChat(notify)) faults.push('context.notify: slack and teams not with local=true: no emulator has them');
  return faults;
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

/** A list in JSON, or names with commas between; `true` is the flag. */
function textOrList(value: unknown): unknown {
  const parsed = parseText(value);
  return typeof parsed === 'string' ? splitText(parsed) : parsed;
}

function parseText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
