import { randomUUID } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { ROOT_KEYS } from '../../local/real-stack/ministack/users.ts';
import { describeReal, realStack } from '../support/real.ts';
import { REGION } from '../support/real-stack.ts';
import { kmsContract } from './kms.ts';

describeReal('KMS of MiniStack', ['ministack'], () => {
  const connect = () => new KMSClient({ region: REGION, endpoint: realStack().ministack.url, credentials: ROOT_KEYS });

  kmsContract(connect, `kms-${randomUUID().slice(0, 8)}`);
});
