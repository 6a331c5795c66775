import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import { secretsManagerList } from '../../../../functions/adapters/secrets-manager/secret-list.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';

interface Input {
  readonly Filters: { readonly Key: string; readonly Values: string[] }[];
  readonly NextToken?: string;
}

const secret = (name: string, stages: Record<string, string[]> = {}) => ({
  Name: `csr/${name}`,
  SecretVersionsToStages: stages,
});
const many = (length: number, beginning: string) =>
  Array.from({ length }, (_, index) => `${beginning}${String(index).padStart(3, '0')}`);

function list(answer: (input: Input) => unknown) {
  const { client, sent } = stubClient<SecretsManagerClient>((_name, input) => answer(input));
  const inputs = () => sent.map(([, input]) => input as Input);
  return { port: secretsManagerList(client, 'csr/', { sleep: async () => {} }), inputs };
}

describe('the secrets of a page', () => {
  it('are asked for by name, and their labels are told by id', async () => {
    const SecretList = [
      secret('acme-prod', { v1: ['AWSPREVIOUS'], v2: ['AWSCURRENT', 'AWSPENDING'] }),
      { Name: 'csr/acme-test' },
      // Begins like one that was asked for.
      secret('acme-prod-2', { v9: ['AWSCURRENT'] }),
    ];
    const { port, inputs } = list(() => ({ SecretList }));
    expect(await port.labelled(['acme-prod', 'acme-test', 'gone'])).toEqual(
      new Map([
        [
          'acme-prod',
          [
            { id: 'v1', stages: ['AWSPREVIOUS'] },
            { id: 'v2', stages: ['AWSCURRENT', 'AWSPENDING'] },
          ],
        ],
        ['acme-test', []],
      ]),
    );
    const Filters = [{ Key: 'name', Values: ['csr/acme-prod', 'csr/acme-test', 'csr/gone'] }];
    expect(inputs()).toEqual([{ Filters, MaxResults: 100, NextToken: undefined }]);
  });

  it('are one call for fifty neighbours in a fleet of thousands', async () => {
    const ids = many(50, 'customer-');
    const fleet = [...many(1000, 'customer-'), ...many(1000, 'other-')];
    const { port, inputs } = list(({ Filters: [filter] }) => {
      const matching = fleet.filter((id) => filter?.Values.some((value) => `csr/${id}`.startsWith(value)));
      return { SecretList: matching.slice(0, 100).map((id) => secret(id)) };
    });
    expect((await port.labelled(ids)).size).toBe(50);
    expect(inputs()).toHaveLength(1);
    expect(inputs()[0]?.Filters[0]?.Values).toEqual([
      'csr/customer-00',
      'csr/customer-01',
      'csr/customer-02',
      'csr/customer-03',
      'csr/customer-04',
    ]);
  });

  it('are looked for on three pages at most, and not beyond the last one that is found', async () => {
    const endless = list(() => ({ SecretList: [secret('other')], NextToken: 'more' }));
    expect((await endless.port.labelled(['acme'])).size).toBe(0);
    expect(endless.inputs().map(({ NextToken }) => NextToken)).toEqual([undefined, 'more', 'more']);

    const found = list(() => ({ SecretList: [secret('acme')], NextToken: 'more' }));
    await found.port.labelled(['acme']);
    expect(found.inputs()).toHaveLength(1);
  });

  it('are no call where there are none', async () => {
    const { port, inputs } = list(() => ({}));
    expect([await port.labelled([]), inputs()]).toEqual([new Map(), []]);
  });
});

it('tells a failure by its name', async () => {
  const { port } = list(() => {
    throw serviceError('AccessDeniedException');
  });
  await expect(port.labelled(['acme'])).rejects.toMatchObject({
    code: 'store-forbidden',
    message: 'Secrets Manager, csr/: AccessDeniedException',
  });
});
