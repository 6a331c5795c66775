import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createFetch, type FetchInit } from '../../../../../functions/adapters/http/fetch.ts';
import { Secret } from '../../../../../functions/credential/secret/secret.ts';
import { type Authority, makeAuthority } from '../../../../support/certificates.ts';
import { type ForwardProxy, startForwardProxy } from '../../../../support/forward-proxy.ts';

const USER = `Basic ${Buffer.from('flow:open-sesame').toString('base64')}`;

let folder: string;
let authority: Authority;
let target: Server;
let port: number;
let connections = 0;
let subject = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-'));
  authority = await makeAuthority(folder, { name: 'ours' });
  const issued = await authority.issue({ name: 'server', hosts: 'IP:127.0.0.1,DNS:iam.example.com' });
  target = createServer(
    {
      cert: issued.certificate,
      key: issued.privateKey,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      subject = String(
        (request.socket as never as { getPeerCertificate(): { subject?: { CN: string } } }).getPeerCertificate().subject
          ?.CN,
      );
      response.end(
        `${request.method} ${request.headers.host} ${request.headers['proxy-authorization'] ?? 'no word of the proxy'}`,
      );
    },
  );
  target.on('connection', () => {
    connections += 1;
  });
  target.on('tlsClientError', () => {});
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  port = (target.address() as AddressInfo).port;
});

afterAll(async () => {
  target.closeAllConnections();
  await new Promise((resolve) => target.close(resolve));
  await rm(folder, { recursive: true });
});

const proxies: ForwardProxy[] = [];
afterEach(async () => {
  for (const one of proxies.splice(0)) await one.close();
});

async function proxied(options: Parameters<typeof startForwardProxy>[0] = {}) {
  const proxy = await startForwardProxy({ resolve: () => ({ host: '127.0.0.1', port }), ...options });
  proxies.push(proxy);
  return { proxy, fetch: createFetch({ local: true, timeoutMs: 10_000, proxy }) };
}

const trusting = (): FetchInit => ({
  method: 'GET',
  tls: { secretId: 'csr-access/acme-prod/tls', ca: authority.certificate },
});

