import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { secretsManagerFront } from '../../../../local/real-stack/secrets-manager-front/front.ts';
import { createSecretsManager } from '../../../../local/stand-ins/secrets-manager/engine.ts';
import { secretsManagerHandler } from '../../../../local/stand-ins/secrets-manager/handler.ts';
import { type Server, serve } from '../../../../local/stand-ins/serve.ts';
import { secretsManagerContract } from '../../../contracts/secrets-manager.ts';

const config = { region: 'eu-north-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1 };
const clientOf = (endpoint: string) => new SecretsManagerClient({ ...config, endpoint });

let target: Server;
let front: Server;
let client: SecretsManagerClient;
const received: Request[] = [];

beforeAll(async () => {
  const { handler } = secretsManagerHandler(createSecretsManager());
  target = await serve((request) => {
    received.push(request.clone());
    return handler(request);
  });
  const { url } = target;
  front = await serve(secretsManagerFront({ target: url, admin: clientOf(url) }).handler);
  client = clientOf(front.url);
});
afterAll(async () => {
  client.destroy();
  await front.close();
  await target.close();
});

// Also before a Secrets Manager that does everything right, the front changes nothing that a rule is about.
secretsManagerContract({ name: 'behind the front, embedded', client: () => client });

describe('the front', () => {
  it('forwards method, path, body and the signed headers as they came, Host included', async () => {
    received.length = 0;
    const headers = { host: 'secretsmanager.example:1234', 'x-amz-target': 'secretsmanager.GetSecretValue' };
    const { handler } = secretsManagerFront({ target: target.url, admin: clientOf(target.url) });
    const signed = { ...headers, authorization: 'AWS4-HMAC-SHA256 Credential=a', 'x-amz-date': '20260110T120000Z' };
    await handler(new Request('http://front/path?a=b', { method: 'POST', headers: signed, body: '{"SecretId":"no"}' }));
    const [request] = received;
    expect(request?.method).toBe('POST');
    expect(new URL(request?.url ?? '').pathname).toBe('/path');
    expect(new URL(request?.url ?? '').search).toBe('?a=b');
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject(signed);
    expect(await request?.text()).toBe('{"SecretId":"no"}');
  });

  it('passes an error back as it is', async () => {
    const missing = client.send(new GetSecretValueCommand({ SecretId: 'no' }));
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('lets a test inject a fault', async () => {
    const faulty = secretsManagerFront({
      target: target.url,
      admin: clientOf(target.url),
      intercept: async () => Response.json({ __type: 'ThrottlingException' }, { status: 400 }),
    });
    const headers = { 'x-amz-target': 'secretsmanager.GetSecretValue' };
    const request = new Request('http://front/', { method: 'POST', headers, body: '{"SecretId":"acme"}' });
    expect(await (await faulty.handler(request)).json()).toEqual({ __type: 'ThrottlingException' });
    expect(faulty.calls()).toEqual([{ operation: 'GetSecretValue', secretId: 'acme', count: 1 }]);
  });

  it('lets time go by for a secret: what has happened is longer ago, what happens next is not, and others know nothing', async () => {
    const timed = secretsManagerFront({ target: target.url, admin: clientOf(target.url) });
    const server = await serve(timed.handler);
    const clock = clientOf(server.url);
    const [Name, other] = ['timed/one', 'timed/other'];
    const { VersionId: former } = await clock.send(new CreateSecretCommand({ Name, SecretString: '1' }));
    await clock.send(new CreateSecretCommand({ Name: other, SecretString: '1' }));
    const minutesAgo = (date?: Date) => Math.round((Date.now() - (date?.getTime() ?? 0)) / 60_000);
    const changed = async (SecretId: string) =>
      minutesAgo((await clock.send(new DescribeSecretCommand({ SecretId }))).LastChangedDate);
    await timed.pass(Name, 3_600_000);
    expect([await changed(Name), await changed(other)]).toEqual([60, 0]);
    await clock.send(new PutSecretValueCommand({ SecretId: Name, SecretString: '2' }));
    expect(await changed(Name)).toBe(0);
    await timed.pass(Name, 1_800_000);
    const { Versions = [] } = await clock.send(new ListSecretVersionIdsCommand({ SecretId: Name }));
    const ages = Versions.map(({ VersionId, CreatedDate }) => [VersionId === former, minutesAgo(CreatedDate)]);
    expect(ages.sort()).toEqual([
      [false, 30],
      [true, 90],
    ]);
    expect(minutesAgo((await clock.send(new GetSecretValueCommand({ SecretId: Name }))).CreatedDate)).toBe(30);
    clock.destroy();
    await server.close();
  });
});
