import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { type Server, serve } from '../../../local/stand-ins/serve.ts';
import { csr, transcript, typeInto } from '../support/csr.ts';

const PASSWORD = 'canary-Passw0rd';
/** A terminal is made with it. */
const python = spawnSync('python3', ['-c', 'import pty']).status === 0;
const CLIENT = { id: 'uuid-a', clientId: 'A', secret: 'canary-secret-of-a', serviceAccountsEnabled: true };

/** An IAM whose answers a test writes: what no Keycloak of this test could be brought to do. */
describe('csr iam prepare, whatever the IAM answers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'csr-iam-'));
  const jwks = join(folder, 'jwks.json');
  const sent: string[] = [];
  let answers: (call: string) => Response;
  let server: Server;
  beforeAll(async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true });
    writeFileSync(jwks, JSON.stringify(await exportJWK(publicKey)));
    server = await serve(async (request) => {
      const { pathname, search } = new URL(request.url);
      const call = `${request.method} ${pathname}${search}`;
      sent.push(call);
      return answers(call);
    });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    sent.splice(0);
    answers = usual;
  });

  /** A realm with the client A, on a server that shows nothing of itself. */
  function usual(call: string): Response {
    if (call.startsWith('POST /realms/r/')) return Response.json({ access_token: 't' });
    if (call === 'GET /admin/realms/r') return Response.json({ realm: 'r' });
    if (call === 'GET /admin/realms/r/clients?clientId=A') return Response.json([CLIENT]);
    if (call.startsWith('GET /admin/realms/r/clients?clientId=')) return Response.json([]);
    if (call.startsWith('GET /admin/realms/r/client-policies/')) return Response.json({});
    if (call === 'POST /admin/realms/r/clients') return new Response(null, { status: 201 });
    return Response.json({ error: 'HTTP 403 Forbidden' }, { status: 403 });
  }

  const realm = () => ['--admin-url', `${server.url}/admin/realms/r`, '--client', 'A', '--jwks', jwks];
  const args = (...more: string[]) => [
    'iam',
    'prepare',
    ...realm(),
    '--admin-user',
    'anna',
    '--manage-clients',
    ...more,
  ];
  const run = (...more: string[]) => csr(args(...more), { input: `${PASSWORD}\n` });
  const writes = () => sent.filter((call) => !call.startsWith('GET') && !call.startsWith('POST /realms/'));

  it('ends with 3 where it has failed half way, and says how far it came', async () => {
    const { exit, stdout, stderr } = await run('--yes', '--json');
    expect([exit, JSON.parse(stdout)]).toEqual([
      3,
      { error: expect.objectContaining({ state: expect.stringMatching(/^1 of 2 steps were carried out/) }) },
    ]);
    expect(stderr).toContain('csr iam undo');
    expect(writes()).toEqual(['POST /admin/realms/r/clients']);
  });

  it('tells what a server that shows nothing of itself is taken for', async () => {
    const { exit, stdout } = await run('--plan');
    expect([exit, stdout]).toEqual([0, expect.stringMatching(/does not tell its version[\s\S]*isn't shown to this/)]);
    expect(writes()).toEqual([]);
  });

  it.each([
    ['refuses the administrator', 'POST /realms/r/', 401, /refuses the administrator \(HTTP 401\)[\s\S]*--admin-realm/],
    ['refuses the realm', 'GET /admin/realms/r', 403, /HTTP 403\)[\s\S]*realm-admin of realm-management suffices/],
    ['has no such realm', 'GET /admin/realms/r', 404, /HTTP 404\)[\s\S]*Compare the admin address/],
    ['is away', 'GET /admin/realms/r', 503, /HTTP 503\)/],
    ['is something else', 'GET /admin/realms/r', 200, /something else than Keycloak does/],
  ])('ends with 1 where the IAM %s', async (_what, begins, status, words) => {
    answers = (call) => (call.startsWith(begins) ? new Response('<html>', { status }) : usual(call));
    const { exit, stderr } = await run('--yes');
    expect([exit, stderr]).toEqual([1, expect.stringMatching(words)]);
    expect([stderr.includes('nothing was changed'), writes()]).toEqual([true, []]);
  });

  it.each(['errorMessage', 'error_description', 'error'])(
    'repeats no word of an IAM that fails: %s',
    async (member) => {
      const failing = () => Response.json({ [member]: `cannot sign ${PASSWORD} in` }, { status: 500 });
      answers = (call) => (call === 'GET /admin/realms/r' ? failing() : usual(call));
      const { exit, stdout, stderr } = await run('--yes', '--json');
      expect(exit).toBe(1);
      expect(`${stdout}${stderr}`).not.toContain(PASSWORD);
      expect(stderr).toMatch(/a reason of \d+ characters/);
    },
  );

  it('ends with 1 where nobody answers', async () => {
    const gone = await serve(async () => new Response());
    await gone.close();
    const { exit, stderr } = await csr(
      ['iam', 'prepare', '--admin-url', `${gone.url}/admin/realms/r`, '--client', 'A', '--yes', '--admin-user', 'anna'],
      { input: PASSWORD },
    );
    expect([exit, stderr]).toEqual([1, expect.stringMatching(/did not answer[\s\S]*nothing was changed/)]);
  });

  (python ? it : it.skip).each([
    ['no', 1, /The plan was not confirmed/, []],
    ['yes', 3, /1 of 2 steps were carried out/, ['POST /admin/realms/r/clients']],
  ])('asks a person in a terminal, who says %s', async (answer, status, words, expected) => {
    const ended = await typeInto(args(), {}, `${PASSWORD}\r`, answer);
    expect([ended.status, ended.output]).toEqual([status, expect.stringMatching(words)]);
    expect(ended.output).toMatch(/create +the rotator's client[\s\S]*Carry out these 2 steps in the realm r\?/);
    expect(writes()).toEqual(expected);
  });

  it.each([
    ['no realm', ['--admin-user', 'anna', '--yes'], /No realm was named/],
    [
      'two realms',
      ['--id', 'acme-prod', '--admin-url', 'https://a.example/admin/realms/r', '--yes'],
      /both name a realm/,
    ],
    [
      'no realm in the address',
      ['--admin-url', 'https://a.example/realms/r', '--client', 'A', '--yes'],
      /must end with/,
    ],
    ['no client', ['--admin-url', 'https://a.example/admin/realms/r', '--yes'], /No client was named/],
    ['a client without an address', ['--id', 'acme-prod', '--client', 'A', '--yes'], /belong to --admin-url/],
    [
      'itself to rotate',
      ['--admin-url', 'https://a.example/admin/realms/r', '--client', 'flow-secret-rotator', '--yes'],
      /is the rotator itself/,
    ],
    ['two administrators', ['--id', 'acme-prod', '--admin-user', 'anna', '--admin-client', 'b'], /cannot be used with/],
    ['nobody to ask', ['--id', 'acme-prod', '--admin-user', 'anna'], /stdin is no terminal/],
  ])('ends with 2 when it is given %s', async (_what, more, words) => {
    const { exit, stderr } = await csr(['iam', 'prepare', ...more], { input: PASSWORD });
    expect([exit, stderr]).toEqual([2, expect.stringMatching(words)]);
  });

  it('has shown no secret', () => {
    expect(transcript.join('\n')).not.toContain('canary');
  });
});
