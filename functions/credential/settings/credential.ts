import * as z from 'zod';
import { httpsUrl, isPath, sameAddress, tokenUrl } from '../address/addresses.ts';
import { durationMs } from '../duration.ts';
import { connectorSchema } from './connector.ts';
import { iamSchema } from './iam.ts';
import { ownAccessSecrets, SHARED } from './own-access-secrets.ts';
import { anyway, distinct } from './parts/checks.ts';
import type { SettingsContext } from './parts/context.ts';
import { clientId, clientPair, durationBetween, ID, ID_RULE, scope, tags, unionFault } from './parts/parts.ts';
import { account, replicaRegions } from './placement.ts';
import { freeze, schedule } from './schedule.ts';
import { oneTlsForEachHost } from './tls.ts';
import { writtenAccessSecretsFit } from './written-access-secrets.ts';

/**
 * The zod schema of a credential's settings: what stands in the fleet file, and in the `Input` of its schedule. It holds what a
 * run relies on, and nothing that time or another time-zone database could change. Synth judges more.
 *
 * @param context the deployment that the settings are for
 */
export function credentialSchema(context: SettingsContext) {
  return z
    .strictObject({
      id: z
        .string()
        .regex(ID, ID_RULE)
        .refine((id) => id !== SHARED, `must not be '${SHARED}': access secrets that several credentials use lie there`)
        .meta({ pattern: `^(?!${SHARED}$)${ID.source.slice(1)}` })
        .describe('Unique name of the credential, for example acme-prod. It names the secret and the schedule.'),
      accessTokenUrl: tokenUrl(context).describe(
        "The IAM's token endpoint, for example https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token",
      ),
      clientId: z
        .union([clientId, clientPair], {
          error: (issue) => unionFault(issue.errors, 'must be a Client ID, or an array of two for alternating-clients'),
        })
        .describe(
          'The Client ID, byte for byte. With alternating-clients an array of two, linked to the same service user.',
        ),
      scope: scope
        .default('openid microprofile-jwt')
        .describe('Scope of the token request, tokens with one space between.'),
      strategy: z
        .enum(['auto', 'dual-secret', 'alternating-clients', 'in-place'])
        .default('auto')
        .describe(
          'How the secret is changed without hurting the connector. auto asks the IAM what it can do. alternating-clients renews the idle one of two clients.',
        ),
      grace: durationBetween('PT0S', 'P30D')
        .default('PT24H')
        .describe(
          'How long the previous secret stays valid after a rotation, where the IAM can do it. ISO 8601, PT0S to P30D.',
        ),
      maxAge: durationBetween('P1D', 'P999D')
        .default('P90D')
        .describe('How old a secret may get. ISO 8601, P1D to P999D.'),
      native: z
        .boolean()
        .default(false)
        .describe(
          'Rotation by RotateSecret of Secrets Manager. What auditors look for; schedule and API then start its four steps. Needs renewal set.',
        ),
      iam: iamSchema(context),
      connectors: z
        .array(connectorSchema(context))
        .min(1, 'needs at least one connector')
        .max(20, 'has more than 20 connectors')
        .check(distinct('name'), distinct('url', sameAddress), distinct('secretId'))
        .describe('The OData connectors that hold the secret, 1 to 20.'),
      serviceUri: httpsUrl(context)
        .refine((text) => !/[?#]/.test(text), 'must have neither query nor fragment')
        .optional()
        .describe('IFS Cloud service URI. Where it is given, each new secret is tried on the projection list.'),
      probePath: z
        .string()
        .max(1024)
        .refine(isPath, "must be a path that begins with one slash, without '..' or a fragment, percent-encoded")
        .meta({ pattern: '^/([^/#\\s][^#\\s]*)?$' })
        .default('/main/ifsapplications/projection/v1/ProjectionExplorer.svc/')
        .describe('What is read below serviceUri to try a new secret.'),
      schedule,
      freezes: z.array(freeze).max(100).default([]).describe('Days on which scheduled rotations do nothing.'),
      tags: tags.default({}).describe('Tags of the secret, free to choose.'),
      account: account.optional(),
      replicaRegions: replicaRegions
        .optional()
        .describe(
          "Other regions in which Secrets Manager keeps a copy of the secret, at most 20. Default: the context's replicaRegions; [] is none.",
        ),
    })
    .check(together, elsewhere, ownAccessSecrets(context), oneTlsForEachHost, writtenAccessSecretsFit);
}

/** A credential's settings, with every default filled in. */
export type Credential = z.infer<ReturnType<typeof credentialSchema>>;

/** One connector of a credential's settings. */
export type ConnectorSettings = Credential['connectors'][number];

/** A connector that is reached through one door. */
export type ConnectorVia<Via extends ConnectorSettings['via']> = Extract<ConnectorSettings, { via: Via }>;

/** The settings of an IAM that is reached by its admin API. */
export type KeycloakSettings = Extract<Credential['iam'], { type: 'keycloak' }>;

/** The KMS key with which the rotator signs in to a credential's IAM; none where it has a secret, or a person acts. */
export function signingKeyOf({ iam }: Pick<Credential, 'iam'>): string[] {
  return iam.type === 'keycloak' && 'kmsKeyId' in iam.auth ? [iam.auth.kmsKeyId] : [];
}

/** The access secrets that a rotation of a credential writes: the rotator itself signs in with its client. */
export function writtenAccessSecrets({ connectors }: Pick<Credential, 'connectors'>): string[] {
  return connectors.flatMap((one) => (one.via === 'access-secret' ? [one.secretId] : []));
}

/** Whether a run signs in to the IAM with the secret that it rotates. */
export function rotatesOwnSignIn({ iam, ...credential }: Pick<Credential, 'iam' | 'connectors'>): boolean {
  if (iam.type !== 'keycloak' || !('secretId' in iam.auth)) return false;
  return writtenAccessSecrets(credential).includes(iam.auth.secretId);
}

/** Whether a person has a part in each rotation. */
export function hasManualDoor({ iam, connectors }: Pick<Credential, 'iam' | 'connectors'>): boolean {
  return iam.type === 'manual' || connectors.some(({ via }) => via === 'manual');
}

/** The longest timeout of a credential's agents, in milliseconds; 0 without one. */
export function agentTimeoutMs({ connectors }: Pick<Credential, 'connectors'>): number {
  return Math.max(0, ...connectors.map((one) => (one.via === 'agent' ? durationMs(one.timeout) : 0)));
}

/** Who makes a new secret: the rotator, the IAM when it is told to, or a person in the IAM. */
export function secretMaker({ iam }: Pick<Credential, 'iam'>): 'rotator' | 'iam' | 'person' {
  if (iam.type === 'manual') return 'person';
  return iam.renewal === 'set' ? 'rotator' : 'iam';
}

/** Settings that only make sense together. */
const together = anyway<Record<string, unknown>>(({ strategy, clientId: id, native, iam, connectors }, tell) => {
  const { renewal, type } = (iam ?? {}) as { renewal?: unknown; type?: unknown };
  const vias = (Array.isArray(connectors) ? connectors : []).map((one) => (one as { via?: unknown } | null)?.via);
  if (strategy === 'alternating-clients' && typeof id === 'string')
    tell(['clientId'], 'must be an array of two for alternating-clients');
  if (Array.isArray(id) && strategy !== 'alternating-clients')
    tell(['strategy'], "must be 'alternating-clients' with two Client IDs");
  if (type === 'manual' && (strategy === 'dual-secret' || strategy === 'in-place'))
    tell(['strategy'], "must be 'auto' or 'alternating-clients' with a manual IAM, which cannot be told what to keep");
  if (native !== true) return;
  if (renewal === 'regenerate')
    tell(['native'], "needs the renewal set: a version of Secrets Manager's own can be filled only once");
  if (type === 'manual') tell(['native'], 'needs an IAM of type keycloak: nobody waits for a person in four steps');
  if (vias.includes('manual'))
    tell(['native'], 'needs connectors that are not manual: nobody waits for a person in four steps');
});

/** What does not go with secrets in another account yet. */
const elsewhere = anyway<Record<string, unknown>>(
  ({ account: theirs, native, iam, connectors, replicaRegions: copies }, tell) => {
    if (theirs === undefined) return;
    const vias = (Array.isArray(connectors) ? connectors : []).map((one) => (one as { via?: unknown } | null)?.via);
    const { type } = (iam ?? {}) as { type?: unknown };
    if (native === true) tell(['native'], 'not with account: Secrets Manager calls no function of another account');
    if (copies !== undefined)
      tell(['replicaRegions'], 'not with account: the copies are made where the secret is made');
    if (type === 'manual') tell(['iam', 'type'], "not available yet with account: 'manual'");
    for (const [index, via] of vias.entries())
      if (via === 'agent' || via === 'manual' || via === 'access-secret')
        tell(['connectors', index, 'via'], `not available yet with account: '${via}'`);
  },
);
