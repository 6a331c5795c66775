import { dynamoDbLedger } from '../../functions/adapters/dynamodb/ledger.ts';
import { describeOnTable } from '../support/table.ts';
import { ledgerPortContract } from './ledger-port.ts';

describeOnTable('the ledger in the DynamoDB of MiniStack', (table) => {
  ledgerPortContract({
    ledgerOf: (credential) => {
      const { client, tableName } = table();
      return dynamoDbLedger(client, credential, { tableName });
    },
  });
});
