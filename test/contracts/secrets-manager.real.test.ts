import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createUser } from '../../local/real-stack/ministack/users.ts';
import { type SecretsManagerFront, secretsManagerFront } from '../../local/real-stack/secrets-manager-front/front.ts';
import { type Server, serve } from '../../local/stand-ins/serve.ts';
import { describeReal, realStack } from '../support/real.ts';
import { secretsManagerContract } from './secrets-manager.ts';

/** Nobody's rotation leans on these, and the front can't mend them without becoming an emulator itself. */
const BEHIND_FRONT = [
  'a secret is not found by a shorter part of its ARN',
  'the token of CreateSecret becomes the id of the first version, which gets AWSCURRENT',
  'CreateSecret repeated with the same token and content succeeds',
];

const WITHOUT_FRONT = [
  ...BEHIND_FRONT,
  'AWSPREVIOUS moves on at the next change, and the version that it leaves is kept as deprecated',
  'AWSPENDING moves to the new version from the one that has it',
  'all labels that are asked for are attached, AWSCURRENT among them',
  'the first version gets AWSCURRENT besides the labels that are asked for',
  'the same token with the same content succeeds and changes nothing',
  'the same token with other content is refused with ResourceExistsException and changes nothing',
  'of 20 calls at once with one token and different content exactly one succeeds',
  'a value must be given, as text or as bytes but not as both',
  'AWSCURRENT can not be removed without a move',
  'GetSecretValue refuses a VersionStage that is not on the VersionId',
  'a secret that was created without a value can not be read: ResourceNotFoundException',
  'a secret that was created without a value has neither version nor label',
  'ListSecretVersionIds leaves deprecated versions out unless they are asked for',
];

/** An IAM user, whose signature and permissions MiniStack checks. */
function iamUser(url: string, Action: string) {
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
  return createUser(url, { name: randomUUID(), policy });
}

describeReal('Secrets Manager of MiniStack', ['ministack'], () => {
  const clientOf = (endpoint: string, credentials: { accessKeyId: string; secretAccessKey: string }) =>
    new SecretsManagerClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  let plain: SecretsManagerClient;
  let strict: SecretsManagerClient;
  let front: SecretsManagerFront;
  let server: Server;

  beforeAll(async () => {
    const { url } = realStack().ministack;
    const keys = await iamUser(url, 'secretsmanager:*');
    plain = clientOf(url, keys);
    front = secretsManagerFront({ target: url, admin: clientOf(url, await iamUser(url, 'secretsmanager:*')) });
    server = await serve(front.handler);
    strict = clientOf(server.url, keys);
  });
  afterAll(async () => {
    await server?.close();
  });

  secretsManagerContract({ name: 'MiniStack alone', client: () => plain, knownDeviations: WITHOUT_FRONT });
  secretsManagerContract({ name: 'behind the front', client: () => strict, knownDeviations: BEHIND_FRONT });

  describe('the front', () => {
    it('keeps signatures: a wrong secret key is refused', async () => {
      const { url } = realStack().ministack;
      const { accessKeyId } = await iamUser(url, 'secretsmanager:*');
      const forged = clientOf(server.url, { accessKeyId, secretAccessKey: 'x'.repeat(40) });
      await expect(forged.send(new GetSecretValueCommand({ SecretId: 'any' }))).rejects.toThrow(/signature/i);
    });

    it('keeps permissions: who may only read can not write', async () => {
      const Name = `front/${randomUUID()}/x`;
      await strict.send(new CreateSecretCommand({ Name, SecretString: 'one' }));
      const keys = await iamUser(realStack().ministack.url, 'secretsmanager:GetSecretValue');
      const reader = clientOf(server.url, keys);
      await reader.send(new GetSecretValueCommand({ SecretId: Name }));
      const write = reader.send(new PutSecretValueCommand({ SecretId: Name, SecretString: 'two' }));
      await expect(write).rejects.toMatchObject({ name: 'AccessDeniedException' });
    });

    it('counts the calls of its callers, not its own', async () => {
      const Name = `front/${randomUUID()}/x`;
      await strict.send(new CreateSecretCommand({ Name, SecretString: 'one' }));
      front.resetCalls();
      await strict.send(new PutSecretValueCommand({ SecretId: Name, SecretString: 'two' }));
      expect(front.calls()).toEqual([{ operation: 'PutSecretValue', secretId: Name, count: 1 }]);
    });
  });
});
