import { dynamoDbTasks } from '../../functions/adapters/dynamodb/tasks.ts';
import { describeOnTable } from '../support/table.ts';
import { tasksPortContract } from './tasks-port.ts';

describeOnTable('tasks in the DynamoDB of MiniStack', (table) => {
  tasksPortContract({
    tasksOf: (credential) => {
      const { client, tableName } = table();
      return dynamoDbTasks(client, credential, { tableName });
    },
  });
});
