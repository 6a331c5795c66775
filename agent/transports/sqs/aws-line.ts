import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { replyQueueName, requestQueueName } from '../../../functions/credential/agent-line.ts';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import { AgentError } from '../../errors.ts';
import type { Line, ReadSecret } from './line.ts';

/** How long a receive waits for a message, in seconds: the most that SQS allows. */
const LONG_POLL = 20;

/**
 * The queues of an agent in SQS.
 *
 * @see [ReceiveMessage](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html)
 */
export function sqsLine({ prefix, name }: { prefix: string; name: string }, client: SQSClient): Line {
  const urls = new Map<string, string>();
  const urlOf = async (queue: string): Promise<string> => {
    const known = urls.get(queue);
    if (known) return known;
    const { QueueUrl = '' } = await client.send(new GetQueueUrlCommand({ QueueName: queue }));
    urls.set(queue, QueueUrl);
    return QueueUrl;
  };
  return {
    receive: async (signal) => {
      const QueueUrl = await urlOf(requestQueueName(prefix, name));
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: LONG_POLL });
      const { Messages = [] } = await client.send(command, { abortSignal: signal });
      return Messages.map(({ Body = '', ReceiptHandle }) => ({
        body: Body,
        delete: async () => void (await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))),
      }));
    },
    reply: async (credential, body) => {
      const QueueUrl = await urlOf(replyQueueName(prefix, credential));
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
    },
  };
}

/** Secrets Manager may not know a version yet that was put a moment ago: pauses between looks, in milliseconds. */
const LOOK_AGAIN_MS = [500, 1500, 2500] as const;

/**
 * Reads secrets in Secrets Manager, always one exact version. One that is not there is looked for again for some seconds.
 *
 * @see [GetSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html)
 */
export function secretsReader(client: SecretsManagerClient, sleep: (ms: number) => Promise<unknown>): ReadSecret {
  return async (secretId, versionId) => {
    const command = new GetSecretValueCommand({ SecretId: secretId, VersionId: versionId });
    let answer = await client.send(command).catch(refusalOf);
    for (const pause of LOOK_AGAIN_MS) {
      if (!isNotThere(answer)) break;
      await sleep(pause);
      answer = await client.send(command).catch(refusalOf);
    }
    if (answer instanceof AgentError) throw answer;
    if (answer.SecretString !== undefined) return new Secret(answer.SecretString);
    throw new AgentError('document-invalid', 'The version of the secret has no text.');
  };
}

function isNotThere(answer: object): boolean {
  return answer instanceof AgentError && answer.code === 'document-invalid';
}

function refusalOf(error: unknown): AgentError {
  const name = error instanceof Error ? error.name : 'unknown error';
  if (name === 'AccessDeniedException')
    return new AgentError(
      'secret-denied',
      'Secrets Manager does not let the agent read this secret. Nothing was changed.',
    );
  if (name === 'ResourceNotFoundException')
    return new AgentError(
      'document-invalid',
      'Secrets Manager has no such version of the secret. Nothing was changed.',
    );
  return new AgentError(
    'secret-unavailable',
    `Secrets Manager does not give the secret (${name}). Nothing was changed.`,
  );
}
