import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { KmsFault } from './errors.ts';

/** Kinds of keys: what KMS calls a spec, and what may be done with one. */
export type KeySpec = 'ECC_NIST_P256' | 'ECC_NIST_P384' | 'SYMMETRIC_DEFAULT';

/** A key as the engine keeps it. */
interface Key {
  readonly id: string;
  readonly arn: string;
  readonly spec: KeySpec;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  /** Absent where there is nothing to sign with. */
  readonly pair?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
}

/** Which algorithm signs with a key of which kind. */
const SIGNS: Readonly<Partial<Record<KeySpec, { readonly algorithm: string; readonly digest: string }>>> = {
  ECC_NIST_P256: { algorithm: 'ECDSA_SHA_256', digest: 'sha256' },
  ECC_NIST_P384: { algorithm: 'ECDSA_SHA_384', digest: 'sha384' },
};

/** Keys in memory, of one account in one region. */
export class KmsEngine {
  readonly #keys = new Map<string, Key>();
  readonly #aliases = new Map<string, Key>();
  readonly #place: { readonly region: string; readonly account: string };

  constructor(place: { readonly region: string; readonly account: string }) {
    this.#place = place;
  }

  /** Makes a key. */
  create(spec: KeySpec, id: string = randomUUID()): Readonly<Key> {
    const { region, account } = this.#place;
    const curve = { ECC_NIST_P256: 'P-256', ECC_NIST_P384: 'P-384', SYMMETRIC_DEFAULT: undefined }[spec];
    const pair = curve === undefined ? {} : { pair: generateKeyPairSync('ec', { namedCurve: curve }) };
    const key: Key = { id, arn: `arn:aws:kms:${region}:${account}:key/${id}`, spec, state: 'Enabled', ...pair };
    this.#keys.set(id, key);
    return key;
  }

  /** Gives a key a name: `alias/…`. */
  alias(name: string, keyId: string): void {
    this.#aliases.set(name, this.find(keyId));
  }

  /** Switches a key on or off, or begins its deletion. */
  set(keyId: string, state: Key['state']): Readonly<Key> {
    const key = this.find(keyId);
    key.state = state;
    return key;
  }

  /**
   * A key by its id, ARN or alias.
   *
   * @throws {KmsFault} `NotFoundException`
   */
  find(keyId: string): Key {
    const key = this.#aliases.get(keyId) ?? this.#keys.get(keyId.replace(/^arn:aws:kms:[^:]+:\d{12}:key\//, ''));
    if (key) return key;
    throw new KmsFault('NotFoundException', `${keyId} is not found.`);
  }

  /** The public part, as a SubjectPublicKeyInfo in DER. @throws {KmsFault} */
  publicKey(keyId: string): { readonly key: Readonly<Key>; readonly der: Uint8Array } {
    const key = this.#usable(keyId);
    if (!key.pair) throw new KmsFault('UnsupportedOperationException', `${key.arn} is not an asymmetric key.`);
    return { key, der: key.pair.publicKey.export({ format: 'der', type: 'spki' }) };
  }

  /** Hashes and signs; ECDSA in DER. @throws {KmsFault} */
  sign(
    keyId: string,
    message: Uint8Array,
    algorithm: string,
  ): { readonly key: Readonly<Key>; readonly der: Uint8Array } {
    const key = this.#usable(keyId);
    const how = SIGNS[key.spec];
    if (!key.pair || how?.algorithm !== algorithm) {
      throw new KmsFault('InvalidKeyUsageException', `${key.arn} does not sign with ${algorithm}.`);
    }
    return { key, der: sign(how.digest, message, key.pair.privateKey) };
  }

  #usable(keyId: string): Key {
    const key = this.find(keyId);
    if (key.state === 'Disabled') throw new KmsFault('DisabledException', `${key.arn} is disabled.`);
    if (key.state === 'PendingDeletion')
      throw new KmsFault('KMSInvalidStateException', `${key.arn} is pending deletion.`);
    return key;
  }
}
