import { randomUUID } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { signCall } from '../../functions/adapters/kms/sign-call.ts';
import { ROOT_KEYS } from '../../local/real-stack/ministack/users.ts';
import { describeReal, realStack } from '../support/real.ts';
import { REGION } from '../support/real-stack.ts';
import { kmsContract } from './kms.ts';

describeReal('KMS of MiniStack', ['ministack'], () => {
  const connect = () => {
    const { url: endpoint } = realStack().ministack;
    return {
      kms: new KMSClient({ region: REGION, endpoint, credentials: ROOT_KEYS }),
      call: signCall({ region: REGION, partition: 'aws', endpoint, credentials: async () => ROOT_KEYS }),
    };
  };

  kmsContract(connect, `kms-${randomUUID().slice(0, 8)}`);
});
