import { HttpError } from './http-error.ts';
import { dateOf, expiredAuthority, type TlsIdentity } from './tls.ts';

/** OpenSSL's words for a chain that ends at nobody who is trusted, as Node hands them on. */
const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
]);

const EXPIRED = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** Alerts about the certificate that the client shows, or doesn't (RFC 8446 §6.2). */
const CLIENT_REFUSED =
  /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(REVOKED|EXPIRED|UNKNOWN)|UNKNOWN_CA|ACCESS_DENIED)$/;

const OTHER_TLS = /^(ERR_SSL_|EPROTO$|ERR_TLS_)/;

/** Whom a connection was made to, and with what. */
interface Attempt {
  readonly host: string;
  readonly identity: TlsIdentity | undefined;
  readonly now: Date;
}

/**
 * What a failed handshake says, by the code that Node gives it.
 *
 * @returns undefined when the code says nothing of TLS
 * @see [Certificate error codes](https://nodejs.org/api/tls.html#x509-certificate-error-codes)
 */
export function tlsFault(code: string, attempt: Attempt): HttpError | undefined {
  const { host } = attempt;
  if (UNTRUSTED.has(code)) return new HttpError('server-untrusted', `${untrusted(attempt)} (${code})`);
  if (EXPIRED.has(code)) return new HttpError('server-expired', `${expired(code, attempt)} (${code})`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return new HttpError('server-mismatch', `The certificate that ${host} shows is another host's (${code})`);
  const missing = code.endsWith('ALERT_HANDSHAKE_FAILURE') && !attempt.identity?.own;
  if (missing || CLIENT_REFUSED.test(code))
    return new HttpError('client-refused', `${refused(code, attempt)} (${code})`);
  if (OTHER_TLS.test(code)) return new HttpError('tls', `${host} and we have no way to speak TLS in common (${code})`);
  return undefined;
}

function untrusted({ host, identity }: Attempt): string {
  const trusted =
    identity && identity.authorities.length > 0
      ? `an authority in ca of ${identity.material.secretId}`
      : 'a public authority';
  return `The certificate that ${host} shows was not issued by ${trusted}`;
}

function expired(code: string, { host, identity, now }: Attempt): string {
  if (code === 'CERT_NOT_YET_VALID') return `The certificate that ${host} shows is not valid yet`;
  const authority = identity && expiredAuthority(identity, now);
  if (!identity || !authority) return `The certificate that ${host} shows has expired`;
  return `The certificate that ${host} shows has expired, or its authority has: one in ca of ${identity.material.secretId} expired at ${dateOf(authority.validToDate)}`;
}

/** Up to TLS 1.2 a server that misses a certificate says no more than that the handshake failed. */
function refused(code: string, { host, identity }: Attempt): string {
  if (identity?.own) return `${host} refuses the client certificate of ${identity.material.secretId}`;
  const asks = code.endsWith('HANDSHAKE_FAILURE') ? 'broke the handshake off, as if it asked' : 'asks';
  return `${host} ${asks} for a client certificate, and the settings name none`;
}
