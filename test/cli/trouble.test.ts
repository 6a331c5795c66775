import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { table } from '../../cli/terminal/text.ts';
import { type Server, serve } from '../../local/stand-ins/serve.ts';
import { csr, ROOT, start } from './support/csr.ts';

const ID = 'acme-prod';
const REQUEST = '01JCANARYREQUEST';
const RUNNING = { requestId: REQUEST, rotationId: null, kind: 'rotation', status: 'running', outcome: null };

describe('csr, when it is left', () => {
  let server: Server;
  /** What happens when the API is called. */
  let onCall = (_call: string) => {};
  let isSilent = false;
  beforeAll(async () => {
    server = await serve(async ({ method, url }) => {
      const { pathname } = new URL(url);
      onCall(`${method} ${pathname}`);
      if (isSilent) await new Promise(() => {});
      if (method === 'POST') return Response.json({ requestId: REQUEST }, { status: 202 });
      return Response.json(pathname.endsWith(REQUEST) ? RUNNING : { id: ID, versionId: null, pending: false });
    });
  });
  afterAll(() => server.close());

  /** Runs a command, and sends a signal when the API is called. */
  async function leave(args: readonly string[], call: string, signal: NodeJS.Signals = 'SIGINT') {
    const child = start(args, { env: { CSR_API_URL: server.url } });
    onCall = (got) => void (got === call && child.kill(signal));
    const [stderr, [exit, by]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    return { exit, by, stderr };
  }

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s during --wait: ends with 3, says that the run goes on, and how to find it',
    async (signal) => {
      isSilent = false;
      const call = `GET /credentials/${ID}/rotations/${REQUEST}`;
      const { exit, stderr } = await leave(['rotate', ID, '--wait'], call, signal);
      expect(exit).toBe(3);
      expect(stderr).toMatch(/csr: acme-prod: .*was begun[\s\S]*01JCANARYREQUEST[\s\S]*csr history acme-prod/);
    },
  );

  it('before a change is answered: ends with 3, and says that it may have been carried out', async () => {
    isSilent = true;
    const { exit, stderr } = await leave(['pause', ID], `PATCH /credentials/${ID}/schedule`);
    expect([exit, stderr]).toEqual([
      3,
      expect.stringMatching(/left before[\s\S]*may have been carried out[\s\S]*Repeat/),
    ]);
  });

  it('while it only looks: ends by the signal, as any program does', async () => {
    isSilent = true;
    expect(await leave(['status', ID], `GET /credentials/${ID}`)).toMatchObject({ by: 'SIGINT', stderr: '' });
  });
});

describe('csr, where its answer goes', () => {
  it('is no worse when nobody reads it to its end', async () => {
    const child = start(['completion', 'bash']);
    child.stdout.destroy();
    const [stderr, [exit]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([exit, stderr]).toEqual([0, '']);
  });

  it('says that the answer is lost when it can not be written', () => {
    const line = `"${process.execPath}" "${join(ROOT, 'cli/csr.cjs')}" completion bash > /dev/full`;
    const { status, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      3,
      expect.stringMatching(/could not be printed \(ENOSPC\)\n.*its answer is lost/),
    ]);
  });

  it('stands one below the other in a narrow terminal', () => {
    const rows = [
      ['acme-prod', 'wrong', 'connector-unavailable: nobody answers there'],
      ['acme-test', 'ok', ''],
    ];
    expect(table(['CHECK', 'RESULT', 'FOUND'], rows, 40)).toBe(
      'acme-prod\n  RESULT  wrong\n  FOUND   connector-unavailable: nobody answers there\n\nacme-test\n  RESULT  ok',
    );
    const short = rows.map((row) => row.slice(0, 2));
    expect(table(['CHECK', 'RESULT'], short, 40)).toBe('CHECK      RESULT\nacme-prod  wrong\nacme-test  ok');
  });
});

