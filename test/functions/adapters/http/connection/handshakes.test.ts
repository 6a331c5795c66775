import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TlsMaterial } from '../../../../../functions/adapters/http/connection/tls.ts';
import { createFetch } from '../../../../../functions/adapters/http/fetch.ts';
import { Secret } from '../../../../../functions/credential/secret/secret.ts';
import { freePorts } from '../../../../../local/real-stack/programs/free-ports.ts';
import { type Authority, encryptedKey, type Issued, makeAuthority } from '../../../../support/certificates.ts';

const SECRET = 'csr-access/acme-prod/tls';
const YESTERDAY = new Date(Date.now() - 86_400_000);
const LONG_AGO = new Date(Date.now() - 10 * 86_400_000);

let folder: string;
let authority: Authority;
let other: Authority;
let server: Issued;
let client: Issued;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'handshakes-'));
  [authority, other] = await Promise.all([
    makeAuthority(folder, { name: 'ours' }),
    makeAuthority(folder, { name: 'another' }),
  ]);
  server = await authority.issue({ name: 'server', hosts: 'IP:127.0.0.1' });
  client = await authority.issue({ name: 'client' });
});

afterAll(() => rm(folder, { recursive: true }));

const running: Server[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) {
    one.closeAllConnections();
    await new Promise((resolve) => one.close(resolve));
  }
});

/** Serves over TLS, and counts what was opened and asked. */
async function listen(issued: Issued, options: ServerOptions = {}) {
  const seen = { connections: 0, requests: 0, subject: '' };
  const { certificate: cert, privateKey: key } = issued;
  const one = createServer({ cert, key, ...options }, (request, response) => {
    seen.requests += 1;
    seen.subject = String(
      (request.socket as unknown as { getPeerCertificate(): { subject?: { CN?: string } } }).getPeerCertificate()
        .subject?.CN,
    );
    response.end('fine');
  });
  one.on('connection', () => {
    seen.connections += 1;
  });
  one.on('tlsClientError', () => {});
  one.listen(0, '127.0.0.1');
  await once(one, 'listening');
  running.push(one);
  return { url: `https://127.0.0.1:${(one.address() as AddressInfo).port}/`, seen };
}

const asking = (version?: 'TLSv1.2'): ServerOptions => ({
  ca: authority.certificate,
  requestCert: true,
  rejectUnauthorized: true,
  ...(version && { maxVersion: version }),
});

const fetch = () => createFetch({ local: true, timeoutMs: 10_000 });
const material = (parts: Omit<TlsMaterial, 'secretId'>): TlsMaterial => ({ secretId: SECRET, ...parts });
const withClient = (issued: Issued, ca = authority.certificate) =>
  material({ ca, certificate: issued.certificate, privateKey: new Secret(issued.privateKey) });

describe('a private authority', () => {
  it('is trusted where its access secret says so, and over one connection', async () => {
    const { url, seen } = await listen(server);
    const calls = fetch();
    const tls = material({ ca: authority.certificate });
    for (let sent = 0; sent < 5; sent += 1) await calls(url, { method: 'POST', body: '{}', tls });
    expect(seen).toMatchObject({ connections: 1, requests: 5 });
  });

  it('may be one of several', async () => {
    const { url } = await listen(server);
    const tls = material({ ca: `${other.certificate}\n${authority.certificate}` });
    expect((await fetch()(url, { method: 'GET', tls })).status).toBe(200);
  });

  it.each([
    ['is trusted by nobody without it', () => undefined, 'a public authority'],
    ['is not trusted in the place of another', () => material({ ca: other.certificate }), `ca of ${SECRET}`],
  ])('%s', async (_what, tls, trusted) => {
    const { url, seen } = await listen(server);
    const given = tls();
    await expect(fetch()(url, { method: 'GET', ...(given && { tls: given }) })).rejects.toMatchObject({
      kind: 'server-untrusted',
      message: expect.stringContaining(trusted),
      inDoubt: false,
    });
    expect(seen.requests).toBe(0);
  });

  it('that has expired is told with its day', async () => {
    const expired = await makeAuthority(folder, { name: 'expired', from: LONG_AGO, until: YESTERDAY });
    const issued = await expired.issue({ name: 'server', hosts: 'IP:127.0.0.1' });
    const { url, seen } = await listen(issued);
    const call = fetch()(url, { method: 'GET', tls: material({ ca: expired.certificate }) });
    await expect(call).rejects.toMatchObject({
      kind: 'server-expired',
      message: expect.stringContaining(`one in ca of ${SECRET} expired at ${YESTERDAY.toISOString().slice(0, 10)}`),
    });
    expect(seen.requests).toBe(0);
  });

  it.each([
    ['', 'There is no certificate'],
    ['-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n', "can't be read as certificates"],
  ])('that is none is told before anything is sent (%#)', async (ca, message) => {
    const { url, seen } = await listen(server);
    const call = fetch()(url, { method: 'GET', tls: material({ ca }) });
    await expect(call).rejects.toMatchObject({ kind: 'secret-invalid', message: expect.stringContaining(message) });
    expect(seen.connections).toBe(0);
  });
});

