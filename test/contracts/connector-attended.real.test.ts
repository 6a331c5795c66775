import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { dynamoDbTasks } from '../../functions/adapters/dynamodb/tasks.ts';
import { ROOT_KEYS } from '../../local/real-stack/ministack/users.ts';
import { tableInput } from '../../local/stand-ins/table/server.ts';
import { describeReal, realStack } from '../support/real.ts';
import { connectorAttendedContract } from './connector-attended.ts';

describeReal('a manual connector, its tasks in the DynamoDB of MiniStack', ['ministack'], () => {
  const tableName = `csr-attended-${Date.now()}`;
  let client: DynamoDBClient;
  beforeAll(async () => {
    const { url: endpoint } = realStack().ministack;
    client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: ROOT_KEYS });
    await client.send(new CreateTableCommand(tableInput(tableName)));
  });
  afterAll(() => client.destroy());

  connectorAttendedContract((credential) => dynamoDbTasks(client, credential, { tableName }));
});
