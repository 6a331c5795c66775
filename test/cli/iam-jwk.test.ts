import { createHash, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jwkSetOf } from '../../cli/iam/jwk.ts';
import { openStage, type Stage } from './support/stage.ts';

const ALIAS = 'alias/client-secret-rotation-signer';

const derOf = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'der', type: 'spki' });

describe('jwkSetOf', () => {
  it('is a set of one public key, with its thumbprint as the id (RFC 7638 §3)', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x, y } = publicKey.export({ format: 'jwk' });
    const thumbprint = createHash('sha256').update(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`);
    const set = await jwkSetOf(publicKey.export({ format: 'der', type: 'spki' }));
    expect(set).toEqual({
      keys: [{ kty: 'EC', crv: 'P-256', x, y, use: 'sig', alg: 'ES256', kid: thumbprint.digest('base64url') }],
    });
    expect(JSON.stringify(set)).not.toContain(privateKey.export({ format: 'jwk' }).d);
  });

  it.each(['P-384', 'secp256k1'])('refuses a key on another curve: %s', async (curve) => {
    await expect(jwkSetOf(derOf(curve))).rejects.toMatchObject({ facts: { next: expect.stringContaining('P256') } });
  });
});

describe('csr iam jwk', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('says what to do where the stack has made no key yet', async () => {
    const { exit, stdout, stderr } = await stage.csr(['iam', 'jwk']);
    expect([exit, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/NotFoundException[\s\S]*nothing was changed[\s\S]*deploy first/);
  });

  it('prints the same set to people and programs: that of the key of the stack, or of the one that is named', async () => {
    const { kms } = stage.stack;
    const own = kms.create('ECC_NIST_P256');
    kms.alias(ALIAS, own.id);
    const set = await jwkSetOf(kms.publicKey(own.id).der);
    for (const args of [
      ['iam', 'jwk'],
      ['iam', 'jwk', '--json'],
      ['iam', 'jwk', '--key', own.arn],
    ]) {
      const { exit, json } = await stage.csr(args);
      expect([exit, json()]).toEqual([0, set]);
    }
  });

  it('refuses a key of another kind, and one that is disabled', async () => {
    const { kms } = stage.stack;
    const [symmetric, other, off] = [
      kms.create('SYMMETRIC_DEFAULT'),
      kms.create('ECC_NIST_P384'),
      kms.create('ECC_NIST_P256'),
    ];
    kms.set(off.id, 'Disabled');
    const words = await Promise.all(
      [symmetric, other, off].map(async ({ arn }) => {
        const { exit, stderr } = await stage.csr(['iam', 'jwk', '--key', arn]);
        return [exit, stderr.split('\n').find((line) => line.startsWith('  do'))];
      }),
    );
    expect(words).toEqual([
      [1, expect.stringContaining('Name an asymmetric key')],
      [1, expect.stringContaining('ECC_NIST_P256')],
      [1, expect.stringContaining('aws kms enable-key')],
    ]);
  });
});
