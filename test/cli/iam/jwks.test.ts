import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { readKeys } from '../../../cli/iam/jwks.ts';

const folder = mkdtempSync(join(tmpdir(), 'csr-jwks-'));
const fileWith = (text: string) => {
  const file = join(folder, 'jwks.json');
  writeFileSync(file, text);
  return file;
};

describe('a file of public keys', () => {
  it('is a JWK Set or one JWK, and is pinned to ES256', async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true });
    const { kty, crv, x, y } = await exportJWK(publicKey);
    const key = { kty, crv, x, y };
    const expected = { keys: [{ ...key, alg: 'ES256', use: 'sig' }] };
    expect(JSON.parse(readKeys(fileWith(JSON.stringify(key))))).toEqual(expected);
    expect(JSON.parse(readKeys(fileWith(JSON.stringify({ keys: [key] }))))).toEqual(expected);
  });

  it('with a private key is refused, and nothing of it is repeated', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const key = await exportJWK(privateKey);
    const read = () => readKeys(fileWith(JSON.stringify({ keys: [key] })));
    expect(read).toThrow('holds a private key');
    expect(read).not.toThrow(String(key.d));
  });

  it.each([
    ['no JSON', 'ssh-ed25519 AAAA'],
    ['no key', '{"keys":[]}'],
    ['another curve', '{"kty":"EC","crv":"P-384","x":"a","y":"b"}'],
    ['another algorithm', '{"kty":"EC","crv":"P-256","x":"a","y":"b","alg":"ES384"}'],
    ['RSA', '{"kty":"RSA","n":"a","e":"AQAB"}'],
  ])('with %s is refused', (_what, text) => {
    expect(() => readKeys(fileWith(text))).toThrow('is no JWK Set of public keys for ES256');
  });

  it('that is not there is told by its name', () => {
    expect(() => readKeys(join(folder, 'nobody.json'))).toThrow(/nobody\.json can't be read/);
  });
});
