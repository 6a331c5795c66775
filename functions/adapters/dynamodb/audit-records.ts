import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { FINDINGS, type FindingKind } from '../../credential/published/findings.ts';
import type { AuditRecord, AuditRecords, KnownOutage } from '../../ports/audit/records.ts';
import type { Item } from './items.ts';
import { type TableOptions, tableClient } from './table.ts';

/** For how long a record is known after its last audit, in seconds: a credential that is gone is forgotten. */
const KEPT_S = 90 * 86_400;

const date = z.iso.datetime().transform((text) => new Date(text));
const System = z.object({
  system: z.enum(['iam', 'connector', 'agent', 'secrets-manager', 'kms', 'scheduler', 'table']),
  host: z.string(),
  away: z.boolean(),
  code: z.string().transform((code) => code as never),
});
const Finding = z.object({
  kind: z.enum(Object.keys(FINDINGS) as [FindingKind, ...FindingKind[]]),
  about: z.string().optional(),
  detail: z.string(),
  since: date,
  expiresAt: date.optional(),
  system: System.optional(),
  announced: z.boolean(),
});
const Record = z.object({ auditedAt: date, seenAt: date.optional(), findings: z.array(Finding) });
const Outage = System.extend({
  detail: z.string(),
  since: date,
  credentials: z.int(),
  examples: z.array(z.string()),
});
const Outages = z.object({ outages: z.array(Outage) });
const Roster = z.object({ ids: z.array(z.string()) });

/**
 * What audits have found, in a DynamoDB table: one item a credential, one of all outages, and one of the ids of each turn. Their partition
 * keys begin with `audit#`, which no credential's does: an audit needs the right to write to no other item.
 *
 * @param sdk its retries are safe: every write replaces an item as a whole
 */
export function dynamoDbAuditRecords(sdk: Pick<DynamoDBClient, 'send'>, options: TableOptions): AuditRecords {
  const { tableName: TableName } = options;
  const client = tableClient(sdk, options, { about: 'ledger', expected: [] });
  const get = async <T>(Key: Item, schema: z.ZodType<T>): Promise<T | undefined> => {
    const { Item: item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    return readText(item, schema);
  };
  const put = async (key: Item, record: object, at: Date): Promise<void> => {
    const expiresAt = { N: String(Math.floor(at.getTime() / 1000) + KEPT_S) };
    const item = { ...key, record: { S: JSON.stringify(record) }, expiresAt };
    await client.send(new PutItemCommand({ TableName, Item: item }));
  };
  return {
    read: async (id) => (await get(auditKey(id), Record)) satisfies AuditRecord | undefined,
    write: async (id, record) => await put(auditKey(id), record, record.auditedAt),
    outages: async () => ((await get(OUTAGES, Outages))?.outages ?? []) satisfies readonly KnownOutage[],
    writeOutages: async (outages, now) => await put(OUTAGES, { outages }, now),
    roster: async (turn) => (await get(rosterOf(turn), Roster))?.ids ?? [],
    writeRoster: async (turn, ids, now) => await put(rosterOf(turn), { ids }, now),
  };
}

const keyOf = (id: string, sk: string): Item => ({ pk: { S: `audit#${id}` }, sk: { S: sk } });
/** The key of a credential's record. */
export const auditKey = (id: string): Item => keyOf(id, 'record');
const rosterOf = (turn: number) => keyOf('', `turn-${turn}`);
/** No id is empty. */
const OUTAGES = keyOf('', 'record');

/** A credential's record out of its item. */
export function readAudit(item: Item): AuditRecord | undefined {
  return readText(item, Record);
}

/** One of another form, which another release has written, is found anew. */
function readText<T>(item: Item | undefined, schema: z.ZodType<T>): T | undefined {
  return schema.safeParse(tryJson(item?.record?.S)).data;
}

function tryJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
