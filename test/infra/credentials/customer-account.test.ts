import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { roleOf, type Statement, statementsByRole } from '../policies.ts';
import { synthesize } from '../synthesize.ts';

jest.setTimeout(60_000);

const FILE = resolve(import.meta.dirname, '../../../docs/customer-account.json');
const { RotateOneSecret, UseTheKey } = JSON.parse(readFileSync(FILE, 'utf8')).Resources;

it('the template for a customer gives what a retire does with a secret at home, and no more', () => {
  const template = synthesize();
  const ours = statementsByRole(template).get(roleOf(template, 'client-secret-rotation-retire')) ?? [];
  const given = [RotateOneSecret, UseTheKey].flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  const actionsOf = (statements: readonly Statement[], service: string) =>
    new Set(statements.flatMap(({ Action }) => [Action].flat()).filter((action) => action.startsWith(`${service}:`)));
  const throughSecretsManager = ours.filter(({ Condition }) => JSON.stringify(Condition)?.includes('secretsmanager.'));

  expect(actionsOf(given, 'secretsmanager')).toEqual(actionsOf(ours, 'secretsmanager'));
  expect(actionsOf(given, 'kms')).toEqual(actionsOf(throughSecretsManager, 'kms'));
});
