import { createPublicKey, verify } from 'node:crypto';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetPublicKeyCommand,
  type KeySpec,
  type KMSClient,
  ScheduleKeyDeletionCommand,
  SignCommand,
} from '@aws-sdk/client-kms';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { kmsSigner } from '../../functions/adapters/kms/kms-signer.ts';
import type { SignCall } from '../../functions/adapters/kms/sign-call.ts';

/**
 * What is relied on of KMS, and what the port makes of it. The same cases run against the embedded one and against MiniStack.
 *
 * @param connect a client that may do everything, and the port's call
 * @param prefix begins the names of aliases
 */
export function kmsContract(connect: () => { kms: KMSClient; call: SignCall }, prefix: string): void {
  let kms: KMSClient;
  let call: SignCall;
  let made = 0;
  beforeAll(() => {
    ({ kms, call } = connect());
  });

  /** A key with an alias of its own. */
  async function create(spec: KeySpec = 'ECC_NIST_P256') {
    const usage = spec === 'SYMMETRIC_DEFAULT' ? 'ENCRYPT_DECRYPT' : 'SIGN_VERIFY';
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec: spec, KeyUsage: usage }));
    const { Arn: arn = '', KeyId: id = '' } = KeyMetadata ?? {};
    const alias = `alias/${prefix}-${++made}`;
    await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: id }));
    return { arn, id, alias };
  }
  const signed = (keyId: string) => kmsSigner(call, { tryMs: () => 60_000 }).sign(keyId, 'header.claims');
  const publicKeyOf = async (keyId: string) => {
    const { PublicKey, KeySpec: spec } = await kms.send(new GetPublicKeyCommand({ KeyId: keyId }));
    return { spec, key: createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' }) };
  };

  describe('a key on the curve P-256', () => {
    it('gives a signature in DER that verifies with its public key', async () => {
      const { alias, arn } = await create();
      const command = { Message: Buffer.from('header.claims'), MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' };
      const { Signature = new Uint8Array(), KeyId } = await kms.send(
        new SignCommand({ KeyId: alias, ...command } as ConstructorParameters<typeof SignCommand>[0]),
      );
      const { key, spec } = await publicKeyOf(alias);
      expect([KeyId, spec, verify('sha256', Buffer.from('header.claims'), key, Signature)]).toEqual([
        arn,
        'ECC_NIST_P256',
        true,
      ]);
    });

    it('signs by alias and by ARN, anew each time; the port gives r and s', async () => {
      const { alias, arn } = await create();
      const signatures = [await signed(alias), await signed(arn), await signed(arn)];
      const { key } = await publicKeyOf(arn);
      for (const signature of signatures) {
        const how = { key, dsaEncoding: 'ieee-p1363' } as const;
        expect([signature.length, verify('sha256', Buffer.from('header.claims'), how, signature)]).toEqual([64, true]);
      }
      expect(new Set(signatures.map((one) => Buffer.from(one).toString('hex'))).size).toBe(3);
    });

    it('signs nothing while it is disabled, and again when it is enabled', async () => {
      const { alias, id } = await create();
      await kms.send(new DisableKeyCommand({ KeyId: id }));
      await expect(signed(alias)).rejects.toMatchObject({
        code: 'signer-unusable',
        message: `AWS KMS, ${alias}: the key is disabled (DisabledException)`,
      });
      await kms.send(new EnableKeyCommand({ KeyId: id }));
      expect(await signed(alias)).toHaveLength(64);
    });

    it('signs nothing once its deletion is scheduled', async () => {
      const { arn, id } = await create();
      await kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));
      await expect(signed(arn)).rejects.toMatchObject({
        code: 'signer-unusable',
        message: expect.stringContaining('the key is to be deleted, or is not ready (KMSInvalidStateException)'),
      });
    });
  });

  describe('another key', () => {
    it.each(['ECC_NIST_P384', 'SYMMETRIC_DEFAULT'] as const)('is signer-unusable: %s', async (spec) => {
      const { alias } = await create(spec);
      await expect(signed(alias)).rejects.toMatchObject({
        code: 'signer-unusable',
        message: expect.stringContaining('the key is not of the type ECC_NIST_P256 for SIGN_VERIFY'),
      });
    });

    it('is signer-unusable where there is none', async () => {
      const { arn } = await create();
      for (const id of [`alias/${prefix}-none`, arn.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000')]) {
        await expect(signed(id)).rejects.toMatchObject({
          code: 'signer-unusable',
          message: expect.stringContaining('there is no such key here (NotFoundException)'),
        });
      }
    });
  });
}
