import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import { secretsManagerStore, storeFailure } from '../../../../functions/adapters/secrets-manager/store.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import { StageMovedError, VersionTakenError } from '../../../../functions/ports/secret-store.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';

const ID = 'csr/acme-prod';
const AT = new Date('2026-03-01T03:00:00Z');

function store(answer?: (name: string, input: never) => unknown) {
  const { client, sent } = stubClient<SecretsManagerClient>(answer);
  return { store: secretsManagerStore(client, ID), sent };
}

describe('versions', () => {
  it('come from ListSecretVersionIds, the deprecated ones included', async () => {
    const { store: port, sent } = store(() => ({
      Versions: [
        { VersionId: 'one', VersionStages: ['AWSCURRENT', 'AWSPENDING'], CreatedDate: AT },
        { VersionId: 'two', CreatedDate: AT },
      ],
    }));
    expect(await port.versions()).toEqual([
      { id: 'one', stages: ['AWSCURRENT', 'AWSPENDING'], createdAt: AT },
      { id: 'two', stages: [], createdAt: AT },
    ]);
    expect(sent).toEqual([
      ['ListSecretVersionIdsCommand', { SecretId: ID, IncludeDeprecated: true, MaxResults: 100, NextToken: undefined }],
    ]);
  });

  it('go on to the next page', async () => {
    const { store: port, sent } = store((_name, { NextToken }: { NextToken?: string }) =>
      NextToken === 'more'
        ? { Versions: [{ VersionId: 'two', CreatedDate: AT }] }
        : { Versions: [{ VersionId: 'one', CreatedDate: AT }], NextToken: 'more' },
    );
    expect((await port.versions()).map(({ id }) => id)).toEqual(['one', 'two']);
    expect(sent).toHaveLength(2);
  });
});

describe('read', () => {
  it('is about a version, not a label', async () => {
    const { store: port, sent } = store(() => ({ SecretString: 'the value' }));
    expect(await port.read('one')).toEqual(new Secret('the value'));
    expect(sent).toEqual([['GetSecretValueCommand', { SecretId: ID, VersionId: 'one' }]]);
  });

  it('does not take a binary value for none', async () => {
    const { store: port } = store(() => ({ SecretBinary: Buffer.from('not-to-be-told') }));
    const error = await port.read('one').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'document-invalid', message: expect.stringContaining('one of csr/acme-prod') });
    expect(String(error)).not.toContain('not-to-be-told');
  });

  it('takes an empty value for an empty one', async () => {
    expect(await store(() => ({ SecretString: '' })).store.read('one')).toEqual(new Secret(''));
  });

  it('gives undefined for a version without a value', async () => {
    const { store: port } = store(() => {
      throw serviceError('ResourceNotFoundException');
    });
    expect(await port.read('one')).toBeUndefined();
  });
});

describe('readCurrent', () => {
  it('is about AWSCURRENT, and tells which version that is', async () => {
    const { store: port, sent } = store(() => ({ SecretString: 'the value', VersionId: 'one' }));
    expect(await port.readCurrent()).toEqual({ id: 'one', value: new Secret('the value') });
    expect(sent).toEqual([['GetSecretValueCommand', { SecretId: ID }]]);
  });

  it('gives undefined where there is none', async () => {
    const { store: port } = store(() => {
      throw serviceError('ResourceNotFoundException');
    });
    expect(await port.readCurrent()).toBeUndefined();
  });
});

describe('describe', () => {
  it('tells LastChangedDate, and the versions that carry labels', async () => {
    const VersionIdsToStages = { one: ['AWSCURRENT', 'AWSPENDING'], two: ['AWSPREVIOUS'] };
    const { store: port, sent } = store(() => ({ LastChangedDate: AT, CreatedDate: new Date(0), VersionIdsToStages }));
    expect(await port.describe()).toEqual({
      changedAt: AT,
      labelled: [
        { id: 'one', stages: ['AWSCURRENT', 'AWSPENDING'] },
        { id: 'two', stages: ['AWSPREVIOUS'] },
      ],
    });
    expect(sent).toEqual([['DescribeSecretCommand', { SecretId: ID }]]);
  });

  it('of a secret without versions tells when it was made', async () => {
    const { store: port } = store(() => ({ CreatedDate: AT }));
    expect(await port.describe()).toEqual({ changedAt: AT, labelled: [] });
  });
});

