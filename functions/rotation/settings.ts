import * as z from 'zod';
import { parseDuration } from './duration.ts';
import { rateIntervalMs, scheduleExpressionFault } from './schedule-expression.ts';

/** What the schema has to know of the deployment whose settings it checks. */
export interface SettingsContext {
  /** The stack's name: access secrets lie under `<prefix>-access/`. */
  readonly prefix: string;
  /** Accepts plain http to a loopback address. Never set on AWS. */
  readonly local: boolean;
}

/** Up to here CloudFormation's limit of 500 resources holds a whole stack. */
const MAX_CREDENTIALS = 150;

/** What a credential's id looks like. */
export const CREDENTIAL_ID = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/;
/** {@link CREDENTIAL_ID} in words. */
export const CREDENTIAL_ID_RULE = 'must be 3 to 40 lower-case letters, digits and hyphens; for example acme-prod';

const DAY_MS = 86_400_000;
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/;

const durationBetween = (shortest: string, longest: string) =>
  z.string().superRefine((text, issues) => {
    const ms = parseDuration(text);
    if (ms === undefined) {
      issues.addIssue(`'${text}' is not an ISO 8601 duration of days, hours, minutes and seconds; for example PT24H`);
    } else if (ms < (parseDuration(shortest) ?? 0) || ms > (parseDuration(longest) ?? 0)) {
      issues.addIssue(`'${text}' is not between ${shortest} and ${longest}`);
    }
  });

const timeZone = z.string().superRefine((text, issues) => {
  if (!isTimeZone(text)) issues.addIssue(`'${text}' is not an IANA time zone; for example Europe/Stockholm`);
});

const scope = z
  .string()
  .regex(SCOPE, 'must be scope tokens with one space between (RFC 6749 §3.3); for example openid microprofile-jwt');

const schedule = z.strictObject({
  expression: z.string().superRefine((text, issues) => {
    const fault = scheduleExpressionFault(text);
    if (fault) issues.addIssue(fault);
  }),
  timezone: timeZone.default('UTC'),
  flexibleWindow: durationBetween('PT1M', 'PT24H').optional(),
  state: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
});

const freeze = z
  .strictObject({ from: z.iso.date(), to: z.iso.date(), reason: z.string().min(1) })
  .refine(({ from, to }) => from <= to, 'ends before it begins');

const name = z.string().min(1).max(256);

const clientId = z
  .string()
  .min(1)
  .max(255)
  .refine((id) => !/^IFS_/i.test(id), "IFS's own clients (IFS_…) are not ours to rotate");

/** Two clients that are linked to the same service user. */
const clientPair = z
  .tuple([clientId, clientId])
  .refine(([one, other]) => one !== other, 'must be two different Client IDs');

/**
 * The zod schema of a credential's settings: what stands in the fleet's file, and in the `Input` of its schedule.
 *
 * @param context the deployment that the settings are for
 */
export function credentialSchema(context: SettingsContext) {
  const url = httpsUrl(context);
  const tokenUrl = url
    .refine((text) => !text.includes('openid-connect-provider'), {
      error:
        "the legacy IFS token endpoint (openid-connect-provider) is not IFS Cloud's IAM; use https://<system>/auth/realms/<namespace>/protocol/openid-connect/token",
    })
    .refine((text) => !/[?#]/.test(text), 'must have neither query nor fragment');
  const accessSecretId = z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9/_+=.@-]+$/, 'is not a name that Secrets Manager takes')
    .refine((id) => id.startsWith(`${context.prefix}-access/`), `must begin with ${context.prefix}-access/`);

  const iamAuth = z.union(
    [
      z.strictObject({ clientId: name, secretId: accessSecretId, accessTokenUrl: tokenUrl.optional() }),
      z.strictObject({
        clientId: name,
        kmsKeyId: z.string().refine(() => false, notYet('private_key_jwt (kmsKeyId)')),
        accessTokenUrl: tokenUrl.optional(),
      }),
    ],
    {
      error: (issue) => unionFault(issue.errors, "must be { clientId, secretId } and, if it differs, 'accessTokenUrl'"),
    },
  );

  const connectorAuth = z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('bearer'), secretId: accessSecretId }),
    z.strictObject({ type: z.literal('basic'), secretId: accessSecretId }),
    z.strictObject({
      type: z.literal('client-credentials'),
      accessTokenUrl: tokenUrl,
      clientId: name,
      secretId: accessSecretId,
      scope: scope.optional(),
    }),
  ]);

  return z
    .strictObject({
      id: z.string().regex(CREDENTIAL_ID, CREDENTIAL_ID_RULE),
      accessTokenUrl: tokenUrl,
      clientId: z.union([clientId, clientPair], {
        error: (issue) => unionFault(issue.errors, 'must be a Client ID, or an array of two for alternating-clients'),
      }),
      scope: scope.default('openid microprofile-jwt'),
      strategy: z.enum(['auto', 'dual-secret', 'alternating-clients', 'in-place']).default('auto'),
      grace: durationBetween('PT0S', 'P30D').default('PT24H'),
      maxAge: durationBetween('P1D', 'P999D').default('P90D'),
      native: z.boolean().default(false),
      iam: z.strictObject({
        type: z.literal('keycloak').default('keycloak'),
        renewal: z.enum(['set', 'regenerate']).default('set'),
        firstRun: z.enum(['adopt', 'renew']).default('adopt'),
        adminUrl: url
          .refine(
            (text) => /\/admin\/realms\/[^/?#]+$/.test(text),
            'must end with /admin/realms/<realm>, without a slash',
          )
          .refine((text) => !/[?#]/.test(text), 'must have neither query nor fragment'),
        auth: iamAuth,
      }),
      connectors: z
        .array(z.strictObject({ name, url, auth: connectorAuth }))
        .min(1, 'needs at least one connector')
        .max(20, 'has more than 20 connectors')
        .check(distinct('name'), distinct('url')),
      serviceUri: url.optional(),
      probePath: z.string().startsWith('/').default('/main/ifsapplications/projection/v1/ProjectionExplorer.svc/'),
      schedule,
      freezes: z.array(freeze).default([]),
      tags: z
        .record(
          z.string().regex(/^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+@-]{1,128}$/u, 'is not a key that AWS takes for a tag'),
          z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u, 'is not a value that AWS takes for a tag'),
        )
        .default({}),
    })
    .check(together);
}

