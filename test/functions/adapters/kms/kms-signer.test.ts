import { verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { kmsSigner } from '../../../../functions/adapters/kms/kms-signer.ts';
import { signCall } from '../../../../functions/adapters/kms/sign-call.ts';
import { KmsEngine } from '../../../../local/stand-ins/kms/engine.ts';
import { kmsHandler } from '../../../../local/stand-ins/kms/handler.ts';
import type { Handler } from '../../../../local/stand-ins/serve.ts';

const ALIAS = 'alias/csr-signer';

function signerOn(handlerOf: (kms: KmsEngine) => Handler = kmsHandler, tryMs = () => 60_000) {
  const kms = new KmsEngine({ region: 'eu-north-1', account: '123456789012' });
  const { arn } = kms.create('ECC_NIST_P256');
  kms.alias(ALIAS, arn);
  const asked: { target: string | null; body: unknown }[] = [];
  const handler = handlerOf(kms);
  const call = signCall({
    region: 'eu-north-1',
    partition: 'aws',
    credentials: async () => ({ accessKeyId: 'AKIDTEST', secretAccessKey: 'test' }),
    fetch: async (request) => {
      asked.push({ target: request.headers.get('x-amz-target'), body: await request.clone().json() });
      return await handler(request);
    },
  });
  const slept: number[] = [];
  const patience = { sleep: async (ms: number) => void slept.push(ms), tryMs };
  return { kms, arn, asked, slept, signer: kmsSigner(call, patience) };
}

const refusing =
  (type: string, status = 400): ((kms: KmsEngine) => Handler) =>
  () =>
  async () =>
    new Response(JSON.stringify({ __type: type, message: 'of AWS' }), { status });

describe('kmsSigner', () => {
  it('asks KMS for one ES256 signature of the text, and gives r and s', async () => {
    const { kms, signer, asked, arn } = signerOn();
    for (const id of [ALIAS, arn]) {
      const signature = await signer.sign(id, 'header.claims');
      const key = { key: Buffer.from(kms.publicKey(id).der), format: 'der', type: 'spki' } as const;
      expect(signature).toHaveLength(64);
      expect(verify('sha256', Buffer.from('header.claims'), { ...key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(
        true,
      );
    }
    const body = {
      KeyId: ALIAS,
      Message: Buffer.from('header.claims').toString('base64'),
      MessageType: 'RAW',
      SigningAlgorithm: 'ECDSA_SHA_256',
    };
    expect(asked[0]).toEqual({ target: 'TrentService.Sign', body });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['is disabled', (kms: KmsEngine) => kms.set(ALIAS, 'Disabled'), 'the key is disabled (DisabledException)'],
    [
      'is pending deletion',
      (kms: KmsEngine) => kms.set(ALIAS, 'PendingDeletion'),
      'the key is to be deleted, or is not ready (KMSInvalidStateException)',
    ],
    [
      'is of another curve',
      (kms: KmsEngine) => kms.alias(ALIAS, kms.create('ECC_NIST_P384').id),
      'the key is not of the type ECC_NIST_P256 for SIGN_VERIFY (InvalidKeyUsageException)',
    ],
    [
      'is symmetric',
      (kms: KmsEngine) => kms.alias(ALIAS, kms.create('SYMMETRIC_DEFAULT').id),
      'the key is not of the type ECC_NIST_P256 for SIGN_VERIFY (InvalidKeyUsageException)',
    ],
  ])('is signer-unusable where the key %s', async (_what, change, detail) => {
    const { kms, signer, asked } = signerOn();
    change(kms);
    const failed = signer.sign(ALIAS, 'x');
    await expect(failed).rejects.toMatchObject({ code: 'signer-unusable', message: `AWS KMS, ${ALIAS}: ${detail}` });
    expect(asked).toHaveLength(1);
  });

  it('is signer-unusable where there is no such key', async () => {
    const { signer } = signerOn();
    await expect(signer.sign('alias/other', 'x')).rejects.toMatchObject({
      code: 'signer-unusable',
      message: 'AWS KMS, alias/other: there is no such key here (NotFoundException)',
    });
  });

  it.each([
    ['AccessDeniedException', 400, 'signer-unusable'],
    ['ValidationException', 400, 'signer-unusable'],
    ['KMSInternalException', 500, 'signer-unavailable'],
    ['DependencyTimeoutException', 503, 'signer-unavailable'],
    ['UnrecognizedClientException', 400, 'signer-unavailable'],
  ] as const)('tells %s by its name, and never its text', async (type, status, code) => {
    const { signer } = signerOn(refusing(type, status));
    const failure = await signer.sign(ALIAS, 'x').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('of AWS');
    expect(String(failure)).toContain(type);
  });

  it('bears with throttling for a while', async () => {
    const { signer, asked, slept } = signerOn(refusing('ThrottlingException'));
    await expect(signer.sign(ALIAS, 'x')).rejects.toMatchObject({ code: 'signer-throttled' });
    expect([asked.length, slept.length]).toEqual([3, 2]);
  });

  it('is signer-unavailable for what is no signature', async () => {
    const { signer } = signerOn(() => async () => Response.json({ Signature: 'AAAA' }));
    await expect(signer.sign(ALIAS, 'x')).rejects.toMatchObject({ code: 'signer-unavailable' });
  });

  it('asks for nothing once no time is left', async () => {
    const { signer, asked } = signerOn(kmsHandler, () => 0);
    await expect(signer.sign(ALIAS, 'x')).rejects.toMatchObject({ code: 'signer-unavailable' });
    expect(asked).toEqual([]);
  });
});
