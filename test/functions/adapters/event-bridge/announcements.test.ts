import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from '@jest/globals';
import { eventBridgeAnnouncements } from '../../../../functions/adapters/event-bridge/announcements.ts';
import type { Announcement } from '../../../../functions/ports/announcements.ts';
import { type BusEvent, eventBridgeHandler } from '../../../../local/stand-ins/event-bridge/handler.ts';
import { inProcess } from '../../../../local/stand-ins/in-process.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';

const ANNOUNCEMENT: Announcement = {
  credential: 'acme-prod',
  kind: 'enter-secret',
  connector: 'IFS Production',
  versionId: 'v2',
  stage: 'half',
  openedAt: new Date('2026-03-01T03:00:00Z'),
  dueAt: new Date('2026-03-04T03:00:00Z'),
  owner: 'Eve',
  instructions: 'Behind the red door.',
  steps: ['Open the page.', 'Save it.'],
};

const client = (answer: Parameters<typeof stubClient<EventBridgeClient>>[0]) => stubClient<EventBridgeClient>(answer);

describe('an announcement', () => {
  it('is one event on the default bus', async () => {
    const events: BusEvent[] = [];
    const bus = new EventBridgeClient({
      region: 'eu-north-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      endpoint: 'http://events',
      requestHandler: inProcess(eventBridgeHandler((event) => events.push(event))),
    });
    await eventBridgeAnnouncements(bus).publish(ANNOUNCEMENT);
    expect(events).toEqual([
      {
        source: 'client-secret-rotation',
        detailType: 'Acknowledgement Needed',
        detail: {
          ...ANNOUNCEMENT,
          openedAt: '2026-03-01T03:00:00.000Z',
          dueAt: '2026-03-04T03:00:00.000Z',
        },
      },
    ]);
  });

  it.each([
    ['enter-secret', 'Acknowledgement Needed'],
    ['submit-secret', 'Rotation Due'],
    ['end-former-secret', 'Retire Due'],
  ] as const)('of %s is called %s', async (kind, DetailType) => {
    const { client: bus, sent } = client(() => ({ FailedEntryCount: 0 }));
    await eventBridgeAnnouncements(bus).publish({ ...ANNOUNCEMENT, kind });
    expect(sent).toMatchObject([['PutEventsCommand', { Entries: [{ DetailType }] }]]);
  });

  it('holds nothing but what an announcement has, whatever comes with it', async () => {
    const { client: bus, sent } = client(() => ({ FailedEntryCount: 0 }));
    await eventBridgeAnnouncements(bus).publish({ ...ANNOUNCEMENT, clientSecret: 'not-to-be-told' } as Announcement);
    expect(sent).toHaveLength(1);
    expect(JSON.stringify(sent)).not.toContain('not-to-be-told');
  });
});

describe('an event that was not published', () => {
  it.each([
    ['the call fails', serviceError('InternalException'), 'InternalException'],
    ['its name could be anything', serviceError('the secret is x'), 'unknown error'],
  ])('%s', async (_what, error, name) => {
    const { client: bus } = client(() => {
      throw error;
    });
    await expect(eventBridgeAnnouncements(bus).publish(ANNOUNCEMENT)).rejects.toMatchObject({
      code: 'events-unavailable',
      message: `EventBridge, Acknowledgement Needed of acme-prod: ${name}`,
    });
  });

  it('is a failure though the call succeeds', async () => {
    const entry = { ErrorCode: 'ThrottlingException', ErrorMessage: 'not-to-be-told' };
    const { client: bus } = client(() => ({ FailedEntryCount: 1, Entries: [entry] }));
    await expect(eventBridgeAnnouncements(bus).publish(ANNOUNCEMENT)).rejects.toMatchObject({
      code: 'events-unavailable',
      message: 'EventBridge, Acknowledgement Needed of acme-prod: ThrottlingException',
    });
  });
});

it('a try takes no longer than it may', async () => {
  const limits: unknown[] = [];
  const send = async (_command: unknown, options: unknown) => {
    limits.push(options);
    return { FailedEntryCount: 0 };
  };
  const announcements = eventBridgeAnnouncements({ send } as unknown as EventBridgeClient);
  await announcements.publish(ANNOUNCEMENT, 250);
  await announcements.publish(ANNOUNCEMENT);
  expect(limits).toEqual([{ requestTimeout: 250 }, {}]);
});
