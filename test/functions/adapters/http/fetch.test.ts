import { createServer } from 'node:http';
import { type AddressInfo, isIPv4, type LookupFunction } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpError } from '../../../../functions/adapters/http/connection/http-error.ts';
import { createFetch, type Fetch, restrictFetch } from '../../../../functions/adapters/http/fetch.ts';

const GET = { method: 'GET' } as const;
const ok: Fetch = async () => new Response('fine');

function restricted(allowedHosts: string[], { local = false, fetch = ok }: { local?: boolean; fetch?: Fetch } = {}) {
  return restrictFetch(fetch, { allowedHosts, local, timeoutMs: 1000 });
}

async function kindOf(call: Promise<Response>): Promise<string> {
  return await call.then(
    () => 'response',
    (error: HttpError) => error.kind,
  );
}

/** Resolves every name to these addresses. */
const to =
  (...addresses: string[]): LookupFunction =>
  (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: isIPv4(address) ? 4 : 6 })),
    );

describe('where may be called', () => {
  it.each([
    ['https://iam.example.com/x', 'response'],
    ['https://iam.example.com:8443/x', 'response'],
    ['https://IAM.example.com/x', 'response'],
    ['http://iam.example.com/x', 'not-allowed'],
    ['ftp://iam.example.com/x', 'not-allowed'],
    ['https://other.example.com/x', 'not-allowed'],
    ['https://iam.example.com.evil.com/x', 'not-allowed'],
    ['https://evil.com/iam.example.com', 'not-allowed'],
    ['https://iam.example.com@evil.com/x', 'not-allowed'],
  ])('with the host iam.example.com allowed, %s: %s', async (url, kind) => {
    expect(await kindOf(restricted(['iam.example.com'])(url, GET))).toBe(kind);
  });

  it.each([
    ['https://a.example.com/', 'response'],
    ['https://a.b.example.com/', 'response'],
    ['https://example.com/', 'not-allowed'],
    ['https://evilexample.com/', 'not-allowed'],
    ['https://a.example.com.evil.com/', 'not-allowed'],
  ])('with *.example.com allowed, %s: %s', async (url, kind) => {
    expect(await kindOf(restricted(['*.example.com'])(url, GET))).toBe(kind);
  });

  it.each(['http://127.0.0.1:8080/', 'http://localhost:8080/', 'http://[::1]:8080/'])(
    'plain http to %s is for one machine only',
    async (url) => {
      const { hostname } = new URL(url);
      expect(await kindOf(restricted([hostname], { local: true })(url, GET))).toBe('response');
      expect(await kindOf(restricted([hostname])(url, GET))).toBe('not-allowed');
    },
  );

  it.each(['http://10.0.0.1/', 'http://iam.example.com/'])('plain http to %s never is', async (url) => {
    const { hostname } = new URL(url);
    expect(await kindOf(restricted([hostname], { local: true })(url, GET))).toBe('not-allowed');
  });

  it.each([
    'https://169.254.169.254/latest/meta-data',
    'https://169.254.170.2/v2/credentials',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://[::ffff:169.254.169.254]/',
    'https://0xa9fea9fe/',
    'https://2852039166/',
    'https://10.0.0.7/',
    'https://127.0.0.1/',
    'https://[::ffff:10.0.0.7]/',
    'https://0/',
    'https://[::]/',
  ])('never: %s, whatever is allowed', async (url) => {
    const { hostname } = new URL(url);
    expect(await kindOf(restricted([hostname])(url, GET))).toBe('not-allowed');
  });

  it('is decided before anything is sent', async () => {
    let sent = 0;
    const fetch: Fetch = async () => {
      sent += 1;
      return new Response();
    };
    await restricted(['a.example.com'], { fetch })('https://b.example.com/', GET).catch(() => undefined);
    expect(sent).toBe(0);
  });
});

describe('a response', () => {
  it.each([200, 204, 304, 400, 401, 404, 412, 429, 500, 503])('of %d', async (status) => {
    const answer = async () => new Response(null, { status });
    const kind = await kindOf(restricted(['a.example.com'], { fetch: answer })('https://a.example.com/', GET));
    expect(kind).toBe(status === 304 ? 'redirect' : 'response');
  });

  it.each([301, 302, 303, 307, 308])('that redirects (%d) is refused, never followed', async (status) => {
    const answer = async () => new Response(null, { status, headers: { location: 'https://a.example.com/next' } });
    const call = restricted(['a.example.com'], { fetch: answer })('https://a.example.com/', GET);
    await expect(call).rejects.toMatchObject({ kind: 'redirect', message: expect.stringContaining(String(status)) });
  });
});

