import * as z from 'zod';
import { httpsUrl, isPath, sameAddress } from './addresses.ts';
import { anyway, distinct } from './checks.ts';
import type { SettingsContext } from './context.ts';
import { ownAccessSecrets, SHARED } from './own-access-secrets.ts';
import { clientId, clientPair, durationBetween, freeze, ID, ID_RULE, name, schedule, scope, tags } from './parts.ts';

/**
 * The zod schema of a credential's settings: what stands in the fleet file, and in the `Input` of its schedule. It holds what a
 * run relies on, and nothing that time or another time-zone database could change. Synth judges more.
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
    .refine((text) => !/[?#]/.test(text), 'must have neither query nor fragment')
    .refine((text) => !text.endsWith('/'), 'must not end with a slash')
    .meta({ pattern: '^https://[^\\s@\\\\?#]+[^\\s@\\\\?#/]$' });
  const connectorUrl = url.refine((text) => !text.includes('#'), 'must not have a fragment');
  const accessSecretId = z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9/_+=.@-]+$/, 'is not a name that Secrets Manager takes')
    .meta({ pattern: '^[a-z0-9-]+-access/[a-z0-9-]+/[A-Za-z0-9/_+=.@-]+$' });

  const iamAuth = z.union(
    [
      z.strictObject({ clientId: name, secretId: accessSecretId, accessTokenUrl: tokenUrl.optional() }),
      z
        .strictObject({
          clientId: name,
          kmsKeyId: z.string().refine(() => false, notYet('private_key_jwt (kmsKeyId)')),
          accessTokenUrl: tokenUrl.optional(),
        })
        .meta({ unavailable: true }),
    ],
    {
      error: (issue) => unionFault(issue.errors, "must be { clientId, secretId } and, if it differs, 'accessTokenUrl'"),
    },
  );

  const connectorAuth = z.discriminatedUnion(
    'type',
    [
      z.strictObject({ type: z.literal('bearer'), secretId: accessSecretId }),
      z.strictObject({ type: z.literal('basic'), secretId: accessSecretId }),
      z.strictObject({
        type: z.literal('client-credentials'),
        accessTokenUrl: tokenUrl,
        clientId: name,
        secretId: accessSecretId,
        scope: scope.optional(),
      }),
    ],
    { error: (issue) => (issue.code === 'invalid_union' ? 'must be bearer, basic or client-credentials' : undefined) },
  );

  return z
    .strictObject({
      id: z
        .string()
        .regex(ID, ID_RULE)
        .refine((id) => id !== SHARED, `must not be '${SHARED}': access secrets that several credentials use lie there`)
        .meta({ pattern: `^(?!${SHARED}$)${ID.source.slice(1)}` }),
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
          .refine((text) => !/[?#]/.test(text), 'must have neither query nor fragment')
          .meta({ pattern: '^https://[^\\s@\\\\?#]+/admin/realms/[^\\s@\\\\?#/]+$' }),
        auth: iamAuth,
      }),
      connectors: z
        .array(z.strictObject({ name, url: connectorUrl, auth: connectorAuth }))
        .min(1, 'needs at least one connector')
        .max(20, 'has more than 20 connectors')
        .check(distinct('name'), distinct('url', sameAddress)),
      serviceUri: url.refine((text) => !/[?#]/.test(text), 'must have neither query nor fragment').optional(),
      probePath: z
        .string()
        .max(1024)
        .refine(isPath, "must be a path that begins with one slash, without '..' or a fragment, percent-encoded")
        .meta({ pattern: '^/([^/#\\s][^#\\s]*)?$' })
        .default('/main/ifsapplications/projection/v1/ProjectionExplorer.svc/'),
      schedule,
      freezes: z.array(freeze).max(100).default([]),
      tags: tags.default({}),
    })
    .check(together, ownAccessSecrets(context));
}

/** A credential's settings, with every default filled in. */
export type Credential = z.infer<ReturnType<typeof credentialSchema>>;

/** One connector of a credential's settings. */
export type ConnectorSettings = Credential['connectors'][number];

/** The end of a refusal: what the schema knows and this version can't do is refused, never ignored. */
function notYet(what: string): string {
  return `${what} is not available yet`;
}

/** Settings that only make sense together. */
const together = anyway<Record<string, unknown>>(({ strategy, clientId: id, native, iam }, tell) => {
  if (strategy === 'alternating-clients' && typeof id === 'string')
    tell(['clientId'], 'must be an array of two for alternating-clients');
  if (native === true && (iam as { renewal?: unknown } | undefined)?.renewal === 'regenerate') {
    tell(['native'], "needs the renewal set: a version of Secrets Manager's own can be filled only once");
  }
  if (Array.isArray(id) && strategy !== 'alternating-clients')
    tell(['strategy'], "must be 'alternating-clients' with two Client IDs");
});

/** A union's own message, unless one of its members failed by a rule of ours, whose message says more. */
function unionFault(errors: readonly (readonly z.core.$ZodIssue[])[] | undefined, otherwise: string): string {
  const own = (errors ?? []).flat().find((issue) => issue.code === 'custom' || issue.code === 'invalid_format');
  return own?.message ?? otherwise;
}
