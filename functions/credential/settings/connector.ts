import * as z from 'zod';
import { httpsUrl, tokenUrl } from '../address/addresses.ts';
import type { SettingsContext } from './parts/context.ts';
import { accessSecretId, durationBetween, ID, ID_RULE, instructions, name, owner, scope } from './parts/parts.ts';
import { tls } from './tls.ts';

const connectorName = name.describe('Name for people, unique within the credential.');

/** One OData connector, and the door through which it is reached. */
export function connectorSchema(context: SettingsContext) {
  return z.discriminatedUnion('via', [overHttps(context), byAgent, byHand, intoAccessSecret], {
    error: (issue) => (issue.code === 'invalid_union' ? 'must be https, agent, manual or access-secret' : undefined),
  });
}

/** A service in front of the connector that offers the connector contract. */
function overHttps(context: SettingsContext) {
  return z.strictObject({
    name: connectorName,
    via: z
      .literal('https')
      .optional()
      .transform(() => 'https' as const)
      .describe(
        'How the connector is reached: https, by a service that offers the connector contract. Default: https.',
      ),
    url: httpsUrl(context)
      .refine((text) => !text.includes('#'), 'must not have a fragment')
      .describe('Address of the configuration in the connector.'),
    auth: authSchema(context),
    tls,
    proof: proofOf('written', 'loaded').default('written'),
  });
}

/** An agent beside the connector, which only dials out. */
const byAgent = z.strictObject({
  name: connectorName,
  via: z.literal('agent').describe('How the connector is reached: agent, by the program that runs beside it.'),
  agent: z.string().regex(ID, ID_RULE).describe('Name of the agent, as in agents[].name.'),
  configuration: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, hyphens and underscores')
    .describe("Name of the configuration in the agent's own settings."),
  timeout: durationBetween('PT5S', 'PT2M')
    .default('PT45S')
    .describe('How long a request may take, the restart of the connector included. ISO 8601, PT5S to PT2M.'),
  proof: proofOf('written', 'loaded').default('loaded'),
});

/** A person, who enters the secret. */
const byHand = z.strictObject({
  name: connectorName,
  via: z.literal('manual').describe('How the connector is reached: manual, by a person who enters the secret.'),
  owner: owner.describe('Who enters the secret, for the person who reads the event.'),
  instructions: instructions.describe('What that person has to know, for example where the page of the connector is.'),
  within: durationBetween('PT1H', 'P30D')
    .default('P3D')
    .describe('How long entering the secret may take; at most until the end of grace. ISO 8601, PT1H to P30D.'),
  proof: proofOf('attested').default('attested'),
});

/** The rotator itself, which signs in with the client that is rotated. */
const intoAccessSecret = z.strictObject({
  name: connectorName,
  via: z
    .literal('access-secret')
    .describe(
      'How the connector is reached: access-secret, where the rotator itself signs in with the client: its access secret is written.',
    ),
  secretId: accessSecretId(
    ': the one that every iam.auth and connectors[].auth with this client names. Its "clientSecret" is written, and every other member stays.',
  ),
  proof: proofOf('loaded').default('loaded'),
});

function proofOf<const P extends 'attested' | 'written' | 'loaded'>(...levels: P[]) {
  const words = levels.length > 1 ? `${levels.slice(0, -1).join(', ')} or ${levels.at(-1)}` : levels[0];
  return z
    .enum(levels, {
      error: ({ input }) => (input === 'used' ? "'used' is not available yet" : `must be ${words} with this via`),
    })
    .describe('The least proof that the connector has the new secret before the previous one is ended.');
}

function authSchema(context: SettingsContext) {
  const kind = <T extends string>(type: T) => z.literal(type).describe('Kind of sign-in.');
  const secretId = accessSecretId(
    ': {"token":"…"} for bearer, {"username":"…","password":"…"} for basic, {"clientSecret":"…"} for client-credentials.',
  );
  return z
    .discriminatedUnion(
      'type',
      [
        z.strictObject({ type: kind('bearer'), secretId }),
        z.strictObject({ type: kind('basic'), secretId }),
        z.strictObject({
          type: kind('client-credentials'),
          accessTokenUrl: tokenUrl(context).describe('Token endpoint for the access to the connector.'),
          clientId: name.describe('Client ID for the access to the connector.'),
          secretId,
          scope: scope.optional().describe('Scope of the token for the access to the connector.'),
          tls,
        }),
      ],
      {
        error: (issue) => (issue.code === 'invalid_union' ? 'must be bearer, basic or client-credentials' : undefined),
      },
    )
    .describe('How the rotator signs in to whatever fronts the connector.');
}
