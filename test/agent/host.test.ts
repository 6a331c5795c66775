import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { lockFolder } from '../../agent/host/lock.ts';
import { secretsReader, sqsLine } from '../../agent/transports/sqs/aws-line.ts';
import { temporaryFolders } from './support/folder.ts';

const folders = temporaryFolders();

describe('the lock of a state folder', () => {
  it('is refused while it is held, and given again after', async () => {
    const folder = await folders();
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(/One agent per folder/);
    await unlock();
    await (await lockFolder(folder))();
  });

  it.each([
    ['of a process that is gone', (text: string) => text.replace(/"pid":\d+/, '"pid":4194304')],
    [
      'of an earlier process with the same id',
      (text: string) => text.replace(/"startedAt":"[^"]*"/, '"startedAt":"before"'),
    ],
    ['that is cut off', (text: string) => text.slice(0, 5)],
  ])('%s holds nothing', async (_, change) => {
    const folder = await folders();
    await lockFolder(folder);
    const path = join(folder, 'agent.lock');
    writeFileSync(path, change(readFileSync(path, 'utf8')));

    await expect(lockFolder(folder)).resolves.toEqual(expect.any(Function));
  });
});

/** A client that answers commands by their kind, and remembers their inputs. */
function fakeClient(answers: Readonly<Record<string, object | Error>>) {
  const sent: [string, object][] = [];
  const send = async (command: { constructor: { name: string }; input: object }) => {
    sent.push([command.constructor.name, command.input]);
    const answer = answers[command.constructor.name];
    if (answer instanceof Error) throw answer;
    return answer ?? {};
  };
  return { client: { send } as unknown as SQSClient & SecretsManagerClient, sent };
}

describe('the queues of an agent', () => {
  const settings = { prefix: 'csr', name: 'host-1' };

  it('are its own for requests, with a long poll, and one a credential for replies', async () => {
    const { client, sent } = fakeClient({
      [GetQueueUrlCommand.name]: { QueueUrl: 'https://sqs.invalid/q' },
      [ReceiveMessageCommand.name]: { Messages: [{ Body: 'text', ReceiptHandle: 'r-1' }] },
    });
    const line = sqsLine(settings, client);

    const [received] = await line.receive(new AbortController().signal);
    await line.reply('acme-test', 'answer');
    await received?.delete();

    expect(received?.body).toBe('text');
    expect(sent).toEqual([
      [GetQueueUrlCommand.name, { QueueName: 'csr-agent-host-1' }],
      [ReceiveMessageCommand.name, { QueueUrl: 'https://sqs.invalid/q', MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }],
      [GetQueueUrlCommand.name, { QueueName: 'csr-replies-acme-test' }],
      [SendMessageCommand.name, { QueueUrl: 'https://sqs.invalid/q', MessageBody: 'answer' }],
      [DeleteMessageCommand.name, { QueueUrl: 'https://sqs.invalid/q', ReceiptHandle: 'r-1' }],
    ]);
  });
});

describe('reading a secret', () => {
  const neverAsked = () => Promise.reject(new Error('slept'));

  it('looks again for a version that was put a moment ago', async () => {
    const failure = Object.assign(new Error('not there'), { name: 'ResourceNotFoundException' });
    const answers: Record<string, object> = { [GetSecretValueCommand.name]: failure };
    const { client, sent } = fakeClient(answers);
    const pauses: number[] = [];
    const sleep = async (ms: number) => {
      if (pauses.push(ms) === 2) answers[GetSecretValueCommand.name] = { SecretString: 'value' };
    };
    expect((await secretsReader(client, sleep)('csr/acme', 'v-1')).reveal()).toBe('value');
    expect(sent).toHaveLength(3);
    expect(pauses).toEqual([500, 1500]);
  });

  it('asks for exactly one version', async () => {
    const { client, sent } = fakeClient({ [GetSecretValueCommand.name]: { SecretString: 'value' } });
    expect((await secretsReader(client, neverAsked)('csr/acme', 'v-1')).reveal()).toBe('value');
    expect(sent).toEqual([[GetSecretValueCommand.name, { SecretId: 'csr/acme', VersionId: 'v-1' }]]);
  });

  it.each([
    ['AccessDeniedException', 'secret-denied'],
    ['ResourceNotFoundException', 'document-invalid'],
    ['ThrottlingException', 'secret-unavailable'],
  ])('that fails with %s is %s, and says nothing of what the service said', async (name, code) => {
    const failure = Object.assign(new Error('a text with hunter2'), { name });
    const { client } = fakeClient({ [GetSecretValueCommand.name]: failure });
    const failed = secretsReader(client, async () => undefined)('csr/acme', 'v-1');
    await expect(failed).rejects.toMatchObject({ code, message: expect.not.stringContaining('hunter2') });
  });
});
