import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { dynamoDbTasks } from '../../functions/adapters/dynamodb/tasks.ts';
import { startTable, type TableServer } from '../../local/stand-ins/table/server.ts';
import { MemoryTasks } from '../../local/stand-ins/table/tasks.ts';
import { tasksPortContract } from './tasks-port.ts';

describe('tasks in memory', () => {
  const known = new Map<string, MemoryTasks>();

  tasksPortContract({
    tasksOf: (credential) => {
      const tasks = known.get(credential) ?? new MemoryTasks();
      known.set(credential, tasks);
      return tasks;
    },
  });
});

describe('tasks in the embedded table', () => {
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

  tasksPortContract({ tasksOf: (credential) => dynamoDbTasks(client, credential, { tableName: 'csr' }) });
});
