import { type Credential, signingKeyOf, writtenAccessSecrets } from '../../functions/credential/settings/credential.ts';
import { isKeyArn } from '../../functions/credential/settings/signing-key.ts';

/** What the policies of `rotate` have room for, of the 10,240 characters that a role takes: the other rights need the rest. */
const ROOM = 4200;
/** An ARN's head, what stands behind its name, and quotes and comma. */
const AROUND_NAME = 72;
const AROUND_ARN = 3;

/** One line where the credentials of all files have more access secrets written, and name more keys of their own, than fit. */
export function writtenAccessSecretFaults(credentials: readonly Credential[]): string[] {
  const written = new Set(credentials.flatMap(writtenAccessSecrets));
  const keys = new Set(credentials.flatMap(signingKeyOf).filter(isKeyArn));
  const needed =
    [...written].reduce((sum, name) => sum + name.length + AROUND_NAME, 0) +
    [...keys].reduce((sum, arn) => sum + arn.length + AROUND_ARN, 0);
  if (written.size === 0 || needed <= ROOM) return [];
  return [
    `credentials: ${written.size} access secrets are written by rotations, and the policy of a role has no room for so many names: rotators that sign in with the key of the stack (kmsKeyId) have no secret`,
  ];
}
