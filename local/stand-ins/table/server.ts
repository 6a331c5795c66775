import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

/** A DynamoDB that listens, with one table. */
export interface TableServer {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string;
  /** Stops listening and drops open connections. The table is gone then. */
  close(): Promise<void>;
}

/** A client's access to it: signatures are not checked. */
const ACCESS = { region: 'eu-north-1', credentials: { accessKeyId: 'AKIAEMBEDDED', secretAccessKey: 'embedded' } };

/**
 * Starts a DynamoDB in memory on loopback, and makes the table in it that the stack has.
 *
 * @see [dynalite](https://github.com/architect/dynalite)
 */
export async function startTable(tableName: string): Promise<TableServer> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await createTable(url, tableName);
  return {
    url,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function createTable(endpoint: string, TableName: string): Promise<void> {
  const client = new DynamoDBClient({ ...ACCESS, endpoint });
  await client.send(new CreateTableCommand(tableInput(TableName)));
  client.destroy();
}

/** What a table of the stack is made of, as far as reads and writes depend on it. */
export function tableInput(TableName: string): CreateTableCommandInput {
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  };
}
