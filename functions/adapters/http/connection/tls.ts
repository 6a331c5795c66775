import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { bothOrNone, type Secret } from '../../../credential/secret/secret.ts';
import type { TlsDocument } from '../../../ports/access-secrets.ts';
import { HttpError } from './http-error.ts';

/** What the TLS connections to a host are made with, and the access secret that holds it. */
export interface TlsMaterial extends TlsDocument {
  readonly secretId: string;
}

/** Material that was read and fits together. */
export interface TlsIdentity {
  readonly material: TlsMaterial;
  readonly authorities: readonly X509Certificate[];
  readonly own: X509Certificate | undefined;
}

/** Whether two materials are the same, also where both are missing. */
export function sameMaterial(one: TlsMaterial | undefined, other: TlsMaterial | undefined): boolean {
  const inPublic = ({ secretId, ca, certificate }: Partial<TlsMaterial> = {}) => [secretId, ca, certificate].join('\n');
  return (
    inPublic(one) === inPublic(other) &&
    bothOrNone(one?.privateKey, other?.privateKey) &&
    bothOrNone(one?.passphrase, other?.passphrase)
  );
}

/** TLS of every connection, whatever the environment says: 1.2 at least, and the server is verified. */
const ALWAYS = { minVersion: 'TLSv1.2', rejectUnauthorized: true } as const;

/** Options of `tls.connect`. Without an identity the public authorities are trusted, and no certificate is shown. */
export function secureOptions(identity?: TlsIdentity) {
  if (!identity) return ALWAYS;
  const { ca, certificate, privateKey, passphrase } = identity.material;
  const options: SecureContextOptions = {
    minVersion: ALWAYS.minVersion,
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(privateKey !== undefined && { key: privateKey.reveal() }),
    ...(passphrase !== undefined && { passphrase: passphrase.reveal() }),
  };
  return { ...ALWAYS, secureContext: createSecureContext(options) };
}

/**
 * Reads material: everything that shows without a connection shows here.
 *
 * @throws {HttpError} `secret-invalid` when something is not PEM of what it should be; `client-invalid` when the key is another
 *   certificate's
 */
export function identityOf(material: TlsMaterial): TlsIdentity {
  const { secretId, ca, certificate, privateKey, passphrase } = material;
  const authorities = ca === undefined ? [] : certificatesIn(ca, `ca of ${secretId}`);
  const [own] = certificate === undefined ? [] : certificatesIn(certificate, `certificate of ${secretId}`);
  if (own && privateKey !== undefined) {
    const key = keyIn(privateKey, { passphrase, what: `privateKey of ${secretId}` });
    if (!own.checkPrivateKey(key))
      throw new HttpError('client-invalid', `The privateKey of ${secretId} does not belong to its certificate`);
  }
  return { material, authorities, own };
}

/** @throws {HttpError} `client-invalid` when the client certificate has expired, or is not valid yet */
export function assertInTime({ own, material: { secretId } }: TlsIdentity, now: Date): void {
  if (!own) return;
  const what = `The client certificate of ${secretId}`;
  if (now > own.validToDate) throw new HttpError('client-invalid', `${what} expired at ${dateOf(own.validToDate)}`);
  if (now < own.validFromDate)
    throw new HttpError('client-invalid', `${what} is not valid before ${dateOf(own.validFromDate)}`);
}

/** The first authority that is trusted no longer. */
export function expiredAuthority({ authorities }: TlsIdentity, now: Date): X509Certificate | undefined {
  return authorities.find(({ validToDate }) => now > validToDate);
}

/** A time as people read it. */
export function dateOf(date: Date): string {
  return date.toISOString().replace('.000', '');
}

function certificatesIn(pem: string, what: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new HttpError('secret-invalid', `There is no certificate in the ${what}`);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw new HttpError('secret-invalid', `The ${what} can't be read as certificates in PEM`);
  }
}

function keyIn(key: Secret, { passphrase, what }: { passphrase: Secret | undefined; what: string }): KeyObject {
  try {
    return createPrivateKey({
      key: key.reveal(),
      format: 'pem',
      ...(passphrase !== undefined && { passphrase: passphrase.reveal() }),
    });
  } catch {
    throw new HttpError(
      'secret-invalid',
      `The ${what} can't be read as a private key in PEM, or its passphrase is missing or another one`,
    );
  }
}
