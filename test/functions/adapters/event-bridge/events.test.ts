import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from '@jest/globals';
import { eventBridgeEvents } from '../../../../functions/adapters/event-bridge/events.ts';
import type { PublishedEvent } from '../../../../functions/credential/published/vocabulary.ts';
import { type BusEvent, eventBridgeHandler } from '../../../../local/stand-ins/event-bridge/handler.ts';
import { inProcess } from '../../../../local/stand-ins/in-process.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';

const EVENT = {
  detailType: 'Acknowledgement Needed',
  detail: {
    credential: 'acme-prod',
    kind: 'enter-secret',
    connector: 'IFS Production',
    versionId: 'v2',
    stage: 'half',
    openedAt: '2026-03-01T03:00:00.000Z',
    dueAt: '2026-03-04T03:00:00.000Z',
    owner: 'Eve',
    instructions: 'Behind the red door.',
    steps: ['Open the page.', 'Save it.'],
  },
} satisfies PublishedEvent;

const STACK = { stack: 'csr' };

const client = (answer: Parameters<typeof stubClient<EventBridgeClient>>[0]) => stubClient<EventBridgeClient>(answer);

describe('an event', () => {
  it('is one event on the default bus', async () => {
    const events: BusEvent[] = [];
    const bus = new EventBridgeClient({
      region: 'eu-north-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      endpoint: 'http://events',
      requestHandler: inProcess(eventBridgeHandler((event) => events.push(event))),
    });
    await eventBridgeEvents(bus, STACK).publish(EVENT);
    expect(events).toEqual([
      {
        source: 'client-secret-rotation',
        detailType: 'Acknowledgement Needed',
        detail: {
          stack: 'csr',
          ...EVENT.detail,
          message: {
            title: 'acme-prod: a person is asked to enter the current secret in a connector (IFS Production).',
            since: '2026-03-01T03:00:00.000Z',
            next: 'Eve: do this until 2026-03-04T03:00:00.000Z: Open the page. Save it.',
            runbook: 'tasks-of-people',
          },
        },
      },
    ]);
  });

  it('holds nothing but what its schema names, whatever comes with it', async () => {
    const { client: bus, sent } = client(() => ({ FailedEntryCount: 0 }));
    const detail = { ...EVENT.detail, clientSecret: 'not-to-be-told' };
    await eventBridgeEvents(bus, STACK).publish({ ...EVENT, detail });
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
    await expect(eventBridgeEvents(bus, STACK).publish(EVENT)).rejects.toMatchObject({
      code: 'events-unavailable',
      message: `EventBridge, Acknowledgement Needed of acme-prod: ${name}`,
    });
  });

  it('is a failure though the call succeeds', async () => {
    const entry = { ErrorCode: 'ThrottlingException', ErrorMessage: 'not-to-be-told' };
    const { client: bus } = client(() => ({ FailedEntryCount: 1, Entries: [entry] }));
    await expect(eventBridgeEvents(bus, STACK).publish(EVENT)).rejects.toMatchObject({
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
  const events = eventBridgeEvents({ send } as unknown as EventBridgeClient, STACK);
  await events.publish(EVENT, 250);
  await events.publish(EVENT);
  expect(limits).toEqual([{ requestTimeout: 250 }, {}]);
});
