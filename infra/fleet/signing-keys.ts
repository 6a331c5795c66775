import { type Credential, signingKeyOf } from '../../functions/credential/settings/credential.ts';
import { isKeyArn } from '../../functions/credential/settings/signing-key.ts';

/** Each is named in the policies of three roles, of which one takes 10,240 characters, other rights included. */
const MOST_KEYS = 40;

/** One line where the credentials of all files name more keys of their own than fit. */
export function signingKeyFaults(credentials: readonly Credential[]): string[] {
  const keys = new Set(credentials.flatMap(signingKeyOf).filter(isKeyArn));
  if (keys.size <= MOST_KEYS) return [];
  return [
    `credentials: ${keys.size} signing keys are named by their ARNs, and the policy of a role takes ${MOST_KEYS}: let several credentials use one, or the key of the stack`,
  ];
}
