import { randomUUID } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll } from '@jest/globals';
import { createUser } from '../../local/real-stack/ministack/users.ts';
import { secretsManagerFront } from '../../local/real-stack/secrets-manager-front/front.ts';
import { type Server, serve } from '../../local/stand-ins/serve.ts';
import { describeReal, realStack } from '../support/real.ts';
import { accessSecretConnectorContract } from './connector-access-secret.ts';

describeReal('an access secret in the Secrets Manager of MiniStack', ['ministack'], () => {
  let server: Server;
  let client: SecretsManagerClient;

  beforeAll(async () => {
    const { url } = realStack().ministack;
    const Statement = [{ Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' }];
    const credentials = await createUser(url, { name: randomUUID(), policy: { Version: '2012-10-17', Statement } });
    const clientOf = (endpoint: string) =>
      new SecretsManagerClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
    server = await serve(secretsManagerFront({ target: url, admin: clientOf(url) }).handler);
    client = clientOf(server.url);
  });
  afterAll(async () => {
    client?.destroy();
    await server?.close();
  });

  accessSecretConnectorContract(() => client);
});
