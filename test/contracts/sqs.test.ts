import { setImmediate as macrotask } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { inProcess } from '../../local/stand-ins/in-process.ts';
import { SqsEngine } from '../../local/stand-ins/sqs/engine.ts';
import { sqsHandler } from '../../local/stand-ins/sqs/handler.ts';
import { sqsContract } from './sqs.ts';

const CONFIG = {
  region: 'eu-north-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  maxAttempts: 1,
  endpoint: 'http://sqs',
};

describe('the embedded SQS', () => {
  let now = Date.parse('2026-01-10T12:00:00Z');
  const wait = async (ms: number, arrived: Promise<void>) => {
    let here = false;
    void arrived.then(() => {
      here = true;
    });
    await macrotask();
    if (!here) now += ms;
  };
  const engine = new SqsEngine({ now: () => now, wait });
  const client = new SQSClient({ ...CONFIG, requestHandler: inProcess(sqsHandler(engine)) });

  sqsContract({
    fixture: () => ({
      client,
      now: () => now,
      passSeconds: async (seconds) => {
        now += seconds * 1000;
      },
    }),
  });
});

it('a long poll in real time ends when a message is made visible again', async () => {
  const engine = new SqsEngine();
  engine.create('queue');
  engine.send('queue', 'put back');
  const request = { QueueUrl: 'queue', MaxNumberOfMessages: 1, MessageSystemAttributeNames: [] };
  const [message] = await engine.receive('queue', { ...request, WaitTimeSeconds: 0 });
  const waiting = engine.receive('queue', { ...request, WaitTimeSeconds: 20 });
  engine.find('queue').changeVisibility(message?.ReceiptHandle ?? '', 0);
  expect((await waiting)[0]?.Body).toBe('put back');
});

it('what is not an operation of these queues is said to be none', async () => {
  const headers = { 'x-amz-target': 'AmazonSQS.PurgeQueue' };
  const response = await sqsHandler(new SqsEngine())(
    new Request('http://sqs/', { method: 'POST', headers, body: '{}' }),
  );
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { __type: 'com.amazonaws.sqs#UnsupportedOperation' },
  ]);
});
