import { KMSClient } from '@aws-sdk/client-kms';
import { describe } from '@jest/globals';
import { inProcess } from '../../local/stand-ins/in-process.ts';
import { KmsEngine } from '../../local/stand-ins/kms/engine.ts';
import { kmsHandler } from '../../local/stand-ins/kms/handler.ts';
import { kmsContract } from './kms.ts';

describe('the embedded KMS', () => {
  const handler = kmsHandler(new KmsEngine({ region: 'eu-north-1', account: '123456789012' }));
  const connect = () =>
    new KMSClient({
      region: 'eu-north-1',
      credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' },
      endpoint: 'https://kms.example.com',
      requestHandler: inProcess(handler),
    });

  kmsContract(connect, 'embedded');
});