describe('csr, without access to AWS', () => {
  const home = mkdtempSync(join(tmpdir(), 'csr-profiles-'));
  const NOBODY = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, HOME: home };
  beforeAll(() => {
    const config = [
      '[profile corporate]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = operator',
      '[sso-session corp]\nsso_region = eu-north-1\nsso_start_url = https://corp.awsapps.com/start',
      '[profile broken]\ncredential_process = /bin/false',
    ];
    mkdirSync(join(home, '.aws/sso/cache'), { recursive: true });
    writeFileSync(join(home, '.aws/config'), config.join('\n\n'));
    const token = { accessToken: 'canary', expiresAt: '2020-01-01T00:00:00Z', region: 'eu-north-1' };
    const name = createHash('sha1').update('corp').digest('hex');
    writeFileSync(join(home, `.aws/sso/cache/${name}.json`), JSON.stringify(token));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it.each([
    ['no profile', [], {}, /no AWS credentials here[\s\S]*aws sso login, or set AWS_PROFILE/],
    ['a profile that is not there', ['--profile', 'nobody'], {}, /profile nobody gives no AWS credentials/],
    ['such a profile in the environment', [], { AWS_PROFILE: 'nobody' }, /profile nobody gives no AWS credentials/],
    [
      'a session that is over',
      ['--profile', 'corporate'],
      {},
      /profile corporate gives[\s\S]*sso login --profile corporate/,
    ],
    ['a program that gives none', ['--profile', 'broken'], {}, /profile broken gives no AWS credentials/],
  ])('%s: ends with 1, and says how to sign in', async (_what, options, env, words) => {
    const commands = [['list'], ['reveal', ID, '--stdout'], ['rotate', ID, '--api-url', 'https://127.0.0.1:1']];
    const surroundings = { env: { ...NOBODY, ...env } };
    for (const ended of await Promise.all(commands.map((args) => csr([...args, ...options], surroundings)))) {
      expect([ended.exit, ended.stdout, ended.stderr]).toEqual([1, '', expect.stringMatching(words)]);
      expect(ended.stderr).toContain('nothing was changed');
    }
  });

  it('asks where the profile says, in spite of keys in the environment', async () => {
    const asked: string[] = [];
    const server = await serve(async (request) => {
      asked.push(request.headers.get('authorization') ?? '');
      return new Response('', { status: 400 });
    });
    const keys = 'aws_access_key_id = AKIAPROFILE\naws_secret_access_key = x';
    writeFileSync(join(home, 'elsewhere'), `[profile elsewhere]\nendpoint_url = ${server.url}\n${keys}\n`);
    const env = { HOME: home, AWS_CONFIG_FILE: join(home, 'elsewhere') };
    const { exit, stderr } = await csr(['list', '--profile', 'elsewhere'], { env });
    await server.close();
    expect([exit, asked]).toEqual([1, [expect.stringContaining('Credential=AKIAPROFILE/')]]);
    expect(stderr).toMatch(/^csr: AWS did not describe the stack/);
  });

  it('an address where nobody is: names it, and says that nothing was written', async () => {
    const gone = await serve(async () => new Response());
    await gone.close();
    const env = { AWS_ENDPOINT_URL: gone.url, AWS_MAX_ATTEMPTS: '1' };
    const list = await csr(['list'], { env });
    expect([list.exit, list.stderr]).toEqual([
      1,
      expect.stringMatching(/in eu-north-1 \(ECONNREFUSED\)[\s\S]*region is right/),
    ]);
    const args = ['access', 'set', 'client-secret-rotation-access/acme-prod/iam', '--form', 'clientSecret'];
    const set = await csr(args, { env, input: 'canary' });
    expect([set.exit, set.stderr]).toEqual([1, expect.stringMatching(/\(ECONNREFUSED\)[\s\S]*nothing was changed/)]);
    expect(set.stderr).not.toContain('canary');
  });
});

describe("csr, at the gateway's door", () => {
  let answers: (() => Response)[] = [];
  let calls = 0;
  let server: Server;
  beforeAll(async () => {
    server = await serve(async () => {
      calls += 1;
      return (answers.length > 1 ? answers.shift() : answers[0])?.() ?? Response.json({});
    });
  });
  afterAll(() => server.close());
  afterEach(() => {
    calls = 0;
  });
  const message = (status: number, words: string) => () => Response.json({ message: words }, { status });
  const env = () => ({ CSR_API_URL: server.url });

  it.each([
    ['The security token included in the request is expired', /Sign in anew/],
    ['Signature expired: 20261126T080000Z is now earlier than 20261126T090000Z', /clock of this machine/],
    ['The request signature we calculated does not match', /Sign in anew/],
    ['Forbidden', /execute-api:Invoke/],
  ])('understands 403: %s', async (words, advice) => {
    answers = [message(403, words)];
    const { exit, stderr } = await csr(['rotate', ID], { env: env() });
    expect([exit, stderr]).toEqual([1, expect.stringMatching(advice)]);
    expect(stderr).toContain('nothing was changed');
  });

  it('reads again when there are too many calls, and sends a change once', async () => {
    answers = [message(429, 'Too Many Requests'), () => Response.json({ credentials: [] })];
    expect([(await csr(['list'], { env: env() })).exit, calls]).toEqual([0, 2]);
    answers = [message(429, 'Too Many Requests')];
    expect([(await csr(['pause', ID], { env: env() })).exit, calls]).toEqual([4, 3]);
  });

  it('is not fooled by a page of somebody else', async () => {
    answers = [() => new Response('<html>Sign in to the network</html>', { headers: { 'content-type': 'text/html' } })];
    const look = await csr(['status', ID], { env: env() });
    expect([look.exit, look.stderr]).toEqual([1, expect.stringMatching(/answered 200[\s\S]*--api-url/)]);
    expect(await csr(['rotate', ID], { env: env() })).toMatchObject({ exit: 3, stdout: '' });
  });
});
