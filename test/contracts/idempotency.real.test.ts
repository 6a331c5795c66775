import { dynamoDbRequestIds } from '../../functions/adapters/dynamodb/idempotency.ts';
import { describeOnTable } from '../support/table.ts';
import { idempotencyContract } from './idempotency.ts';

describeOnTable('keys in the DynamoDB of MiniStack', (table) => {
  idempotencyContract((credential) => {
    const { client, tableName } = table();
    return dynamoDbRequestIds(client, credential, { tableName });
  });
});
