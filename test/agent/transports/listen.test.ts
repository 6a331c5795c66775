import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createNetwork } from '../../../agent/host/network.ts';
import { type Listening, listen } from '../../../agent/transports/listen/listen.ts';
import { Secret } from '../../../functions/credential/secret/secret.ts';
import { TOKEN_URL } from '../../local/stand-ins/connector/fixture.ts';
import { engineOf, fileIn, linesOfLog, settingsIn } from '../support/agent.ts';
import { temporaryFolders } from '../support/folder.ts';
import { bytesOf, CLIENT_ID, FORMS } from '../support/forms.ts';

const TOKEN = 'token-of-the-agent';
const folders = temporaryFolders();

describe('listening', () => {
  let server: Listening | undefined;
  afterEach(() => server?.close());

  async function setUp() {
    const folder = await folders();
    const target = await fileIn(folder);
    const engines = new Map([['ifs-test', await engineOf(settingsIn(folder, target.adapter))]]);
    server = await listen({ port: 0, token: new Secret(TOKEN), engines, log: linesOfLog().log });
    const url = `${server.url}/odata-connector/configurations/ifs-test`;
    const send = (init: RequestInit & { headers?: Record<string, string> } = {}, to = url) =>
      fetch(to, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...init.headers } });
    return { ...target, url, send };
  }

  const merge = { 'content-type': 'application/merge-patch+json', 'if-match': '*' };
  const values = { clientId: CLIENT_ID, clientSecret: 'new', accessTokenUrl: TOKEN_URL, scopes: 'openid' };
  const bodyOf = (authentication: object, more = {}) => JSON.stringify({ authentication, ...more });

  it.each<[string, number, RequestInit & { headers?: Record<string, string> }]>([
    ['another method', 405, { method: 'DELETE' }],
    [
      'another media type',
      415,
      { method: 'PATCH', headers: { ...merge, 'content-type': 'application/json' }, body: '{}' },
    ],
    ['no If-Match', 428, { method: 'PATCH', headers: { 'content-type': merge['content-type'] }, body: '{}' }],
    [
      'a weak ETag',
      412,
      { method: 'PATCH', headers: { ...merge, 'if-match': 'W/"x"' }, body: bodyOf({ runtime: values }) },
    ],
    ['no JSON', 400, { method: 'PATCH', headers: merge, body: '{' }],
    ['no section', 400, { method: 'PATCH', headers: merge, body: bodyOf({}) }],
    [
      'a section that is not there',
      400,
      { method: 'PATCH', headers: merge, body: bodyOf({ studioTestBench: values }) },
    ],
    [
      "another client's section",
      400,
      { method: 'PATCH', headers: merge, body: bodyOf({ machineUsers: { bo: values } }) },
    ],
    [
      "another environment's URL",
      400,
      {
        method: 'PATCH',
        headers: merge,
        body: bodyOf({ runtime: { ...values, accessTokenUrl: TOKEN_URL.replace('acmeprod', 'acmetest') } }),
      },
    ],
    [
      'a field that is no section',
      400,
      { method: 'PATCH', headers: merge, body: bodyOf({ runtime: values }, { name: 'x' }) },
    ],
    [
      'three of four members',
      400,
      { method: 'PATCH', headers: merge, body: bodyOf({ runtime: { ...values, scopes: undefined } }) },
    ],
    ['more than a mebibyte', 413, { method: 'PATCH', headers: merge, body: `{"x":"${'x'.repeat(1024 * 1024)}"}` }],
  ])('refuses %s with %d, and changes nothing', async (_, status, init) => {
    const { send, read } = await setUp();

    const response = await send(init);

    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({ status, code: expect.any(String), detail: expect.any(String) });
    expect(await read()).toEqual(bytesOf(FORMS.json));
  });

  it.each(['', 'Basic x', 'Bearer', 'Bearer wrong', `Bearer ${TOKEN}x`])(
    'refuses the access %j with 401, whatever is asked for',
    async (authorization) => {
      const { send } = await setUp();
      expect((await send({ headers: { authorization } })).status).toBe(401);
    },
  );

  it('listens on loopback only', async () => {
    const { url } = await setUp();
    expect(new URL(url).hostname).toBe('127.0.0.1');
  });
});

describe('the way out', () => {
  let proxy: Server | undefined;
  afterEach(() => {
    proxy?.close();
  });

  it('goes through the proxy of the settings, for AWS and for token requests', async () => {
    const asked: string[] = [];
    proxy = createServer().on('connect', ({ url = '' }, socket: Socket) => {
      asked.push(url);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const network = await createNetwork({
      proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      ca: undefined,
    });
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    const sqs = new SQSClient({
      region: 'eu-north-1',
      credentials,
      requestHandler: network.requestHandler,
      maxAttempts: 1,
    });

    await expect(sqs.send(new ListQueuesCommand({}))).rejects.toThrow();
    await expect(network.fetch('https://acme.example.com/token', {})).rejects.toThrow();

    expect(asked).toEqual(['sqs.eu-north-1.amazonaws.com:443', 'acme.example.com:443']);
  });

  it('refuses a file of certificates that is none', async () => {
    await expect(createNetwork({ proxy: undefined, ca: '/nowhere/ca.pem' })).rejects.toThrow(/ca: /);
  });
});
