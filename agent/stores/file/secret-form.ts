import { isUsableSecret } from '../../../functions/credential/document.ts';
import type { Secret } from '../../../functions/credential/secret/secret.ts';
import { AgentError } from '../../errors.ts';

/** How encrypted values begin: DPAPI, ASP.NET data protection, Jasypt, Spring Cloud, Ansible, PKCS #7, CMS and .NET's own XML. */
const ENCRYPTED = [
  /^AQAAANCMnd8BFdERjHoAwE/,
  /^01000000D08C9DDF0115D1118C7A00C04FC297EB/i,
  /^CfDJ8/,
  /^ENC[([]/,
  /^\{(cipher|aes|enc|encrypted)\}/i,
  /^(enc|encrypted|aes|dpapi):/i,
  /^\$ANSIBLE_VAULT/,
  /^-----BEGIN (PKCS7|CMS|ENCRYPTED)/,
  /EncryptedData/,
];

/** Whether a value begins like a value that a program has encrypted. */
function looksEncrypted(secret: Secret): boolean {
  return ENCRYPTED.some((form) => form.test(secret.reveal()));
}

/**
 * Refuses a stored secret that isn't the secret itself: its fingerprint would be one of something else, and writing a secret in
 * clear beside a program that decrypts would break the connector.
 *
 * @throws {AgentError} `value-encrypted`, `value-masked`
 */
export function demandInClear(secret: Secret, place: string): void {
  if (looksEncrypted(secret)) throw new AgentError('value-encrypted', `The secret of ${place} looks encrypted.`);
  if (!secret.isEmpty && !isUsableSecret(secret))
    throw new AgentError('value-masked', `The secret of ${place} is a mask.`);
}
