import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { dynamoDbAuditRecords } from '../../../../functions/adapters/dynamodb/audit-records.ts';
import type { AuditRecord, KnownOutage } from '../../../../functions/ports/audit/records.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';
import { IAM_AWAY } from '../../../support/sights.ts';

const AT = new Date('2026-03-01T03:00:00.000Z');
/** 90 days later, in seconds. */
const EXPIRES = { N: String(Date.parse('2026-05-30T03:00:00Z') / 1000) };
const { host, system, away, code } = IAM_AWAY;
const RECORD: AuditRecord = {
  auditedAt: AT,
  seenAt: AT,
  findings: [
    { kind: 'expiry-near', about: 'current', detail: 'soon', since: AT, expiresAt: AT, announced: true },
    { kind: 'unreadable', detail: 'away', since: AT, system: { host, system, away, code }, announced: false },
  ],
};
const OUTAGE: KnownOutage = { ...IAM_AWAY, since: AT, credentials: 150, examples: ['acme-prod'] };

interface Key {
  readonly pk: { readonly S: string };
  readonly sk: { readonly S: string };
}

const placeOf = ({ pk, sk }: Key) => `${pk.S} ${sk.S}`;

/** A table that keeps what is put. */
function recordsOver(items: Record<string, object> = {}) {
  const { client, sent } = stubClient<DynamoDBClient>((name, input: { Item?: Key; Key?: Key }) => {
    if (name === 'PutItemCommand' && input.Item) items[placeOf(input.Item)] = input.Item;
    return { Item: input.Key && items[placeOf(input.Key)] };
  });
  return { records: dynamoDbAuditRecords(client, { tableName: 'csr', patience: { sleep: async () => {} } }), sent };
}

describe('a record', () => {
  it('is read as it was written', async () => {
    const { records } = recordsOver();
    await records.write('acme-prod', RECORD);
    expect(await records.read('acme-prod')).toEqual(RECORD);
    expect(await records.read('globex-prod')).toBeUndefined();
  });

  it('is one item, in a partition that no credential has, and is forgotten after 90 days', async () => {
    const { records, sent } = recordsOver();
    await records.write('acme-prod', RECORD);
    const Item = {
      pk: { S: 'audit#acme-prod' },
      sk: { S: 'record' },
      record: { S: JSON.stringify(RECORD) },
      expiresAt: EXPIRES,
    };
    expect(sent).toEqual([['PutItemCommand', { TableName: 'csr', Item }]]);
  });

  it.each(['not JSON', '{}', JSON.stringify({ ...RECORD, findings: [{ kind: 'of-another-release' }] })])(
    'of another form is found anew: %s',
    async (S) => {
      const { records } = recordsOver({ 'audit#acme-prod record': { record: { S } } });
      expect(await records.read('acme-prod')).toBeUndefined();
    },
  );
});

describe('outages', () => {
  it('are read as they were written', async () => {
    const { records, sent } = recordsOver();
    expect(await records.outages()).toEqual([]);
    await records.writeOutages([OUTAGE], AT);
    expect(await records.outages()).toEqual([OUTAGE]);
    expect(sent[1]).toMatchObject(['PutItemCommand', { Item: { pk: { S: 'audit#' }, expiresAt: EXPIRES } }]);
  });
});

describe('the ids of a turn', () => {
  it('are read as they were written, apart from other turns and from outages', async () => {
    const { records, sent } = recordsOver();
    expect(await records.roster(12)).toEqual([]);
    await records.writeRoster(12, ['acme-prod', 'acme-test'], AT);
    expect(await records.roster(12)).toEqual(['acme-prod', 'acme-test']);
    expect(await records.roster(13)).toEqual([]);
    expect(await records.outages()).toEqual([]);
    expect(sent[1]).toMatchObject([
      'PutItemCommand',
      { Item: { pk: { S: 'audit#' }, sk: { S: 'turn-12' }, expiresAt: EXPIRES } },
    ]);
  });
});

it('a table that is down is ledger-unavailable, and never a record that is not there', async () => {
  const { client } = stubClient<DynamoDBClient>(() => {
    throw serviceError('InternalServerError');
  });
  const records = dynamoDbAuditRecords(client, { tableName: 'csr', patience: { sleep: async () => {} } });
  await expect(records.read('acme-prod')).rejects.toMatchObject({ code: 'ledger-unavailable' });
  await expect(records.outages()).rejects.toMatchObject({ code: 'ledger-unavailable' });
});
