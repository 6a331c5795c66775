import { dynamoDbTasks } from '../../functions/adapters/dynamodb/tasks.ts';
import { describeOnTable } from '../support/table.ts';
import { connectorAttendedContract } from './connector-attended.ts';

describeOnTable('a manual connector, its tasks in the DynamoDB of MiniStack', (table) => {
  connectorAttendedContract((credential) => {
    const { client, tableName } = table();
    return dynamoDbTasks(client, credential, { tableName });
  });
});
