import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { RotationError } from '../../credential/errors.ts';
import { type Announcement, type Announcements, EVENT_SOURCE } from '../../ports/announcements.ts';
import type { TaskKind } from '../../ports/tasks.ts';
import { awsErrorName } from '../aws/aws-error.ts';

/** What an event is called, by what people are asked to do. */
const DETAIL_TYPES: Readonly<Record<TaskKind, string>> = {
  'enter-secret': 'Acknowledgement Needed',
  'submit-secret': 'Rotation Due',
  'end-former-secret': 'Retire Due',
};

/**
 * Announcements as events on the account's default event bus.
 *
 * @param client its retries may publish an event twice, which does no harm
 * @see [PutEvents](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html)
 */
export function eventBridgeAnnouncements(client: Pick<EventBridgeClient, 'send'>): Announcements {
  return {
    publish: async (announcement, tryMs) => {
      const limit = tryMs === undefined ? {} : { requestTimeout: tryMs };
      const command = new PutEventsCommand({ Entries: [entryOf(announcement)] });
      const { FailedEntryCount, Entries } = await client.send(command, limit).catch((error: unknown) => {
        throw notPublished(announcement, awsErrorName(error));
      });
      if (!FailedEntryCount) return;
      throw notPublished(announcement, awsErrorName(Object.assign(new Error(), { name: Entries?.[0]?.ErrorCode })));
    },
  };
}

/** Members are named one by one: nothing gets into an event by being there. */
function entryOf(announcement: Announcement) {
  const { credential, kind, connector, versionId, stage, openedAt, dueAt, owner, instructions, steps } = announcement;
  const dates = { openedAt: openedAt.toISOString(), dueAt: dueAt.toISOString() };
  const detail = { credential, kind, connector, versionId, stage, ...dates, owner, instructions, steps };
  return { Source: EVENT_SOURCE, DetailType: DETAIL_TYPES[kind], Detail: JSON.stringify(detail) };
}

function notPublished({ kind, credential }: Announcement, name: string): RotationError {
  return new RotationError('events-unavailable', `EventBridge, ${DETAIL_TYPES[kind]} of ${credential}: ${name}`);
}