describe("the server's certificate", () => {
  it.each([
    ['expired', { hosts: 'IP:127.0.0.1', from: LONG_AGO, until: YESTERDAY }, 'server-expired', 'has expired'],
    [
      'not valid yet',
      { hosts: 'IP:127.0.0.1', from: new Date(Date.now() + 3_600_000) },
      'server-expired',
      'not valid yet',
    ],
    ['of another host', { hosts: 'DNS:another.example.com' }, 'server-mismatch', "another host's"],
  ])('is refused when it is %s', async (name, request, kind, message) => {
    const { url, seen } = await listen(await authority.issue({ name: name.replaceAll(' ', '-'), ...request }));
    const call = fetch()(url, { method: 'GET', tls: material({ ca: authority.certificate }) });
    await expect(call).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
    expect(seen.requests).toBe(0);
  });

  it('is verified whatever the environment says', async () => {
    const { url } = await listen(server);
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      await expect(fetch()(url, { method: 'GET' })).rejects.toMatchObject({ kind: 'server-untrusted' });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it('is not looked at below TLS 1.2', async () => {
    const { url } = await listen(server, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    const call = fetch()(url, { method: 'GET', tls: material({ ca: authority.certificate }) });
    await expect(call).rejects.toMatchObject({ kind: 'tls' });
  });

  it('is missed where something else than TLS answers', async () => {
    const plain = createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const url = `https://127.0.0.1:${(plain.address() as AddressInfo).port}/`;
    await expect(fetch()(url, { method: 'GET' })).rejects.toMatchObject({ kind: 'tls' });
    plain.close();
  });
});

describe.each(['TLSv1.3', 'TLSv1.2'] as const)('a client certificate, with %s', (version) => {
  const options = () => asking(version === 'TLSv1.2' ? version : undefined);

  it('lets in where the server asks for one', async () => {
    const { url, seen } = await listen(server, options());
    const response = await fetch()(url, { method: 'GET', tls: withClient(client) });
    expect([response.status, seen.subject]).toEqual([200, 'client']);
  });

  it('may have an encrypted key', async () => {
    const { url } = await listen(server, options());
    const privateKey = new Secret(await encryptedKey(client, 'open-sesame'));
    const tls = { ...withClient(client), privateKey, passphrase: new Secret('open-sesame') };
    expect((await fetch()(url, { method: 'GET', tls })).status).toBe(200);
  });

  it('is missed by name', async () => {
    const { url, seen } = await listen(server, options());
    const call = fetch()(url, { method: 'GET', tls: material({ ca: authority.certificate }) });
    await expect(call).rejects.toMatchObject({
      kind: 'client-refused',
      message: expect.stringContaining('client certificate, and the settings name none'),
    });
    expect(seen.requests).toBe(0);
  });
});

describe('a client certificate that the server refuses', () => {
  it.each(['-tls1_2', '-tls1_3'])('is told by the name of its access secret (%s)', async (version) => {
    const foreign = await other.issue({ name: 'foreign' });
    const [port = 0] = await freePorts(1);
    const place = ['-accept', `127.0.0.1:${port}`, '-CAfile', authority.certificateFile, '-www'];
    const own = ['-cert', server.certificateFile, '-key', server.keyFile];
    // Node's own server only hangs up on a certificate that it refuses.
    const openssl = spawn('openssl', ['s_server', ...place, ...own, '-Verify', '1', '-verify_return_error', version]);
    await new Promise<void>((resolve) => openssl.stdout.on('data', (text) => /ACCEPT/.test(text) && resolve()));
    try {
      const call = fetch()(`https://127.0.0.1:${port}/`, { method: 'POST', body: '{}', tls: withClient(foreign) });
      await expect(call).rejects.toMatchObject({
        kind: 'client-refused',
        message: expect.stringContaining(`refuses the client certificate of ${SECRET}`),
        inDoubt: false,
      });
    } finally {
      openssl.kill();
    }
  });

  it('by hanging up leaves that open, and is named as a possible reason', async () => {
    const { url, seen } = await listen(server, asking());
    const call = fetch()(url, { method: 'GET', tls: withClient(await other.issue({ name: 'foreign' })) });
    await expect(call).rejects.toMatchObject({
      kind: 'connection',
      message: expect.stringContaining('refuses a client certificate may hang up like that'),
    });
    expect(seen.requests).toBe(0);
  });
});

describe('a client certificate that can not be used', () => {
  it.each([
    [
      'has expired',
      async () => withClient(await authority.issue({ name: 'old', from: LONG_AGO, until: YESTERDAY })),
      'client-invalid',
      'expired at',
    ],
    [
      'is not valid yet',
      async () => withClient(await authority.issue({ name: 'new', from: new Date(Date.now() + 3_600_000) })),
      'client-invalid',
      'not valid before',
    ],
    [
      'has the key of another',
      async () => ({ ...withClient(client), privateKey: new Secret(server.privateKey) }),
      'client-invalid',
      'does not belong to its certificate',
    ],
    [
      'has a key that is none',
      async () => ({
        ...withClient(client),
        privateKey: new Secret('-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----'),
      }),
      'secret-invalid',
      'private key',
    ],
    [
      'has a key that stays closed',
      async () => ({
        ...withClient(client),
        privateKey: new Secret(await encryptedKey(client, 'a')),
        passphrase: new Secret('b'),
      }),
      'secret-invalid',
      'passphrase',
    ],
    [
      'has a key without its passphrase',
      async () => ({ ...withClient(client), privateKey: new Secret(await encryptedKey(client, 'a')) }),
      'secret-invalid',
      'passphrase',
    ],
  ])('is told before a connection is opened: it %s', async (_what, tls, kind, message) => {
    const { url, seen } = await listen(server, asking());
    const error = await fetch()(url, { method: 'GET', tls: await tls() }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind, message: expect.stringContaining(message) });
    expect(String(error)).not.toContain('BEGIN');
    expect(seen.connections).toBe(0);
  });
});

describe('what holds over any equipment', () => {
  it('a name that leads to a private address is not connected to', async () => {
    const lookup: LookupFunction = (_name, _options, callback) => callback(null, [{ address: '10.0.0.7', family: 4 }]);
    const calls = createFetch({ local: false, timeoutMs: 5000, lookup });
    const call = calls('https://iam.example.com/', { method: 'GET', tls: withClient(client) });
    await expect(call).rejects.toMatchObject({ kind: 'not-allowed' });
  });

  it('two access secrets share no connection', async () => {
    const { url, seen } = await listen(server, { ...asking(), rejectUnauthorized: false });
    const calls = fetch();
    await calls(url, { method: 'GET', tls: withClient(client) });
    await calls(url, {
      method: 'GET',
      tls: { ...material({ ca: authority.certificate }), secretId: 'csr-access/other/tls' },
    });
    expect(seen).toMatchObject({ connections: 2, subject: 'undefined' });
  });

  it('a certificate that was renewed has a connection of its own, and the former one is closed', async () => {
    const { url, seen } = await listen(server, asking());
    const calls = fetch();
    await calls(url, { method: 'GET', tls: withClient(client) });
    await calls(url, { method: 'GET', tls: withClient(await authority.issue({ name: 'renewed' })) });
    expect(seen).toMatchObject({ connections: 2, subject: 'renewed' });
    const open = () => new Promise<number>((resolve) => running[0]?.getConnections((_error, count) => resolve(count)));
    while ((await open()) > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await open()).toBe(1);
  });
});
