import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { dynamoDbLedger } from '../../functions/adapters/dynamodb/ledger.ts';
import { MemoryLedger } from '../../local/stand-ins/table/ledger.ts';
import { startTable, type TableServer } from '../../local/stand-ins/table/server.ts';
import { ledgerPortContract } from './ledger-port.ts';

describe('the ledger in memory', () => {
  const known = new Map<string, MemoryLedger>();

  ledgerPortContract({
    ledgerOf: (credential) => {
      const ledger = known.get(credential) ?? new MemoryLedger();
      known.set(credential, ledger);
      return ledger;
    },
  });
});

describe('the ledger in the embedded table', () => {
  let server: TableServer;
  let client: DynamoDBClient;
  beforeAll(async () => {
    server = await startTable('csr');
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    client = new DynamoDBClient({ endpoint: server.url, region: 'eu-north-1', credentials });
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  ledgerPortContract({ ledgerOf: (credential) => dynamoDbLedger(client, credential, { tableName: 'csr' }) });
});
