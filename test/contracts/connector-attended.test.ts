import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { dynamoDbTasks } from '../../functions/adapters/dynamodb/tasks.ts';
import { manualConnector } from '../../functions/adapters/manual/manual-connector.ts';
import { freePorts } from '../../local/real-stack/programs/free-ports.ts';
import { MemoryTasks } from '../../local/stand-ins/table/tasks.ts';
import { describeOnEmbeddedTable } from '../support/table.ts';
import { connectorAttendedContract } from './connector-attended.ts';

const ACCESS = { region: 'eu-north-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

describe('a manual connector, its tasks in memory', () => {
  connectorAttendedContract(() => new MemoryTasks());
});

describeOnEmbeddedTable('a manual connector, its tasks in the embedded table', (table) => {
  connectorAttendedContract((credential) => dynamoDbTasks(table().client, credential, table()));
});

// Only a socket can be closed.
it('is tasks-unavailable where no table answers', async () => {
  const [port] = await freePorts(1);
  const client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, ...ACCESS, maxAttempts: 1 });
  const tasks = dynamoDbTasks(client, 'acme-prod', { tableName: 'csr' });
  const settings = { name: 'Desk', via: 'manual', proof: 'attested', within: 'P3D' } as const;
  const deps = { tasks, store: { read: async () => undefined }, now: () => new Date() };
  const connector = manualConnector(settings, { grace: 'PT24H' }, deps);
  await expect(connector.read()).rejects.toMatchObject({ code: 'tasks-unavailable' });
  client.destroy();
});
