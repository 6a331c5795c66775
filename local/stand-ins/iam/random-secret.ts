import { randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A secret as Keycloak makes it: 86 letters and digits. */
export function randomSecret(): string {
  return Array.from({ length: 86 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
