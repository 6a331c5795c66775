import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { startTable, type TableServer } from '../../local/stand-ins/table/server.ts';
import { overviewsPortContract } from './overviews-port.ts';

describe('what lists read in the embedded table', () => {
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

  overviewsPortContract(() => ({ client, tableName: 'csr' }));
});
