import { signerAlias } from '../../functions/credential/settings/signing-key.ts';
import { readPublicKey } from '../aws/public-key.ts';
import type { Context, Result } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { jwkSetOf } from '../iam/jwk.ts';
import { iamGroup } from './iam-options.ts';
import { begin, type Register } from './register.ts';

interface JwkOptions {
  readonly key?: string;
}

/** `csr iam jwk`. */
export const iamJwk: Register = (program, act) => {
  begin(iamGroup(program), {
    name: 'jwk',
    description: "prints the public key of the rotator's signing key, as the IAM takes it: a JWK Set",
    examples: [
      'csr iam jwk',
      'csr iam jwk --key arn:aws:kms:eu-north-1:123456789012:key/0f4b0a52-7f1e-4a4e-9a3c-2a6f1b6c9d10',
    ],
    notes:
      'Nothing of it is secret. The stack makes the key once a credential has "kmsKeyId": "alias/<prefix>-signer"; the private part\nnever leaves AWS KMS. It needs kms:GetPublicKey.',
  })
    .option('--key <id>', 'a key of your own: its ARN')
    .action(act(print));
};

async function print({ prefix, session }: Context, { key = signerAlias({ prefix }) }: JwkOptions): Promise<Result> {
  const value = await jwkSetOf(await readPublicKey(key, session));
  return { exit: EXIT.done, value, text: JSON.stringify(value, null, 2) };
}
