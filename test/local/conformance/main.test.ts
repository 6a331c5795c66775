import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { bearerAccess } from '../../../local/stand-ins/connector/access.ts';
import type { ConnectorEngine } from '../../../local/stand-ins/connector/engine.ts';
import { connectorHandler } from '../../../local/stand-ins/connector/handler.ts';
import { type Handler, type Server, serve } from '../../../local/stand-ins/serve.ts';
import { engineWith, JANUARY, section, UMLAUT } from '../stand-ins/connector/fixture.ts';

const COMMAND = fileURLToPath(new URL('../../../local/conformance/main.ts', import.meta.url));

describe('connector:conformance', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** Looks at a connector that is made worse by `spoil`. */
  async function examine(
    options: { spoil?: (handler: Handler) => Handler; args?: string[]; env?: NodeJS.ProcessEnv } = {},
  ) {
    const { spoil = (handler) => handler, args = ['--write'], env = {} } = options;
    const engine = engineWith({ machineUsers: { anna: section(), bo: section({ clientId: 'other' }) } });
    server = await serve(spoil(connectorHandler(engine, { access: bearerAccess('T-1') })));
    const url = `${server.url}/odata-connector/configurations/ifs-production`;
    return { engine, ...(await run(['--url', url, '--token', 'T-1', ...args], env)) };
  }

  it('finds a good connector good, and leaves the client with the secret in CLIENT_SECRET, all else as it was', async () => {
    const { engine, code, failed, lines } = await examine({ env: { CLIENT_SECRET: UMLAUT.secret } });
    expect([code, failed]).toEqual([0, []]);
    expect(lines).toHaveLength(16);
    expect(secretsIn(engine)).toEqual([UMLAUT.secret, UMLAUT.secret, UMLAUT.secret, JANUARY.secret]);
  }, 15_000);

  it('leaves all sections with one secret where none is given, and says so', async () => {
    const { engine, code, said } = await examine();
    const [designTime, ...others] = secretsIn(engine);
    expect([code, new Set([designTime, ...others.slice(0, 2)]).size, others[2]]).toEqual([0, 1, JANUARY.secret]);
    expect(said).toContain('replaces');
    expect(said).not.toContain(designTime);
  }, 15_000);

  it('writes nothing without --write', async () => {
    const { engine, code, lines } = await examine({ args: [] });
    expect(code).toBe(0);
    expect(lines.filter((line) => line.startsWith('skipped'))).toHaveLength(6);
    expect(engine.writes.map(({ by }) => by)).toEqual(['hand']);
  }, 15_000);

  it('finds no section of a client that is not there', async () => {
    const { code, failed } = await examine({ args: ['--client-id', 'nc_flow_clientcredentials'] });
    expect([code, failed]).toEqual([1, [expect.stringMatching(/^a section of the client is there.*: no section has/)]]);
  }, 15_000);

  it.each<[string, (handler: Handler) => Handler, RegExp]>([
    ['sends no ETag', header('etag', undefined), /strong ETag: there is no ETag$/],
    ['sends a weak ETag', header('etag', (etag) => `W/${etag}`), /strong ETag: the ETag is weak/],
    ['lets anybody read', always('authorization', 'Bearer T-1'), /without access.*: it was answered 200/],
    ['ignores If-Match', always('if-match', '*'), /ETag of before.*: it was answered 200/],
    [
      'pads fingerprints',
      body((text) => text.replaceAll(/(Fingerprint":"[\w-]+)/g, '$1=')),
      /that of designTime is none/,
    ],
    [
      'shows a secret',
      body((text) => text.replace('"flowType"', '"clientSecret":"s","flowType"')),
      /a member 'clientSecret'/,
    ],
    ['has no runtime section', body((text) => text.replace('"runtime"', '"runTime"')), /authentication\.runtime/],
    ['answers 404 with 200', status(404, 200), /does not exist answers 404: it was answered 200/],
    ['accepts writes and keeps nothing', deaf, /designTime holds another secret/],
  ])(
    'fails a connector that %s',
    async (_, spoil, expected) => {
      const { code, failed } = await examine({ spoil });
      expect(code).toBe(1);
      expect(failed).toContainEqual(expect.stringMatching(expected));
    },
    15_000,
  );

  it.each([
    ['nothing', []],
    ['no URL', ['--url', 'ifs-production', '--token', 'T-1']],
    ['no token', ['--url', 'http://127.0.0.1:1/x']],
    ['plain http to another machine', ['--url', 'http://flow.example.com/x', '--token', 'T-1']],
    ['a closed port', ['--url', 'http://127.0.0.1:1/x', '--token', 'T-1']],
  ])(
    'says in one line what is wrong with %s, exit code 2',
    async (_, args) => {
      const { code, said, lines } = await run(args);
      expect([code, lines, said.trim().split('\n').length]).toEqual([2, [], 1]);
    },
    15_000,
  );

  it('explains itself with --help', async () => {
    const { code, lines } = await run(['--help']);
    expect(code).toBe(0);
    expect(lines.join('\n')).toContain('REPLACES THE CLIENT');
  }, 15_000);
});

async function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...env },
  });
  const [printed, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const lines = printed.split('\n').filter(Boolean);
  const failed = lines.filter((line) => line.startsWith('failed')).map((line) => line.slice('failed   '.length));
  return { code: code as number, said, lines, failed };
}

function secretsIn(engine: ConnectorEngine) {
  const places = ['designTime', 'runtime', 'machineUsers.anna', 'machineUsers.bo'] as const;
  return places.map((place) => engine.secretOf('ifs-production', place));
}

/** Changes the answers of a handler. */
function answering(change: (response: Response) => Promise<Response>) {
  return (handler: Handler): Handler =>
    async (request) =>
      change(await handler(request));
}

function header(name: string, change: ((value: string) => string) | undefined) {
  return answering(async (response) => {
    const headers = new Headers(response.headers);
    const value = headers.get(name);
    headers.delete(name);
    if (change && value !== null) headers.set(name, change(value));
    return new Response(await response.text(), { status: response.status, headers });
  });
}

function body(change: (text: string) => string) {
  return answering(async (response) => {
    const { status, headers } = response;
    return new Response(change(await response.text()), { status, headers });
  });
}

function status(from: number, to: number) {
  return answering(
    async (response) =>
      new Response(await response.text(), { status: response.status === from ? to : response.status }),
  );
}

/** Sends every request with this header. */
function always(name: string, value: string) {
  return (handler: Handler): Handler =>
    async (request) => {
      const headers = new Headers(request.headers);
      headers.set(name, value);
      return handler(new Request(request, { headers }));
    };
}

/** Answers each PATCH with success and a new ETag, and does nothing. */
function deaf(handler: Handler): Handler {
  let heard = 0;
  return async (request) =>
    request.method === 'PATCH'
      ? new Response(null, { status: 204, headers: { etag: `"${++heard}"` } })
      : handler(request);
}
