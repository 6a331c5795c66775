import { ACCESS, KEY, type Need, need, SIGNER } from './needs.ts';

/** What people's principals need for what `csr` does by their own right, beside calls of the API. */
export const NEEDS_OF_PEOPLE: Readonly<Record<string, readonly Need[]>> = {
  'csr reveal': [
    need('secretsmanager: GetSecretValue', 'secret:<prefix>/<id>-??????', 'Shows the secret of one credential.'),
    need('kms: Decrypt', KEY, 'Secrets Manager uses the key of the secrets as its caller.', 'via secretsmanager'),
  ],
  'csr submit': [
    need('secretsmanager: PutSecretValue', 'secret:<prefix>-inbox/<id>-??????', 'Hands in a secret, and reads none.'),
    need(
      'kms: Decrypt GenerateDataKey',
      KEY,
      'Secrets Manager uses the key of the secrets as its caller.',
      'via secretsmanager',
    ),
  ],
  'csr access set': [
    need(
      'secretsmanager: PutSecretValue CreateSecret',
      ACCESS,
      'Makes access secrets and writes them, and reads none.',
    ),
  ],
  'csr access set --from-file': [
    need('secretsmanager: PutSecretValue CreateSecret', ACCESS, 'Makes access secrets and writes them.'),
    need('secretsmanager: GetSecretValue', ACCESS, 'Leaves out what is there already.'),
  ],
  'csr iam jwk': [need('kms: GetPublicKey', SIGNER, 'Shows the public part of the key that is named.')],
  'csr iam prepare': [
    need('secretsmanager: PutSecretValue CreateSecret', ACCESS, "Hands in the rotator's secret, which the IAM makes."),
    need('secretsmanager: GetSecretValue', ACCESS, 'Sees whether it is there already.'),
  ],
  'csr iam prepare, with kmsKeyId': [need('kms: GetPublicKey', SIGNER, 'Hands the public part of the key to the IAM.')],
  'csr iam verify': [need('secretsmanager: GetSecretValue', ACCESS, 'Signs in at the IAM as the rotator does.')],
  'csr iam verify, with kmsKeyId': [
    need('kms: Sign', SIGNER, 'Signs in at the IAM as the rotator does.', 'text, by ES256'),
  ],
};
