import { describe } from '@jest/globals';
import { dynamoDbTasks } from '../../functions/adapters/dynamodb/tasks.ts';
import { MemoryTasks } from '../../local/stand-ins/table/tasks.ts';
import { describeOnEmbeddedTable } from '../support/table.ts';
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

describeOnEmbeddedTable('tasks in the embedded table', (table) => {
  tasksPortContract({ tasksOf: (credential) => dynamoDbTasks(table().client, credential, table()) });
});
