import { KMSClient } from '@aws-sdk/client-kms';
import { describe } from '@jest/globals';
import { sessionSignCall } from '../../cli/aws/sign.ts';
import { signCall } from '../../functions/adapters/kms/sign-call.ts';
import { inProcess } from '../../local/stand-ins/in-process.ts';
import { KmsEngine } from '../../local/stand-ins/kms/engine.ts';
import { kmsHandler } from '../../local/stand-ins/kms/handler.ts';
import { kmsContract } from './kms.ts';

describe('the embedded KMS', () => {
  const handler = kmsHandler(new KmsEngine({ region: 'eu-north-1', account: '123456789012' }));
  const region = 'eu-north-1';
  const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' };
  const kms = new KMSClient({
    region,
    credentials,
    endpoint: 'https://kms.example.com',
    requestHandler: inProcess(handler),
  });

  describe('asked by a run', () => {
    const call = signCall({ region, partition: 'aws', credentials: async () => credentials, fetch: handler });
    kmsContract(() => ({ kms, call }), 'run');
  });

  describe('asked by csr', () => {
    const call = sessionSignCall({ kms: async () => kms });
    kmsContract(() => ({ kms, call }), 'csr');
  });
});
