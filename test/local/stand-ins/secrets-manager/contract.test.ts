import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll } from '@jest/globals';
import { inProcess } from '../../../../local/stand-ins/in-process.ts';
import { createSecretsManager } from '../../../../local/stand-ins/secrets-manager/engine.ts';
import { secretsManagerHandler } from '../../../../local/stand-ins/secrets-manager/handler.ts';
import { type Server, serve } from '../../../../local/stand-ins/serve.ts';
import { secretsManagerContract } from '../../../contracts/secrets-manager.ts';

const { handler } = secretsManagerHandler(createSecretsManager());
const config = { region: 'eu-north-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

const direct = new SecretsManagerClient({
  ...config,
  endpoint: 'http://secrets',
  requestHandler: inProcess(handler),
});
secretsManagerContract({ name: 'embedded, in process', client: () => direct });

let server: Server;
let overSocket: SecretsManagerClient;
beforeAll(async () => {
  server = await serve(handler);
  overSocket = new SecretsManagerClient({ ...config, endpoint: server.url });
});
afterAll(async () => {
  overSocket.destroy();
  await server.close();
});
secretsManagerContract({ name: 'embedded, over a socket', client: () => overSocket });
