import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { dynamoDbLedger } from '../../../../functions/adapters/dynamodb/ledger.ts';
import type { RunEnd } from '../../../../functions/ports/ledger.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';

const REQUEST_ID = '0195503b-2880-7000-8000-000000000001';
const AT = new Date('2026-03-01T03:00:00.000Z');
/** 400 days later, in seconds. */
const EXPIRES = { N: String(Date.parse('2027-04-05T03:00:00Z') / 1000) };
const RUN = {
  requestId: REQUEST_ID,
  kind: 'rotation',
  trigger: 'api',
  requestedBy: 'arn:eve',
  requestedAt: AT,
} as const;
const ROTATION = { rotationId: 'v2', outcome: 'rotated', strategy: 'dual-secret', steps: [], previousValidUntil: null };
const END = { endedAt: AT, rotation: ROTATION } as unknown as RunEnd;

function ledger(answer: (name: string, input: never) => unknown = () => ({}), tryMs?: () => number) {
  const { client, sent } = stubClient<DynamoDBClient>(answer);
  const patience = { sleep: async () => {} };
  return { port: dynamoDbLedger(client, 'acme-prod', { tableName: 'csr', patience, tryMs }), sent };
}

describe('what is sent to the table', () => {
  it('an end is one item with what people look for beside the report, for 400 days, once more for lists; and the way to it', async () => {
    const { port, sent } = ledger();
    await port.end(RUN, END);
    const [update, summary, pointer] = sent as [string, { ExpressionAttributeValues: object }][];
    if (!update || !summary) throw new Error('too little was sent');
    expect(update).toMatchObject([
      'UpdateItemCommand',
      {
        TableName: 'csr',
        Key: { pk: { S: 'acme-prod' }, sk: { S: `run#${REQUEST_ID}` } },
        ConditionExpression: 'attribute_not_exists(#end)',
      },
    ]);
    expect(update[1].ExpressionAttributeValues).toEqual({
      ':origin': { S: JSON.stringify(RUN) },
      ':end': { S: JSON.stringify(END) },
      ':trigger': { S: 'api' },
      ':requestedBy': { S: 'arn:eve' },
      ':outcome': { S: 'rotated' },
      ':strategy': { S: 'dual-secret' },
      ':rotationId': { S: 'v2' },
      ':requestedAt': { S: '2026-03-01T03:00:00.000Z' },
      ':endedAt': { S: '2026-03-01T03:00:00.000Z' },
      ':expiresAt': EXPIRES,
    });
    expect(summary).toMatchObject(['UpdateItemCommand', { Key: { pk: { S: 'acme-prod' }, sk: { S: 'summary' } } }]);
    expect(summary[1].ExpressionAttributeValues).toEqual({
      ':lastRun': { S: REQUEST_ID },
      ':origin': { S: JSON.stringify(RUN) },
      ':end': { S: JSON.stringify(END) },
      ':expiresAt': EXPIRES,
    });
    const Item = { pk: { S: 'acme-prod' }, sk: { S: 'rotation#v2' }, requestId: { S: REQUEST_ID }, expiresAt: EXPIRES };
    expect(pointer).toEqual(['PutItemCommand', { TableName: 'csr', Item }]);
  });

  it('an id that no request can have is looked for among rotations only', async () => {
    const { port, sent } = ledger();
    await port.find('v2');
    const Key = { pk: { S: 'acme-prod' }, sk: { S: 'rotation#v2' } };
    expect(sent).toEqual([['GetItemCommand', { TableName: 'csr', Key, ConsistentRead: true }]]);
  });
});

describe('what the table answers', () => {
  it.each([
    [{}],
    [{ origin: { S: 'not JSON' } }],
    [{ origin: { S: '{"requestId":"r1","kind":"audit","trigger":"api","requestedAt":"2026-03-01T03:00:00.000Z"}' } }],
  ])('an item of another form is no run: %#', async (item) => {
    const { port } = ledger(() => ({ Items: [item], Item: item }));
    expect(await port.find(REQUEST_ID)).toBeUndefined();
    expect(await port.list({ limit: 5 })).toEqual({ entries: [] });
  });

  it.each([
    ['ProvisionedThroughputExceededException', 'ledger-throttled'],
    ['InternalServerError', 'ledger-unavailable'],
  ])('%s is %s, and tells nothing of an item', async (name, code) => {
    const { port } = ledger(() => {
      throw serviceError(name);
    });
    const failure = await port.end(RUN, END).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(String(failure)).not.toContain('not-to-be-told');
  });

  it('nothing is sent where no time is left', async () => {
    const { port, sent } = ledger(undefined, () => 0);
    await expect(port.end(RUN, END)).rejects.toMatchObject({ code: 'ledger-unavailable' });
    expect(sent).toEqual([]);
  });
});
