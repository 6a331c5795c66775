import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type AccessKeys, createUser, ROOT_KEYS } from '../../../../local/real-stack/ministack/users.ts';
import { describeReal, realStack } from '../../../support/real.ts';

describeReal('MiniStack', ['ministack'], () => {
  const clients: SecretsManagerClient[] = [];
  let keys: AccessKeys;

  function secretsManager(credentials: AccessKeys, region = 'us-east-1'): SecretsManagerClient {
    const client = new SecretsManagerClient({ endpoint: realStack().ministack.url, region, credentials });
    clients.push(client);
    return client;
  }

  beforeAll(async () => {
    const root = secretsManager(ROOT_KEYS);
    const { ARN } = await root.send(new CreateSecretCommand({ Name: 'ministack/mine', SecretString: 'value-1' }));
    await root.send(new CreateSecretCommand({ Name: 'ministack/other', SecretString: 'value-2' }));
    const allow = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: ARN };
    const policy = { Version: '2012-10-17', Statement: [allow] };
    keys = await createUser(realStack().ministack.url, { name: 'ministack-reader', policy });
  });

  afterAll(() => {
    for (const client of clients) client.destroy();
  });

  it("allows a user what the user's policy allows", async () => {
    const answer = await secretsManager(keys).send(new GetSecretValueCommand({ SecretId: 'ministack/mine' }));
    expect(answer.SecretString).toBe('value-1');
  });

  it('denies a user everything else', async () => {
    const denied = secretsManager(keys).send(new GetSecretValueCommand({ SecretId: 'ministack/other' }));
    await expect(denied).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('denies a request that is signed with another key than the one it names', async () => {
    const forged = secretsManager({ ...keys, secretAccessKey: ROOT_KEYS.secretAccessKey });
    const denied = forged.send(new GetSecretValueCommand({ SecretId: 'ministack/mine' }));
    await expect(denied).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  });

  it('keeps regions apart by the region in the signature', async () => {
    const elsewhere = secretsManager(ROOT_KEYS, 'eu-north-1');
    const { ARN } = await elsewhere.send(new CreateSecretCommand({ Name: 'ministack/north', SecretString: 'n' }));
    expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-north-1:000000000000:secret:ministack\/north-/);
    const missing = secretsManager(ROOT_KEYS).send(new GetSecretValueCommand({ SecretId: 'ministack/north' }));
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