describe('put', () => {
  const version = { id: 'one', value: new Secret('the value'), stage: 'AWSPENDING' } as const;

  it('is idempotent by its id, and asks for exactly one label', async () => {
    const { store: port, sent } = store(() => ({ VersionStages: ['AWSPENDING'] }));
    expect(await port.put(version)).toEqual({ labelled: true });
    expect(sent).toEqual([
      [
        'PutSecretValueCommand',
        { SecretId: ID, ClientRequestToken: 'one', SecretString: 'the value', VersionStages: ['AWSPENDING'] },
      ],
    ]);
  });

  it.each([
    ['the SDK repeated it', { VersionStages: ['AWSPENDING'], $metadata: { attempts: 2 } }],
    ['the label went elsewhere', { VersionStages: [] }],
    ['nothing is said', {}],
  ])('proves no label where %s', async (_what, answer) => {
    const { store: port } = store(() => answer);
    expect(await port.put(version)).toEqual({ labelled: false });
  });

  it('says when the id has other content', async () => {
    const { store: port } = store(() => {
      throw serviceError('ResourceExistsException');
    });
    await expect(port.put(version)).rejects.toBeInstanceOf(VersionTakenError);
  });
});

describe('moveStage', () => {
  it('always names the version that the label is taken from', async () => {
    const { store: port, sent } = store();
    await port.moveStage({ stage: 'AWSCURRENT', from: 'one', to: 'two' });
    await port.moveStage({ stage: 'AWSPENDING', from: 'two' });
    expect(sent).toEqual([
      [
        'UpdateSecretVersionStageCommand',
        { SecretId: ID, VersionStage: 'AWSCURRENT', RemoveFromVersionId: 'one', MoveToVersionId: 'two' },
      ],
      [
        'UpdateSecretVersionStageCommand',
        { SecretId: ID, VersionStage: 'AWSPENDING', RemoveFromVersionId: 'two', MoveToVersionId: undefined },
      ],
    ]);
  });

  it('says when the label is elsewhere', async () => {
    const { store: port } = store(() => {
      throw serviceError('InvalidParameterException');
    });
    await expect(port.moveStage({ stage: 'AWSPENDING', from: 'one' })).rejects.toBeInstanceOf(StageMovedError);
  });
});

describe('a refusal of Secrets Manager', () => {
  it.each([
    ['ResourceNotFoundException', 'secret-not-found'],
    ['AccessDeniedException', 'store-forbidden'],
    ['UnrecognizedClientException', 'store-forbidden'],
    ['DecryptionFailure', 'key-unusable'],
    ['EncryptionFailure', 'key-unusable'],
    ['LimitExceededException', 'too-many-versions'],
    ['InternalServiceError', 'store-unavailable'],
    ['TimeoutError', 'store-unavailable'],
    ['InvalidRequestException', 'store-unavailable'],
  ])('%s is %s, without its text', async (name, code) => {
    const { store: port } = store(() => {
      throw serviceError(name);
    });
    for (const call of [
      port.versions(),
      port.describe(),
      port.put({ id: 'i', value: new Secret('v'), stage: 'AWSPENDING' }),
    ]) {
      const error = await call.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'RotationError', code, message: `Secrets Manager, ${ID}: ${name}` });
      expect(JSON.stringify(error)).not.toContain('not-to-be-told');
    }
  });

  it('tells a secret that is scheduled for deletion from other bad requests', () => {
    const text = "You can't perform this operation on the secret because it was marked for deletion.";
    expect(storeFailure(serviceError('InvalidRequestException', text), ID)).toMatchObject({ code: 'secret-deleted' });
  });
});