describe('through a forward proxy', () => {
  it('a call goes through a tunnel, with TLS to the target inside it, over one connection', async () => {
    const { proxy, fetch } = await proxied();
    const before = connections;
    for (let sent = 0; sent < 3; sent += 1) {
      const response = await fetch('https://iam.example.com/', { ...trusting(), method: 'POST', body: '{}' });
      expect(await response.text()).toBe('POST iam.example.com no word of the proxy');
    }
    expect(proxy.asked).toEqual([{ target: 'iam.example.com:443', authorization: undefined }]);
    expect(connections - before).toBe(1);
  });

  it('a client certificate is shown to the target', async () => {
    const { fetch } = await proxied();
    const client = await authority.issue({ name: 'client' });
    const tls = {
      ...trusting().tls,
      secretId: 'x',
      certificate: client.certificate,
      privateKey: new Secret(client.privateKey),
    };
    await fetch('https://iam.example.com/', { method: 'GET', tls });
    expect(subject).toBe('client');
  });

  it("the target's certificate is verified: it is no business of the proxy", async () => {
    const { fetch } = await proxied();
    await expect(fetch('https://iam.example.com/', { method: 'GET' })).rejects.toMatchObject({
      kind: 'server-untrusted',
    });
    await expect(fetch('https://other.example.com/', trusting())).rejects.toMatchObject({ kind: 'server-mismatch' });
  });

  it('plain http to the machine itself is tunnelled, too', async () => {
    const { proxy, fetch } = await proxied({ status: 503 });
    await fetch('http://127.0.0.1:8080/', { method: 'GET' }).catch(() => undefined);
    expect(proxy.asked).toEqual([{ target: '127.0.0.1:8080', authorization: undefined }]);
  });

  it('the proxy gets its user, and the target never hears of it', async () => {
    const { proxy, fetch } = await proxied({ authorization: () => USER });
    const response = await fetch('https://iam.example.com/', { ...trusting(), proxyAuthorization: new Secret(USER) });
    expect(await response.text()).toContain('no word of the proxy');
    expect(proxy.asked).toEqual([{ target: 'iam.example.com:443', authorization: USER }]);
  });

  it.each([[undefined], ['Basic b3RoZXI6c2VjcmV0']])(
    'a proxy that asks for a password is told by name (%s)',
    async (given) => {
      const { proxy, fetch } = await proxied({ authorization: () => USER });
      const call = fetch('https://iam.example.com/', {
        ...trusting(),
        ...(given && { proxyAuthorization: new Secret(given) }),
      });
      const error = await call.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        kind: 'proxy-unauthorized',
        inDoubt: false,
        message: `The proxy ${new URL(proxy.url).host} asks for other credentials than it was given (HTTP 407)`,
      });
      expect(JSON.stringify(error)).not.toContain('b3RoZXI6c2VjcmV0');
    },
  );

  it.each([403, 502, 503])('a proxy that makes no connection is told with its answer: %d', async (status) => {
    const { fetch } = await proxied({ status });
    await expect(fetch('https://iam.example.com/', trusting())).rejects.toMatchObject({
      kind: 'proxy-unavailable',
      message: expect.stringContaining(`makes no connection to iam.example.com (HTTP ${status})`),
    });
  });

  it('a proxy that is not there is told as the proxy, and not as the target', async () => {
    const { proxy } = await proxied();
    await proxy.close();
    const fetch = createFetch({ local: true, timeoutMs: 10_000, proxy });
    await expect(fetch('https://iam.example.com/', trusting())).rejects.toMatchObject({
      kind: 'proxy-unavailable',
      message: expect.stringMatching(/^The proxy 127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)$/),
    });
  });

  it('a proxy is spoken to by TLS where its address says so, and is verified as well', async () => {
    const proxy = { url: `https://localhost:${port}` };
    const fetch = createFetch({ local: true, timeoutMs: 10_000, proxy });
    await expect(fetch('https://iam.example.com/', trusting())).rejects.toMatchObject({
      kind: 'proxy-unavailable',
      message: `The proxy localhost:${port} cannot be reached (SELF_SIGNED_CERT_IN_CHAIN)`,
    });
  });

  it('a proxy that breaks off is told as the proxy', async () => {
    const { fetch } = await proxied({ breaksOff: true });
    await expect(fetch('https://iam.example.com/', trusting())).rejects.toMatchObject({
      kind: 'proxy-unavailable',
      message: expect.stringContaining('broke off before there was a connection to iam.example.com'),
    });
  });

  it('a proxy that hangs is given up in time', async () => {
    const { proxy } = await proxied({ silent: true });
    const fetch = createFetch({ local: true, timeoutMs: 200, proxy });
    await expect(fetch('https://iam.example.com/', trusting())).rejects.toMatchObject({ kind: 'timeout' });
  });
});

describe('which addresses a proxy leaves to check', () => {
  const lookup =
    (address: string): LookupFunction =>
    (_name, _options, callback) =>
      callback(null, [{ address, family: 4 }]);

  it.each(['https://10.0.0.7/', 'https://169.254.169.254/', 'https://127.0.0.1/'])('a literal one: %s', async (url) => {
    const { proxy } = await proxied();
    const fetch = createFetch({ local: false, timeoutMs: 5000, proxy: { url: 'http://proxy.example.com:3128' } });
    await expect(fetch(url, { method: 'GET' })).rejects.toMatchObject({ kind: 'not-allowed' });
    expect(proxy.asked).toEqual([]);
  });

  it("a name that is not among the deployment's hosts", async () => {
    const { proxy } = await proxied();
    const fetch = createFetch({ local: true, timeoutMs: 5000, proxy, allowedHosts: ['iam.example.com'] });
    await expect(fetch('https://evil.example.org/', { method: 'GET' })).rejects.toMatchObject({ kind: 'not-allowed' });
    expect(proxy.asked).toEqual([]);
  });

  it.each(['169.254.169.254', '127.0.0.1'])("the proxy's own: %s is never connected to", async (address) => {
    const proxy = { url: 'http://proxy.example.com:3128' };
    const fetch = createFetch({ local: false, timeoutMs: 5000, proxy, lookup: lookup(address) });
    await expect(fetch('https://iam.example.com/', { method: 'GET' })).rejects.toMatchObject({ kind: 'not-allowed' });
  });

  it("the proxy's own may be one of a private network", async () => {
    const proxy = { url: 'http://proxy.example.com:3128' };
    const fetch = createFetch({ local: false, timeoutMs: 50, proxy, lookup: lookup('10.255.255.1') });
    const error = await fetch('https://iam.example.com/', { method: 'GET' }).catch((thrown: unknown) => thrown);
    expect((error as { kind: string }).kind).not.toBe('not-allowed');
  });
});
