import * as z from 'zod';
import { httpsUrl, tokenUrl } from './addresses.ts';
import type { SettingsContext } from './context.ts';
import { accessSecretId, name, scope } from './parts.ts';

/** One OData connector. */
export function connectorSchema(context: SettingsContext) {
  return z.strictObject({
    name: name.describe('Name for people, unique within the credential.'),
    url: httpsUrl(context)
      .refine((text) => !text.includes('#'), 'must not have a fragment')
      .describe('Address of the configuration in the connector.'),
    auth: authSchema(context),
  });
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
        }),
      ],
      {
        error: (issue) => (issue.code === 'invalid_union' ? 'must be bearer, basic or client-credentials' : undefined),
      },
    )
    .describe('How the rotator signs in to whatever fronts the connector.');
}
