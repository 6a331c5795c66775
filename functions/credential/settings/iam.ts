import * as z from 'zod';
import { httpsUrl, tokenUrl } from './addresses.ts';
import type { SettingsContext } from './context.ts';
import { accessSecretId, name, unionFault } from './parts.ts';

/** The identity provider that holds the client. */
export function iamSchema(context: SettingsContext) {
  return z
    .strictObject({
      type: z
        .literal('keycloak')
        .default('keycloak')
        .describe('Kind of the identity provider. IFS Cloud IAM is Keycloak.'),
      renewal: z
        .enum(['set', 'regenerate'])
        .default('set')
        .describe(
          'Who makes the new secret: set, the rotator; regenerate, the IAM. A regenerated secret cannot be taken back.',
        ),
      firstRun: z
        .enum(['adopt', 'renew'])
        .default('adopt')
        .describe('What the first run does: adopt takes the present secret over, renew rotates it at once.'),
      adminUrl: httpsUrl(context)
        .refine(
          (text) => /\/admin\/realms\/[^/?#]+$/.test(text),
          'must end with /admin/realms/<realm>, without a slash',
        )
        .refine((text) => !/[?#]/.test(text), 'must have neither query nor fragment')
        .meta({ pattern: '^https://[^\\s@\\\\?#]+/admin/realms/[^\\s@\\\\?#/]+$' })
        .describe('Admin address of the realm, for example https://acme.example.com/auth/admin/realms/acmeprod'),
      auth: authSchema(context),
    })
    .describe('The identity provider that holds the client, and how to reach its administration.');
}

function authSchema(context: SettingsContext) {
  const clientId = name.describe('Client ID of the rotator in the IAM.');
  const accessTokenUrl = tokenUrl(context)
    .optional()
    .describe("The rotator's token endpoint. Default: the credential's accessTokenUrl.");
  const secretId = accessSecretId(
    ' with {"clientSecret":"…"}, for example client-secret-rotation-access/acme-prod/iam',
  );
  return z
    .union([z.strictObject({ clientId, secretId, accessTokenUrl }), privateKey({ clientId, accessTokenUrl })], {
      error: (issue) => unionFault(issue.errors, "must be { clientId, secretId } and, if it differs, 'accessTokenUrl'"),
    })
    .describe('The client with which the rotator signs in to the IAM, and where its secret lies.');
}

/** Known, so that the refusal can say what it is about. It refuses everything, and thus has no output. */
function privateKey<T extends z.ZodRawShape>(shape: T) {
  const kmsKeyId = z.string().refine(() => false, 'private_key_jwt (kmsKeyId) is not available yet');
  return z.strictObject({ ...shape, kmsKeyId }).meta({ unavailable: true }) as unknown as z.ZodType<never>;
}
