import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { ROOT_KEYS } from '../../local/real-stack/ministack/users.ts';
import { startTable, type TableServer, tableInput } from '../../local/stand-ins/table/server.ts';
import { describeReal, realStack } from './real.ts';

/** A table of a suite's own, as the stack makes it. */
export interface OwnTable {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

/**
 * A suite that has a table of its own in the DynamoDB of MiniStack.
 *
 * @param suite gets what tells the table; it is there once the suite's cases run
 */
export function describeOnTable(name: string, suite: (table: () => OwnTable) => void): void {
  describeReal(name, ['ministack'], () => {
    const tableName = `csr-${randomUUID()}`;
    let client: DynamoDBClient;
    beforeAll(async () => {
      const { url: endpoint } = realStack().ministack;
      client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: ROOT_KEYS });
      await client.send(new CreateTableCommand(tableInput(tableName)));
    });
    afterAll(() => client?.destroy());

    suite(() => ({ client, tableName }));
  });
}

/**
 * A suite on the embedded table, over a socket.
 *
 * @param suite gets what tells the table; it is there once the suite's cases run
 */
export function describeOnEmbeddedTable(name: string, suite: (table: () => OwnTable) => void): void {
  describe(name, () => {
    const tableName = 'csr';
    let server: TableServer;
    let client: DynamoDBClient;
    beforeAll(async () => {
      server = await startTable(tableName);
      const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
      client = new DynamoDBClient({ endpoint: server.url, region: 'eu-north-1', credentials });
    });
    afterAll(async () => {
      client.destroy();
      await server.close();
    });

    suite(() => ({ client, tableName }));
  });
}
