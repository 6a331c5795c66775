import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from '@jest/globals';
import { dynamoDbFleetRecords } from '../../../../../functions/adapters/dynamodb/fleet/records.ts';
import { FleetRequest } from '../../../../../functions/credential/events/fleet-rotation.ts';
import { recordOf } from '../../../../../functions/ports/many/records.ts';
import { describeOnTable } from '../../../../support/table.ts';

const AT = new Date('2026-03-01T02:00:00.000Z');
const request = FleetRequest.parse({ select: { all: true } });
const origin = { executionId: 'one', request, requestedBy: 'arn:anna', requestedAt: AT };
const WAVES = [{ name: 'all', total: 60, tolerated: 6 }];
const FROZEN = { code: 'frozen', detail: 'year end' } as const;
const ITEMS = Array.from({ length: 60 }, (_, index) => ({
  credential: `c-${String(index).padStart(2, '0')}`,
  wave: 0,
  ...(index === 0 && { expected: FROZEN }),
}));

describeOnTable('records of fleet rotations', (table) => {
  const records = (name: string) => ({
    port: dynamoDbFleetRecords(table().client, table()),
    ...origin,
    executionId: name,
  });

  it('keep the first request under an id', async () => {
    const { port, ...own } = records('first');

    expect(await port.ask(own)).toEqual(own);
    expect(await port.ask({ ...own, requestedBy: 'arn:bob' })).toEqual(own);
    expect(await port.read('nobody')).toBeUndefined();
  });

  it('hold who was chosen, and what the state machine notes of each', async () => {
    const { port, ...own } = records('chosen');
    await port.ask(own);
    await port.chosen('chosen', WAVES, ITEMS);
    await port.chosen('chosen', WAVES, ITEMS);
    const end = { requestId: 'r', outcome: 'rotated', failed: false, nothingChanged: null };
    await table().client.send(
      new UpdateItemCommand({
        TableName: table().tableName,
        Key: { pk: { S: 'many#chosen' }, sk: { S: recordOf({ wave: 0, credential: 'c-01' }) } },
        UpdateExpression: 'SET begunAt = :at, #end = :end',
        ExpressionAttributeNames: { '#end': 'end' },
        ExpressionAttributeValues: { ':at': { S: AT.toISOString() }, ':end': { S: JSON.stringify(end) } },
      }),
    );

    const { head, items } = (await port.read('chosen')) ?? {};
    expect(head).toEqual({ ...own, waves: WAVES });
    expect(items).toHaveLength(60);
    expect(items?.slice(0, 3)).toEqual([
      { credential: 'c-00', wave: 0, expected: FROZEN },
      { credential: 'c-01', wave: 0, begunAt: AT, end },
      { credential: 'c-02', wave: 0 },
    ]);
  });

  it('keep the first who ends it, and the first end', async () => {
    const { port, ...own } = records('ended');
    await expect(port.stop('ended', 'arn:bob', AT)).rejects.toMatchObject({ code: 'rotation-unknown' });
    await port.ask(own);
    await port.stop('ended', 'arn:bob', AT);
    await port.stop('ended', 'arn:eve', AT);
    await port.end('ended', { outcome: 'aborted', at: AT, manifest: 's3://b/m' });
    await port.end('ended', { outcome: 'completed', at: AT });

    expect((await port.read('ended'))?.head).toEqual({
      ...own,
      stopped: { by: 'arn:bob', at: AT },
      ended: { outcome: 'aborted', at: AT, manifest: 's3://b/m' },
    });
  });

  it('pass over an item of another form', async () => {
    const { port, ...own } = records('odd');
    await port.ask(own);
    const Item = { pk: { S: 'many#odd' }, sk: { S: 'item#00#x' }, credential: { N: '1' } };
    await table().client.send(new PutItemCommand({ TableName: table().tableName, Item }));

    expect((await port.read('odd'))?.items).toEqual([]);
  });
});
