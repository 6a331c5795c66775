import type { SQSClient } from '@aws-sdk/client-sqs';
import { dnsSuffix } from '../aws/dns-suffix.ts';

/** The queues between runs and agents. */
export interface Queues {
  /** Tries each call once: what is repeated, and for how long, is decided here. */
  readonly client: Pick<SQSClient, 'send'>;
  /** The URL of a queue, by its name. */
  urlOf(name: string): string;
}

/**
 * URLs of queues in the region and account of one that is known. They are put together and not asked for: that takes no call and no
 * permission.
 *
 * @param arn of any queue of the stack
 * @see [Queue and message identifiers](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html)
 */
export function queueUrls(arn: string): Queues['urlOf'] {
  const [, partition, , region, account] = arn.split(':');
  return (name) => `https://sqs.${region}.${dnsSuffix(partition)}/${account}/${name}`;
}
