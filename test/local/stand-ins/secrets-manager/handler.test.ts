import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import { createSecretsManager } from '../../../../local/stand-ins/secrets-manager/engine.ts';
import { secretsManagerHandler } from '../../../../local/stand-ins/secrets-manager/handler.ts';
import { bench } from './bench.ts';

const SecretId = 'acme';
const create = new CreateSecretCommand({ Name: SecretId, SecretString: 'one' });
const put = new PutSecretValueCommand({ SecretId, SecretString: 'two' });
const get = new GetSecretValueCommand({ SecretId });

describe('the wire', () => {
  it('refuses an operation that it does not know by name', async () => {
    const { client } = bench();
    const call = client.send(new GetRandomPasswordCommand({}));
    await expect(call).rejects.toMatchObject({ name: 'UnknownOperationException' });
    await expect(call).rejects.toThrow("'GetRandomPassword'");
  });

  it('refuses a parameter that it does not know rather than ignoring it', async () => {
    const { client } = bench();
    const call = client.send(new CreateSecretCommand({ Name: SecretId, AddReplicaRegions: [{ Region: 'us-east-1' }] }));
    await expect(call).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(call).rejects.toThrow('AddReplicaRegions');
  });

  it.each([
    ['a token of 31 characters', { SecretString: 'x', ClientRequestToken: 'x'.repeat(31) }],
    ['an empty value', { SecretString: '' }],
    ['no label in the list of labels', { SecretString: 'x', VersionStages: [] }],
  ])('refuses %s', async (_what, input) => {
    const { client } = bench();
    await client.send(create);
    const call = client.send(new PutSecretValueCommand({ SecretId, ...input }));
    await expect(call).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('never repeats a value in an error', async () => {
    const { client } = bench();
    const value = 'do-not-repeat'.repeat(6000);
    const call = client.send(new CreateSecretCommand({ Name: SecretId, SecretString: value }));
    await expect(call).rejects.toThrow(/^(?!.*do-not-repeat).*SecretString/s);
  });

  it('answers a body that is not JSON with SerializationException', async () => {
    const { handler } = secretsManagerHandler(createSecretsManager());
    const response = await handler(new Request('http://secrets/', { method: 'POST', body: '{' }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'SerializationException' });
  });
});

describe('a disabled key', () => {
  it('makes reads DecryptionFailure and writes EncryptionFailure, while the secret can be described', async () => {
    const { client, engine } = bench();
    await client.send(create);
    engine.disableKey(SecretId);
    await expect(client.send(get)).rejects.toMatchObject({ name: 'DecryptionFailure' });
    await expect(client.send(put)).rejects.toMatchObject({ name: 'EncryptionFailure' });
    await client.send(new DescribeSecretCommand({ SecretId }));
    engine.enableKey(SecretId);
    expect(await client.send(get)).toMatchObject({ SecretString: 'one' });
  });
});

describe('a test', () => {
  it('can count calls by operation and secret, whether they succeed or not, by name or ARN', async () => {
    const { client, calls, resetCalls } = bench();
    const { ARN } = await client.send(create);
    await client.send(get);
    await client.send(new GetSecretValueCommand({ SecretId: ARN }));
    await expect(client.send(new GetSecretValueCommand({ SecretId: 'other' }))).rejects.toThrow();
    expect(calls()).toEqual([
      { operation: 'CreateSecret', secretId: 'acme', count: 1 },
      { operation: 'GetSecretValue', secretId: 'acme', count: 2 },
      { operation: 'GetSecretValue', secretId: 'other', count: 1 },
    ]);
    resetCalls();
    expect(calls()).toEqual([]);
  });

  it('can lose a request, lose a reply, and answer in the place of Secrets Manager', async () => {
    const { client, engine } = bench({
      intercept: async (operation, secretId, forward) => {
        if (operation === 'GetSecretValue') return Response.json({ __type: 'ThrottlingException' }, { status: 400 });
        if (operation === 'DescribeSecret') throw new Error('request lost');
        const response = await forward();
        if (operation === 'PutSecretValue' && secretId === SecretId) throw new Error('reply lost');
        return response;
      },
    });
    await client.send(create);
    await expect(client.send(get)).rejects.toMatchObject({ name: 'ThrottlingException' });
    await expect(client.send(new DescribeSecretCommand({ SecretId }))).rejects.toThrow('request lost');
    await expect(client.send(put)).rejects.toThrow('reply lost');
    expect(engine.versions(SecretId).map(({ SecretString }) => SecretString)).toEqual(['one', 'two']);
  });
});
