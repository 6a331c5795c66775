import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoDbRequestIds } from '../../functions/adapters/dynamodb/idempotency.ts';
import { startTable, type TableServer } from '../../local/stand-ins/table/server.ts';
import { idempotencyContract } from './idempotency.ts';

const ACCESS = { region: 'eu-north-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

describe('keys in the embedded table', () => {
  let server: TableServer;
  let client: DynamoDBClient;
  beforeAll(async () => {
    server = await startTable('csr');
    client = new DynamoDBClient({ ...ACCESS, endpoint: server.url });
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  idempotencyContract((credential) => dynamoDbRequestIds(client, credential, { tableName: 'csr' }));

  it('are refused in our words where there is no table, with neither key nor payload in them', async () => {
    const ids = dynamoDbRequestIds(client, 'acme-prod', { tableName: 'nowhere' });
    const failure = await ids({ key: 'not-to-be-told', payload: {} }, async () => 'r1').catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'ledger-unavailable', message: expect.stringContaining('nowhere') });
    expect(String(failure)).not.toContain('not-to-be-told');
  });
});
