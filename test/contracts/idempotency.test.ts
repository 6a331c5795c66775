import { expect, it } from '@jest/globals';
import { dynamoDbRequestIds } from '../../functions/adapters/dynamodb/idempotency.ts';
import { describeOnEmbeddedTable } from '../support/table.ts';
import { idempotencyContract } from './idempotency.ts';

describeOnEmbeddedTable('keys in the embedded table', (table) => {
  idempotencyContract((credential) => dynamoDbRequestIds(table().client, credential, table()));

  it('are refused in our words where there is no table, with neither key nor payload in them', async () => {
    const ids = dynamoDbRequestIds(table().client, 'acme-prod', { tableName: 'nowhere' });
    const failure = await ids({ key: 'not-to-be-told', payload: {} }, async () => 'r1').catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'ledger-unavailable', message: expect.stringContaining('nowhere') });
    expect(String(failure)).not.toContain('not-to-be-told');
  });
});
