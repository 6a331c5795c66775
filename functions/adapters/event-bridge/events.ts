import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { RotationError } from '../../credential/errors.ts';
import { detailOf, EVENT_SOURCE, type PublishedEvent } from '../../credential/published/vocabulary.ts';
import type { Events } from '../../ports/events.ts';
import { awsErrorName } from '../aws/aws-error.ts';

/**
 * Events on the account's default event bus.
 *
 * @param client its retries may publish an event twice, which does no harm
 * @param options.stack the prefix: stacks of one account share the bus
 * @see [PutEvents](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html)
 */
export function eventBridgeEvents(
  client: Pick<EventBridgeClient, 'send'>,
  { stack }: { readonly stack: string },
): Events {
  return {
    publish: async (event, tryMs) => {
      const limit = tryMs === undefined ? {} : { requestTimeout: tryMs };
      const command = new PutEventsCommand({ Entries: [entryOf(event, stack)] });
      const { FailedEntryCount, Entries } = await client.send(command, limit).catch((error: unknown) => {
        throw notPublished(event, awsErrorName(error));
      });
      if (!FailedEntryCount) return;
      throw notPublished(event, awsErrorName(Object.assign(new Error(), { name: Entries?.[0]?.ErrorCode })));
    },
  };
}

function entryOf(event: PublishedEvent, stack: string) {
  const detail = detailOf(event, stack);
  return { Source: EVENT_SOURCE, DetailType: event.detailType, Detail: JSON.stringify(detail) };
}

function notPublished({ detailType, detail }: PublishedEvent, name: string): RotationError {
  const about = 'credential' in detail ? ` of ${detail.credential}` : '';
  return new RotationError('events-unavailable', `EventBridge, ${detailType}${about}: ${name}`);
}
