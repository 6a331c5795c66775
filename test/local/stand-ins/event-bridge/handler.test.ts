import { EventBridgeClient, ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from '@jest/globals';
import { type BusEvent, eventBridgeHandler } from '../../../../local/stand-ins/event-bridge/handler.ts';
import { inProcess } from '../../../../local/stand-ins/in-process.ts';

function bus() {
  const events: BusEvent[] = [];
  const client = new EventBridgeClient({
    region: 'eu-north-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    endpoint: 'http://events',
    maxAttempts: 1,
    requestHandler: inProcess(eventBridgeHandler((event) => events.push(event))),
  });
  return { client, events };
}

const ENTRY = { Source: 'me', DetailType: 'Told', Detail: '{"a":1}' };

describe('the embedded EventBridge', () => {
  it('hands events on in their order, and gives each an id', async () => {
    const { client, events } = bus();
    const second = { ...ENTRY, DetailType: 'Told Again' };
    const { FailedEntryCount, Entries } = await client.send(new PutEventsCommand({ Entries: [ENTRY, second] }));
    expect([FailedEntryCount, new Set(Entries?.map(({ EventId }) => EventId)).size]).toEqual([0, 2]);
    expect(events).toEqual([
      { source: 'me', detailType: 'Told', detail: { a: 1 } },
      { source: 'me', detailType: 'Told Again', detail: { a: 1 } },
    ]);
  });

  it.each(['', 'text', '1', '[]', 'null'])(
    'counts an event as failed whose detail is %j, and no other',
    async (Detail) => {
      const { client, events } = bus();
      const { FailedEntryCount, Entries } = await client.send(
        new PutEventsCommand({ Entries: [{ ...ENTRY, Detail }, ENTRY] }),
      );
      expect([FailedEntryCount, Entries?.[0]?.ErrorCode, events.length]).toEqual([1, 'MalformedDetail', 1]);
    },
  );

  it.each([
    ['no entry', []],
    ['more than ten', Array.from({ length: 11 }, () => ENTRY)],
    ['no source', [{ DetailType: 'Told', Detail: '{}' }]],
    ['what it does not know', [{ ...ENTRY, EventBusName: 'another' }]],
  ])('refuses a call with %s', async (_what, Entries) => {
    const { client, events } = bus();
    await expect(client.send(new PutEventsCommand({ Entries }))).rejects.toMatchObject({ name: 'ValidationException' });
    expect(events).toEqual([]);
  });

  it('knows one operation', async () => {
    await expect(bus().client.send(new ListRulesCommand())).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });
});
