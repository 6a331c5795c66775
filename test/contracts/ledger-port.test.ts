import { describe } from '@jest/globals';
import { dynamoDbLedger } from '../../functions/adapters/dynamodb/ledger.ts';
import { MemoryLedger } from '../../local/stand-ins/table/ledger.ts';
import { describeOnEmbeddedTable } from '../support/table.ts';
import { ledgerPortContract } from './ledger-port.ts';

describe('the ledger in memory', () => {
  const known = new Map<string, MemoryLedger>();

  ledgerPortContract({
    ledgerOf: (credential) => {
      const ledger = known.get(credential) ?? new MemoryLedger();
      known.set(credential, ledger);
      return ledger;
    },
  });
});

describeOnEmbeddedTable('the ledger in the embedded table', (table) => {
  ledgerPortContract({ ledgerOf: (credential) => dynamoDbLedger(table().client, credential, table()) });
});
