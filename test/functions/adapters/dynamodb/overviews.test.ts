import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { dynamoDbOverviews } from '../../../../functions/adapters/dynamodb/overviews.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';

const NOW = new Date('2026-03-01T03:00:00.000Z');
const IDS = Array.from({ length: 50 }, (_, index) => `acme-${index}`);

function overviews(answer: (name: string, input: never) => unknown) {
  const { client, sent } = stubClient<DynamoDBClient>(answer);
  const patience = { sleep: async () => {} };
  return { port: dynamoDbOverviews(client, { tableName: 'csr', patience, now: () => NOW }), sent };
}

describe('what is sent to the table', () => {
  it('a page of fifty is one call, strongly consistent', async () => {
    const { port, sent } = overviews(() => ({ Responses: { csr: [] } }));
    expect((await port.read(IDS)).size).toBe(50);
    const Keys = IDS.flatMap((id) => [
      { pk: { S: id }, sk: { S: 'summary' } },
      { pk: { S: `audit#${id}` }, sk: { S: 'record' } },
    ]);
    expect(sent).toEqual([['BatchGetItemCommand', { RequestItems: { csr: { Keys, ConsistentRead: true } } }]]);
  });

  it('what an answer lacks is asked for again, and what always lacks is no answer', async () => {
    const left = { csr: { Keys: [{ pk: { S: 'audit#acme' }, sk: { S: 'record' } }] } };
    let answers = 0;
    const once = overviews(() => (answers++ === 0 ? { UnprocessedKeys: left } : { Responses: { csr: [] } }));
    await once.port.read(['acme']);
    expect(once.sent.map(([, input]) => input)).toMatchObject([{}, { RequestItems: left }]);

    const never = overviews(() => ({ UnprocessedKeys: left }));
    await expect(never.port.read(['acme'])).rejects.toMatchObject({ code: 'ledger-throttled' });
    expect(never.sent).toHaveLength(4);
  });

  it('what is to be remembered is set by itself, for 400 days', async () => {
    const { port, sent } = overviews(() => ({}));
    const version = { id: 'v2', createdAt: NOW };
    await port.remember('acme-prod', { settings: undefined, version });
    expect(sent).toEqual([
      [
        'UpdateItemCommand',
        {
          TableName: 'csr',
          Key: { pk: { S: 'acme-prod' }, sk: { S: 'summary' } },
          UpdateExpression: 'SET #version = :version, #expiresAt = :expiresAt',
          ExpressionAttributeNames: { '#version': 'version', '#expiresAt': 'expiresAt' },
          ExpressionAttributeValues: {
            ':version': { S: JSON.stringify(version) },
            ':expiresAt': { N: String(Date.parse('2027-04-05T03:00:00Z') / 1000) },
          },
        },
      ],
    ]);
  });
});

it('of an item of another form, the parts that can be read are known', async () => {
  const items = [
    {
      pk: { S: 'acme' },
      sk: { S: 'summary' },
      lastRun: { S: 'r' },
      origin: { S: '{"of":"another release"}' },
      settings: { S: 'not JSON' },
      version: { S: JSON.stringify({ id: 'v2', createdAt: NOW }) },
    },
    { pk: { S: 'audit#acme' }, sk: { S: 'record' }, record: { S: '{}' } },
  ];
  const { port } = overviews(() => ({ Responses: { csr: items } }));
  expect((await port.read(['acme'])).get('acme')).toEqual({ remembered: { version: { id: 'v2', createdAt: NOW } } });
});

it('a table that does not answer is told', async () => {
  const { port } = overviews(() => {
    throw serviceError('TimeoutError');
  });
  await expect(port.read(['acme'])).rejects.toMatchObject({ code: 'ledger-unavailable' });
});
