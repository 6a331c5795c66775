/** Nobody was found, or nobody took the connection. */
const NO_CONNECTION: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** Whoever answered could not prove who it is. */
const NOT_TRUSTED = /^ERR_TLS_|^ERR_SSL_|CERT|_SIGNATURE$/;

/**
 * Whether a call failed before anything of it was sent.
 *
 * @param code of the error, as Node's network gives it
 */
export function isUnsent(code: string): boolean {
  return NO_CONNECTION.includes(code) || NOT_TRUSTED.test(code);
}
