import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from '@jest/globals';
import { ROOT_KEYS } from '../../local/real-stack/ministack/users.ts';
import { describeReal, realStack } from '../support/real.ts';
import { sqsContract } from './sqs.ts';

describeReal('the SQS of MiniStack', ['ministack'], () => {
  let client: SQSClient;
  beforeAll(() => {
    client = new SQSClient({
      endpoint: realStack().ministack.url,
      region: 'us-east-1',
      credentials: ROOT_KEYS,
      maxAttempts: 1,
    });
  });
  afterAll(() => client.destroy());

  sqsContract({
    fixture: () => ({ client, now: Date.now, passSeconds: (seconds) => sleep(seconds * 1000) }),
    knownDeviations: [
      'a message that nobody has can not be hidden for longer',
      'deleting twice succeeds',
      'a receive waits for 20 s at most, and asks for one to ten messages',
      'a message has 256 KiB at most, and at least one character',
    ],
    leftOut: ['a message is gone once its retention is over'],
  });
});