/** A credential's settings, with every default filled in. */
export type Credential = z.infer<ReturnType<typeof credentialSchema>>;

/** One connector of a credential's settings. */
export type ConnectorSettings = Credential['connectors'][number];

/**
 * The zod schema of the fleet's file.
 *
 * @param context the deployment that the file is for
 */
export function fleetSchema(context: SettingsContext) {
  return z.strictObject({
    $schema: z.string().optional(),
    credentials: z
      .array(credentialSchema(context))
      .min(1, 'needs at least one credential')
      .max(MAX_CREDENTIALS, `has more than ${MAX_CREDENTIALS} credentials: split the file into several prefixes`)
      .check(distinct('id')),
  });
}

/** The fleet's file, parsed. */
export type Fleet = z.infer<ReturnType<typeof fleetSchema>>;

/** A schema's issues, one line each: `credentials[3].schedule.timezone: 'Mars/X' is not an IANA time zone; …`. */
export function faultLines(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.reduce<string>(
      (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)),
      '',
    );
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `${path ? `${path}.` : ''}${key}: unknown key`);
    }
    return [`${path || 'the file'}: ${issue.message}`];
  });
}

/** What is allowed, yet worth a second look. One line each, in the form of {@link faultLines}. */
export function fleetWarnings(fleet: Fleet): string[] {
  return fleet.credentials.flatMap((credential, index) =>
    credentialWarnings(credential).map(([key, warning]) => `credentials[${index}].${key}: ${warning}`),
  );
}

function credentialWarnings(credential: Credential): [string, string][] {
  const warnings: [string, string][] = [];
  for (const id of [credential.clientId].flat()) {
    if (id.length > 20) warnings.push(['clientId', `'${id}' is longer than the 20 characters that IFS documents`]);
    if (!/novacura|flow|^nc_/i.test(id)) warnings.push(['clientId', `'${id}' is not recognisable as Flow's client`]);
  }
  const interval = rateIntervalMs(credential.schedule.expression);
  const grace = parseDuration(credential.grace) ?? 0;
  if (interval !== undefined && grace > interval) {
    warnings.push([
      'grace',
      `'${credential.grace}' is longer than the schedule's interval: each rotation ends it early`,
    ]);
  }
  const maxAge = parseDuration(credential.maxAge) ?? 0;
  if (interval !== undefined && interval > maxAge) {
    warnings.push([
      'maxAge',
      `'${credential.maxAge}' is shorter than the schedule's interval of ${interval / DAY_MS} days`,
    ]);
  }
  return warnings;
}

/** The end of a refusal: what the schema knows and this version can't do is refused, never ignored. */
function notYet(what: string): string {
  return `${what} is not available yet`;
}

/** Settings that only make sense together. Checked also where other faults were found, so that all are told at once. */
const together = z.check<Record<string, unknown>>(({ value, issues }) => {
  const { strategy, clientId: id, native, iam } = value;
  const fault = (path: string, message: string) => issues.push({ code: 'custom', input: value, path: [path], message });
  if (strategy === 'alternating-clients' && typeof id === 'string')
    fault('clientId', 'must be an array of two for alternating-clients');
  if (native === true && (iam as { renewal?: unknown } | undefined)?.renewal === 'regenerate') {
    fault('native', "needs the renewal set: a version of Secrets Manager's own can be filled only once");
  }
  if (Array.isArray(id) && strategy !== 'alternating-clients')
    fault('strategy', "must be 'alternating-clients' with two Client IDs");
});
together._zod.def.when = ({ value }) => typeof value === 'object' && value !== null;

/** Refuses a value of `key` that an earlier element has, also where other faults were found, so that all are told at once. */
function distinct(key: string) {
  const check = z.check<Record<string, unknown>[]>(({ value, issues }) => {
    const values = value.map((element) => element?.[key]);
    for (const [index, current] of values.entries()) {
      const first = values.indexOf(current);
      if (typeof current !== 'string' || first === index) continue;
      const message = `'${current}' is already the ${key} of element ${first}`;
      issues.push({ code: 'custom', input: current, path: [index, key], message });
    }
  });
  check._zod.def.when = ({ value }) => Array.isArray(value);
  return check;
}

/** A union's own message, unless one of its members failed by a rule of ours, whose message says more. */
function unionFault(errors: readonly (readonly z.core.$ZodIssue[])[] | undefined, otherwise: string): string {
  const own = (errors ?? []).flat().find((issue) => issue.code === 'custom' || issue.code === 'invalid_format');
  return own?.message ?? otherwise;
}

function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: text }));
  } catch {
    return false;
  }
}

function httpsUrl({ local }: SettingsContext) {
  return z.string().superRefine((text, issues) => {
    const fault = urlFault(text, local);
    if (fault) issues.addIssue(fault);
  });
}

function urlFault(text: string, local: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return `'${text}' is not an https URL`;
  if (url.username || url.password) return 'must not carry user information';
  if (url.protocol === 'http:' && !(local && isLoopback(url.hostname))) return `'${text}' must use https`;
  return undefined;
}

/** Whether a URL's host is the machine itself: `localhost`, 127.0.0.0/8 or `[::1]`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
