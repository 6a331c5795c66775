import { describe, expect, it } from '@jest/globals';
import { kmsSigners } from '../../../../../functions/lambda/compose/parts/signer.ts';
import type { AwsAccess } from '../../../../../functions/lambda/surroundings/aws.ts';
import { KmsEngine } from '../../../../../local/stand-ins/kms/engine.ts';
import { kmsHandler } from '../../../../../local/stand-ins/kms/handler.ts';
import { serve } from '../../../../../local/stand-ins/serve.ts';

const ROTATE_FUNCTION_ARN = 'arn:aws:lambda:eu-north-1:123456789012:function:csr-rotate';
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1';

const endpointsWith = (kms: string) => ({ kms }) as NonNullable<AwsAccess['endpoints']>;

describe('keys in KMS', () => {
  it.each([
    ['an emulator', (url: string) => ({ endpoints: endpointsWith(url) }), { AWS_ENDPOINT_URL_KMS: NOWHERE }],
    ['its own address', () => ({}), { AWS_ENDPOINT_URL_KMS: 'url', AWS_ENDPOINT_URL: NOWHERE }],
    ['the address of all of AWS', () => ({}), { AWS_ENDPOINT_URL: 'url' }],
  ])('sign where the function is told: at %s', async (_what, accessAt, told) => {
    const engine = new KmsEngine({ region: 'eu-north-1', account: '123456789012' });
    const { arn } = engine.create('ECC_NIST_P256');
    const scopes: (string | null)[] = [];
    const answer = kmsHandler(engine);
    const server = await serve(async (request) => {
      scopes.push(request.headers.get('authorization'));
      return await answer(request);
    });
    try {
      const at = Object.fromEntries(Object.entries(told).map(([name, url]) => [name, url.replace('url', server.url)]));
      const signers = kmsSigners(
        { environment: { ROTATE_FUNCTION_ARN, ...at }, aws: accessAt(server.url) },
        async () => ({ accessKeyId: 'AKIDTEST', secretAccessKey: 'test' }),
      );
      expect(await signers({}, () => 60_000).sign(arn, 'header.claims')).toHaveLength(64);
      expect(scopes).toEqual([expect.stringMatching(/Credential=AKIDTEST\/\d{8}\/eu-north-1\/kms\//)]);
    } finally {
      await server.close();
    }
  });
});
