import * as z from 'zod';
import { httpsUrl, tokenUrl } from '../address/addresses.ts';
import type { SettingsContext } from './parts/context.ts';
import { accessSecretId, durationBetween, instructions, name, owner, unionFault } from './parts/parts.ts';
import { signingKey } from './signing-key.ts';
import { tls } from './tls.ts';

/** The identity provider that holds the client, and the door through which it is reached. */
export function iamSchema(context: SettingsContext) {
  return z
    .discriminatedUnion('type', [keycloak(context), byHand], {
      error: (issue) => (issue.code === 'invalid_union' ? 'must be keycloak or manual' : undefined),
    })
    .describe('The identity provider that holds the client, and how its secrets are renewed.');
}

/** By the admin REST API. */
function keycloak(context: SettingsContext) {
  return z.strictObject({
    type: z
      .literal('keycloak')
      .optional()
      .transform(() => 'keycloak' as const)
      .describe('Kind of the identity provider. IFS Cloud IAM is Keycloak. Default: keycloak.'),
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
      .refine((text) => /\/admin\/realms\/[^/?#]+$/.test(text), 'must end with /admin/realms/<realm>, without a slash')
      .refine((text) => !/[?#]/.test(text), 'must have neither query nor fragment')
      .meta({ pattern: '^https://[^\\s@\\\\?#]+/admin/realms/[^\\s@\\\\?#/]+$' })
      .describe('Admin address of the realm, for example https://acme.example.com/auth/admin/realms/acmeprod'),
    auth: authSchema(context),
    tls,
  });
}

/** By a person, who refreshes the secret and submits it: nothing of it can be read or set. */
const byHand = z.strictObject({
  type: z.literal('manual').describe('A person refreshes the secret in the IAM, and submits it to the inbox.'),
  owner: owner.describe('Who refreshes the secret, for the person who reads the event.'),
  instructions: instructions.describe('What that person has to know, for example which page of IFS Cloud to open.'),
  within: durationBetween('PT1H', 'P30D')
    .default('P7D')
    .describe('How long refreshing and submitting the secret may take. ISO 8601, PT1H to P30D.'),
  tls,
});

function authSchema(context: SettingsContext) {
  const clientId = name.describe('Client ID of the rotator in the IAM.');
  const accessTokenUrl = tokenUrl(context)
    .optional()
    .describe("The rotator's token endpoint. Default: the credential's accessTokenUrl.");
  const kmsKeyId = signingKey(context).describe(
    'KMS key (ECC_NIST_P256, SIGN_VERIFY) that signs in place of a secret: alias/<prefix>-signer, which the stack makes, or the ARN of a key in the same account and region.',
  );
  const secretId = accessSecretId(
    ' with {"clientSecret":"…"}, for example client-secret-rotation-access/acme-prod/iam',
  );
  return z
    .union(
      [z.strictObject({ clientId, secretId, accessTokenUrl }), z.strictObject({ clientId, kmsKeyId, accessTokenUrl })],
      { error: (issue) => unionFault(issue.errors, ONE_PROOF) },
    )
    .describe('The client with which the rotator signs in to the IAM, and its secret or its key.');
}

const ONE_PROOF = "must be { clientId } with either secretId or kmsKeyId and, if it differs, 'accessTokenUrl'";
