import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { AwsClient } from 'aws4fetch';
import { keycloakAdmin } from '../../../local/real-stack/keycloak/admin.ts';
import { requestToken } from '../../../local/real-stack/keycloak/tokens.ts';
import { freePorts } from '../../../local/real-stack/programs/free-ports.ts';
import { accessOf } from '../../../local/stand-ins/connector/access.ts';
import { ConnectorEngine } from '../../../local/stand-ins/connector/engine.ts';
import { CONFIGURATIONS_PATH, connectorHandler } from '../../../local/stand-ins/connector/handler.ts';
import { type Server, serve } from '../../../local/stand-ins/serve.ts';
import { describeReal } from '../../support/real.ts';
import { type StackProcess, startStack } from './stack-process.ts';

const CLIENT_ID = 'NC_Flow_Client';
const ACCESS = 'client-secret-rotation-access';

describeReal('the full stack by hand', ['keycloak', 'ministack'], () => {
  let folder: string;
  let ports: { keycloak: number; aws: number; connector: number };
  let connector: Server;
  let stack: StackProcess;
  const engine = new ConnectorEngine({ now: Date.now, instance: 'by-hand' });

  beforeAll(async () => {
    const [keycloak = 0, aws = 0, port = 0] = await freePorts(3);
    ports = { keycloak, aws, connector: port };
    folder = await mkdtemp(join(tmpdir(), 'stack-'));
    const file = join(folder, 'fleet.json');
    const credentials = [
      credential('acme-prod', { strategy: 'dual-secret' }, 'bearer'),
      credential('globex-prod', { tags: { overlap: 'no' } }, 'basic'),
    ];
    await writeFile(file, JSON.stringify({ credentials }));
    stack = await startStack(['--credentials', file, '--keycloak-port', `${keycloak}`, '--aws-port', `${aws}`]);
    const access = accessOf({ type: 'basic', username: 'globex-prod', password: 'local-globex-prod' });
    connector = await serve(connectorHandler(engine, { access }), ports.connector);
  });

  afterAll(async () => {
    stack?.kill();
    await connector?.close();
    await rm(folder, { recursive: true });
  });

  function credential(id: string, settings: object, type: 'bearer' | 'basic') {
    return {
      id,
      accessTokenUrl: `${realmUrl(id)}/protocol/openid-connect/token`,
      clientId: CLIENT_ID,
      iam: {
        adminUrl: `http://127.0.0.1:${ports.keycloak}/admin/realms/${id}`,
        auth: { clientId: 'rotator', secretId: `${ACCESS}/${id}/iam` },
      },
      connectors: [
        {
          name: 'IFS',
          url: `http://127.0.0.1:${ports.connector}${CONFIGURATIONS_PATH}${id}`,
          auth: { type, secretId: `${ACCESS}/${id}/connector` },
        },
      ],
      schedule: { expression: 'cron(0 3 1 1 ? *)' },
      ...settings,
    };
  }

  function realmUrl(id: string): string {
    return `http://127.0.0.1:${ports.keycloak}/realms/${id}`;
  }

  function secretsManager(keys: { accessKeyId: string; secretAccessKey: string }) {
    const { endpoint, region } = stack.description.aws;
    return new SecretsManagerClient({ endpoint, region, credentials: { ...keys } });
  }

  async function secretOf(id: string): Promise<string> {
    const { url, adminUser, adminPassword } = stack.description.keycloak;
    const { api } = keycloakAdmin({ url, user: adminUser, password: adminPassword });
    const [client] = await api.clients.find({ realm: id, clientId: CLIENT_ID });
    return client?.secret ?? '';
  }

  it('says where everything is', () => {
    const { aws, operator, apiUrl, curlApiUrl, outputs, secretPrefix, keycloak, pid } = stack.description;
    expect(aws).toEqual({
      endpoint: `http://127.0.0.1:${ports.aws}`,
      region: expect.any(String),
      accessKeyId: expect.any(String),
      secretAccessKey: expect.any(String),
    });
    expect(Object.keys(operator)).toEqual(['accessKeyId', 'secretAccessKey']);
    expect(apiUrl).toBe(`http://127.0.0.1:${ports.aws}/_aws/execute-api/${outputs.ApiId}/$default`);
    expect(curlApiUrl).toBe(`http://127.0.0.1:${ports.aws}/_aws/execute-api/${outputs.ApiId}`);
    expect(secretPrefix).toBe('client-secret-rotation');
    expect(keycloak.url).toBe(`http://127.0.0.1:${ports.keycloak}`);
    expect(pid).toBeGreaterThan(0);
  });

  it('has made every access secret, and no value of a credential', async () => {
    const client = secretsManager(stack.description.aws);
    const { SecretList = [] } = await client.send(new ListSecretsCommand({}));
    const names = SecretList.flatMap(({ Name }) => Name ?? []).sort();
    expect(names).toEqual([
      `${ACCESS}/acme-prod/connector`,
      `${ACCESS}/acme-prod/iam`,
      `${ACCESS}/globex-prod/connector`,
      `${ACCESS}/globex-prod/iam`,
      'client-secret-rotation/acme-prod',
      'client-secret-rotation/globex-prod',
    ]);
    const read = async (name: string) =>
      (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString ?? '';
    expect(await read(`${ACCESS}/acme-prod/connector`)).toBe('{"token":"local-acme-prod"}');
    expect(await read(`${ACCESS}/globex-prod/connector`)).toBe(
      '{"username":"globex-prod","password":"local-globex-prod"}',
    );
    const { clientSecret } = JSON.parse(await read(`${ACCESS}/acme-prod/iam`));
    expect((await requestToken(realmUrl('acme-prod'), { clientId: 'rotator', secret: clientSecret })).status).toBe(200);
    // What this emulator makes of a secret without a value.
    expect(await read('client-secret-rotation/acme-prod')).toBe('');
  });

  it('adopts and rotates through the API with the keys of the operator, who may not read a secret', async () => {
    const { operator, apiUrl, aws } = stack.description;
    const section = {
      flowType: 'ClientCredentials' as const,
      accessTokenUrl: `${realmUrl('globex-prod')}/protocol/openid-connect/token`,
      clientId: CLIENT_ID,
      clientSecret: await secretOf('globex-prod'),
      scopes: 'openid microprofile-jwt',
    };
    engine.configure('globex-prod', {
      name: 'IFS',
      serviceUri: 'http://127.0.0.1',
      ifsVersion: 'IFS Cloud',
      breakWorkflowOnError: true,
      authentication: { designTime: section, runtime: section },
    });
    const signed = new AwsClient({ ...operator, service: 'execute-api', region: aws.region, retries: 0 });
    const rotate = () => signed.fetch(`${apiUrl}/credentials/globex-prod/rotations`, { method: 'POST' });
    expect(await (await rotate()).json()).toMatchObject({ outcome: 'adopted' });
    let response = await rotate();
    while (response.status === 409) {
      await sleep(Number(response.headers.get('retry-after')) * 1000);
      response = await rotate();
    }
    expect(await response.json()).toMatchObject({ outcome: 'rotated', strategy: 'in-place' });
    const secret = await secretOf('globex-prod');
    expect(secret === section.clientSecret).toBe(false);
    expect(engine.secretOf('globex-prod', 'runtime') === secret).toBe(true);

    const read = new GetSecretValueCommand({ SecretId: `${ACCESS}/globex-prod/iam` });
    await expect(secretsManager(operator).send(read)).rejects.toThrow(
      expect.objectContaining({ name: 'AccessDeniedException' }),
    );
  });

  it('ends on SIGTERM with 0, and leaves nothing behind', async () => {
    const { code, stdout } = await stack.end();
    expect(code).toBe(0);
    expect(stdout).toHaveLength(1);
    expect(() => process.kill(stack.description.pid, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
    for (const port of [ports.keycloak, ports.aws]) {
      await (await serve(async () => new Response(null), port)).close();
    }
  });
});
