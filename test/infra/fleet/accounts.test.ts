import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readContext } from '../../../infra/context.ts';
import { ConfigurationError } from '../../../infra/faults/configuration-error.ts';
import { loadFleet } from '../../../infra/fleet/fleet.ts';
import { customer } from '../../support/settings.ts';

const roleOf = (account: string, name = 'acme') => `arn:aws:iam::${account}:role/csr/${name}`;
const ACCOUNT = { roleArn: roleOf('222233334444'), externalId: 'drawn-for-acme' };

/** The lines that refuse files of credentials. */
function faults(...files: readonly (readonly Record<string, unknown>[])[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'accounts-'));
  const paths = files.map((credentials, index) => {
    const path = join(folder, `${index}.json`);
    writeFileSync(path, JSON.stringify({ credentials }));
    return path;
  });
  try {
    loadFleet(
      paths,
      readContext((key) => ({ prefix: 'csr' })[key]),
    );
  } catch (error) {
    if (error instanceof ConfigurationError) return error.lines;
    throw error;
  }
  return [];
}

const at = (id: string, account: object) => customer(id, { account });

describe('accounts of customers', () => {
  it('may have several credentials, with one external id', () => {
    expect(faults([at('acme-prod', ACCOUNT), at('acme-test', { ...ACCOUNT, region: 'eu-west-1' })])).toEqual([]);
  });

  it('do not share an external id, in one file or in two', () => {
    const other = { roleArn: roleOf('555566667777'), externalId: ACCOUNT.externalId };
    const line = expect.stringContaining(
      'account.externalId: is already that of the account 222233334444: draw one for each customer',
    );

    expect(faults([at('acme-prod', ACCOUNT), at('globex-prod', other)])).toEqual([line]);
    expect(faults([at('acme-prod', ACCOUNT)], [at('globex-prod', other)])).toEqual([line]);
  });

  it.each([
    ['no external id', { roleArn: ACCOUNT.roleArn }, 'account.externalId'],
    ['one that is guessed', { ...ACCOUNT, externalId: 'acme' }, 'account.externalId: must be 8 to 256 letters'],
    ['a role that is none', { ...ACCOUNT, roleArn: 'acme' }, 'account.roleArn: is not the ARN of an IAM role'],
    ['another spelling', { ...ACCOUNT, roleARN: 'x' }, 'did you mean'],
  ])('are refused with %s', (_what, account, line) => {
    expect(faults([at('acme-prod', account)])).toEqual([expect.stringContaining(line)]);
  });

  it.each([
    ['native', { native: true }, 'native: not with account'],
    ['copies', { replicaRegions: ['eu-west-1'] }, 'replicaRegions: not with account'],
    ['a manual IAM', { iam: { type: 'manual' } }, "iam.type: not available yet with account: 'manual'"],
    [
      'a manual connector',
      { connectors: [{ name: 'IFS', via: 'manual' }] },
      "connectors[0].via: not available yet with account: 'manual'",
    ],
  ])('are refused together with %s', (_what, change, line) => {
    expect(faults([customer('acme-prod', { account: ACCOUNT, ...change })])).toContainEqual(
      expect.stringContaining(line),
    );
  });

  it('are as many as the policies of the functions hold', () => {
    const many = Array.from({ length: 42 }, (_, i) =>
      at(`customer-${i}`, { roleArn: roleOf('222233334444', `c${i}`), externalId: 'drawn-for-acme' }),
    );

    expect(faults(many.slice(0, 40))).toEqual([]);
    expect(faults(many)).toEqual([
      expect.stringContaining('credentials[40].account.roleArn: is one role too many'),
      expect.stringContaining('credentials[41].account.roleArn: is one role too many'),
    ]);
  });
});