describe('no response', () => {
  it.each([
    [Object.assign(new Error('not-to-be-told'), { name: 'TimeoutError' }), 'timeout'],
    [Object.assign(new Error('not-to-be-told'), { name: 'AbortError' }), 'timeout'],
    [new TypeError('not-to-be-told', { cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } }), 'timeout'],
    [new TypeError('not-to-be-told', { cause: { code: 'ECONNREFUSED' } }), 'connection'],
    [new TypeError('not-to-be-told', { cause: { code: 'not-to-be-told' } }), 'connection'],
    [new TypeError('not-to-be-told'), 'connection'],
  ])('is told as what it is, without its text (%#)', async (thrown, kind) => {
    const fetch: Fetch = () => Promise.reject(thrown);
    const error = await restricted(['a.example.com'], { fetch })('https://a.example.com/', GET).catch(
      (one: unknown) => one,
    );
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ kind, message: expect.stringContaining('a.example.com') });
    expect(JSON.stringify(error) + String(error)).not.toContain('not-to-be-told');
    expect(error).not.toHaveProperty('cause');
  });
});

describe('createFetch', () => {
  const PACKED = gzipSync('{"a":1}');
  // A few KB that become 64 MiB.
  const BLANKS = Buffer.alloc(64 << 20, ' ');
  const GZIP = gzipSync(BLANKS);
  const BOMBS: Readonly<Record<string, Buffer>> = {
    gzip: GZIP,
    'x-gzip': GZIP,
    deflate: deflateSync(BLANKS),
    br: brotliCompressSync(BLANKS, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
    zstd: zstdCompressSync(BLANKS),
    'gzip, gzip': gzipSync(GZIP),
    'gzip, br': brotliCompressSync(GZIP),
  };
  const server = createServer((request, response) => {
    if (request.url === '/slow') return;
    if (request.url === '/half') {
      response.writeHead(200, { 'content-length': '10' }).write('half');
      return;
    }
    if (request.url === '/packed') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(PACKED);
      return;
    }
    if (request.url?.startsWith('/bomb/')) {
      const encoding = decodeURIComponent(request.url.slice('/bomb/'.length));
      response.writeHead(200, { 'content-encoding': encoding }).end(BOMBS[encoding]);
      return;
    }
    if (request.url === '/encoding') {
      response.end(request.headers['accept-encoding']);
      return;
    }
    if (request.url === '/redirect') response.writeHead(302, { location: '/fine' });
    if (request.url === '/huge') response.write('x'.repeat(2_000_000));
    response.end(`${request.method} ${request.headers['x-test'] ?? ''}`);
  });
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const call = (timeoutMs = 5000) => createFetch({ allowedHosts: ['127.0.0.1', 'localhost'], local: true, timeoutMs });

  it('sends method, headers and body', async () => {
    const response = await call()(`${url}/fine`, { method: 'PUT', headers: { 'x-test': 'here' }, body: '{}' });
    expect([response.status, await response.text()]).toEqual([200, 'PUT here']);
  });

  it('has its connection back once a call is answered: the next one opens none', async () => {
    let opened = 0;
    const count = () => {
      opened += 1;
    };
    server.on('connection', count);
    const fetch = call();
    for (let sent = 0; sent < 20; sent += 1)
      await fetch(`${url}/fine`, { method: 'POST', body: 'x'.repeat(sent * 1000) });
    server.off('connection', count);
    expect(opened).toBe(1);
  });

  it('gives up in time, also in the middle of an answer', async () => {
    expect(await kindOf(call(100)(`${url}/slow`, GET))).toBe('timeout');
    expect(await kindOf(call(100)(`${url}/half`, GET))).toBe('timeout');
  });

  it('does not follow a redirect', async () => {
    expect(await kindOf(call()(`${url}/redirect`, GET))).toBe('redirect');
  });

  it('reads no more than a megabyte', async () => {
    expect(await kindOf(call()(`${url}/huge`, GET))).toBe('connection');
  });

  it.each(Object.keys(BOMBS))('counts what it unpacks: %s is refused, and never held whole', async (encoding) => {
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }, 1);
    const error = await call()(`${url}/bomb/${encodeURIComponent(encoding)}`, GET).catch((thrown: unknown) => thrown);
    clearInterval(watch);
    expect(error).toMatchObject({ kind: 'connection', message: expect.stringContaining('more than 1 MiB') });
    expect(most - before).toBeLessThan(32 << 20);
  });

  it('asks for an answer as it is, and reads one that comes packed all the same', async () => {
    expect(await (await call()(`${url}/encoding`, GET)).text()).toBe('identity');
    const response = await call()(`${url}/packed`, GET);
    expect(await response.json()).toEqual({ a: 1 });
    expect([response.headers.get('content-encoding'), response.headers.get('content-type')]).toEqual([
      null,
      'application/json',
    ]);
  });

  it('gives up earlier where a call says so, and never later than its own limit', async () => {
    const began = performance.now();
    expect(await kindOf(call(5000)(`${url}/slow`, { ...GET, timeoutMs: 50 }))).toBe('timeout');
    expect(await kindOf(call(50)(`${url}/slow`, { ...GET, timeoutMs: 60_000 }))).toBe('timeout');
    expect(await kindOf(call(5000)(`${url}/half`, { ...GET, timeoutMs: 50 }))).toBe('timeout');
    expect(await kindOf(call(5000)(`${url}/fine`, { ...GET, timeoutMs: -1 }))).toBe('timeout');
    expect(performance.now() - began).toBeLessThan(4000);
  });

  it.each([
    ['127.0.0.1', "the function's own machine"],
    ['::1', "the function's own machine"],
    ['169.254.169.254', 'a link-local or reserved address'],
    ['64:ff9b::a9fe:a9fe', 'a link-local or reserved address'],
    ['64:ff9b:1::a9fe:a9fe', 'a link-local or reserved address'],
    ['::ffff:a9fe:a9fe', 'a link-local or reserved address'],
    ['2002:a9fe:a9fe::', 'a link-local or reserved address'],
    ['fe80::1%eth0', 'a link-local or reserved address'],
    ['::ffff:10.0.0.7', 'an address of a private network'],
    ['10.0.0.7', 'an address of a private network'],
    ['fd12::7', 'an address of a private network'],
  ])('connects to no name that leads to %s', async (address, place) => {
    const fetch = createFetch({
      allowedHosts: ['iam.example.com'],
      local: false,
      timeoutMs: 5000,
      lookup: to(address),
    });
    await expect(fetch('https://iam.example.com/', GET)).rejects.toMatchObject({
      kind: 'not-allowed',
      message: `iam.example.com leads to ${place}`,
    });
  });

  it('connects to no name that leads there beside another place', async () => {
    const lookup = to('203.0.113.7', '10.0.0.7');
    const fetch = createFetch({ allowedHosts: ['iam.example.com'], local: false, timeoutMs: 5000, lookup });
    expect(await kindOf(fetch('https://iam.example.com/', GET))).toBe('not-allowed');
  });

  it('looks at the address of each connection, not at the first answer for a name', async () => {
    const asked: string[] = [];
    const lookup: LookupFunction = (name, options, callback) => {
      asked.push(name);
      to(asked.length === 1 ? '127.0.0.1' : '10.0.0.7')(name, options, callback);
    };
    const fetch = createFetch({ allowedHosts: ['localhost'], local: true, timeoutMs: 5000, lookup });
    const there = `http://localhost:${new URL(url).port}`;
    expect(await kindOf(fetch(`${there}/half`, { ...GET, timeoutMs: 300 }))).toBe('timeout');
    expect(await kindOf(fetch(`${there}/fine`, GET))).toBe('not-allowed');
    expect(asked).toEqual(['localhost', 'localhost']);
  });

  it('calls private networks where the deployment says so, and nothing that is nowhere', async () => {
    const options = { local: false, privateTargets: true, timeoutMs: 50, allowedHosts: ['iam.example.com'] };
    const kind = (address: string) =>
      kindOf(createFetch({ ...options, lookup: to(address) })('https://iam.example.com/', GET));
    for (const address of ['169.254.169.254', '127.0.0.1', 'fd00:ec2::254', '64:ff9b:1::a9fe:a9fe'])
      expect(await kind(address)).toBe('not-allowed');
    expect(await kind('10.255.255.1')).not.toBe('not-allowed');
  });

  it('says that nobody is there', async () => {
    expect(await kindOf(call()('http://127.0.0.1:9/', GET))).toBe('connection');
  });
});
