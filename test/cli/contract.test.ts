import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Handler, type Server, serve } from '../../local/stand-ins/serve.ts';
import { csr, type Surroundings } from './support/csr.ts';

const ID = 'acme-prod';
const REQUEST = '01JCANARYREQUEST';
const REPORT = {
  rotationId: '0b9f6c1e-4a83-8d55-9c53-0f3c2c6f5d0a',
  credential: ID,
  trigger: 'api',
  strategy: 'dual-secret',
  startedAt: '2026-03-01T03:00:00.000Z',
  endedAt: '2026-03-01T03:00:02.310Z',
  durationMs: 2310,
  steps: [
    { name: 'observe', ms: 310 },
    { name: 'journal', ms: 60 },
  ],
  previousValidUntil: '2026-03-02T03:00:02.120Z',
  nothingChanged: false,
  repeatAt: null,
  connectors: [],
};

/** A run that has not ended. */
const RUN = {
  requestId: REQUEST,
  rotationId: null,
  kind: 'rotation',
  trigger: 'api',
  requestedAt: '2026-03-01T03:00:00.000Z',
  outcome: null,
  nothingChanged: null,
};
const VIEW = {
  id: ID,
  clientId: 'c',
  versionId: null,
  rotatedAt: null,
  pending: false,
  schedule: {},
  connectors: [],
  tasks: [],
};

/** A request that the API has got. */
interface Got {
  readonly call: string;
  readonly body: unknown;
  readonly headers: Headers;
}

const answer = (status: number, body: object, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers });
const problem = (status: number, members: object) =>
  answer(status, { title: 'A title', code: 'a-code', detail: 'a detail', next: 'Do this.', ...members });

/** An API whose answers a test writes: what no deployment of this test could be brought to say. */
describe('csr, whatever the API answers', () => {
  const got: Got[] = [];
  let answers: (call: string) => Response | Promise<Response>;
  let server: Server;
  const handler: Handler = async (request) => {
    const { pathname, search } = new URL(request.url);
    const call = `${request.method} ${pathname}${search}`;
    const text = await request.text();
    got.push({ call, body: text === '' ? undefined : JSON.parse(text), headers: request.headers });
    return await answers(call);
  };
  beforeAll(async () => {
    server = await serve(handler);
  });
  afterAll(() => server.close());
  beforeEach(() => void got.splice(0));

  const run = (args: readonly string[], surroundings: Surroundings = {}) =>
    csr(args, { ...surroundings, env: { CSR_API_URL: server.url, ...surroundings.env } });
  /** What is answered in turn; the last one again and again. */
  const inTurn = (...list: (() => Response)[]) => {
    answers = () => (list.length > 1 ? list.shift() : list[0])?.() ?? answer(500, {});
  };
  /** The same, while the credential itself can be looked at. */
  const besideView = (...list: (() => Response)[]) => {
    inTurn(...list);
    const others = answers;
    answers = (call) => (call === `GET /credentials/${ID}` ? answer(200, VIEW) : others(call));
  };

  it('rotate --wait: asks to be answered at once, and follows the run by the id of the request', async () => {
    const views = [
      { ...RUN, status: 'accepted' },
      { ...RUN, status: 'running' },
      { ...RUN, status: 'ended', ...REPORT, outcome: 'rotated' },
    ];
    const runs = [() => answer(404, { code: 'rotation-unknown' }), ...views.map((view) => () => answer(200, view))];
    const pending = [false, false, false, true];
    answers = (call) => {
      if (call.startsWith('POST')) return answer(202, { requestId: REQUEST });
      if (call.endsWith(REQUEST)) return runs.shift()?.() ?? answer(500, {});
      return answer(200, { ...VIEW, pending: pending.shift() });
    };
    const { exit, stdout, stderr } = await run([
      'rotate',
      ID,
      '--wait',
      '--reason',
      'audit',
      '--idempotency-key',
      'k-1',
      '--leave-behind',
      'A',
      '--leave-behind',
      'B',
      '--force',
      '--attended',
    ]);
    expect([exit, stdout]).toEqual([0, expect.stringContaining('acme-prod: rotated.')]);
    expect(stderr).toBe('acme-prod: accepted\nacme-prod: running: a new secret is stored, and not yet current\n');
    const [, post, ...gets] = got;
    expect(post?.body).toEqual({ reason: 'audit', force: true, attended: true, leaveBehind: ['A', 'B'] });
    expect([post?.headers.get('idempotency-key'), post?.headers.get('prefer')]).toEqual(['k-1', 'respond-async']);
    expect(gets.map(({ call }) => call)).toContain(`GET /credentials/${ID}/rotations/${REQUEST}`);
    expect([runs, pending]).toEqual([[], []]);
  });

  it.each([
    ['too-soon', true, 4],
    ['internal-error', null, 3],
    ['iam-forbidden', true, 1],
  ])('rotate --wait: tells why a run came to no rotation: %s', async (code, nothingChanged, expected) => {
    const failure = { code, detail: 'a detail', next: 'Do this.' };
    besideView(
      () => answer(202, { requestId: REQUEST }),
      () => answer(200, { ...RUN, status: 'ended', failure, nothingChanged }),
    );
    const { exit, stderr } = await run(['rotate', ID, '--wait']);
    expect([exit, stderr]).toEqual([
      expected,
      expect.stringMatching(/without a rotation \([\w-]+\)\n {2}why {4}a detail/),
    ]);
    expect(stderr).toContain(`(${code})`);
  });

  it('rotate --wait: ends with 3 where nobody knows how a run ended', async () => {
    besideView(
      () => answer(202, { requestId: REQUEST }),
      () => answer(200, { ...RUN, status: 'unknown', next: 'Look at the log.' }),
    );
    const { exit, stderr } = await run(['rotate', ID, '--wait']);
    expect([exit, stderr]).toEqual([3, expect.stringMatching(/no known end[\s\S]*Look at the log/)]);
  });

  it('revoke --wait: does not wait for a record of runs that does not answer', async () => {
    besideView(
      () => problem(502, { code: 'ledger-unavailable', nothingChanged: true }),
      () => answer(200, { ...REPORT, outcome: 'rotated', previousRevoked: true }),
    );
    const { exit, stderr } = await run(['revoke', ID, '--wait', '--reason', 'leak']);
    expect([exit, stderr]).toEqual([0, expect.stringContaining('asking without it')]);
    const posts = got.filter(({ call }) => call.startsWith('POST'));
    expect(posts.map(({ headers }) => headers.get('prefer'))).toEqual(['respond-async', null]);
  });

  it('rotate --wait: takes the labels for it where no record of runs is kept', async () => {
    const { rotationId } = REPORT;
    const ended = { id: ID, versionId: rotationId, pending: false };
    answers = (call) => {
      if (call.startsWith('POST')) return answer(202, { rotationId });
      return call.endsWith(rotationId) ? answer(200, { rotationId, state: 'current' }) : answer(200, ended);
    };
    const { exit, stdout } = await run(['rotate', ID, '--wait']);
    expect([exit, stdout]).toEqual([0, expect.stringContaining(`version ${rotationId} is current`)]);
  });

  it('rotate --wait: ends with 3 where a run that was begun can not be looked at', async () => {
    answers = (call) =>
      call.startsWith('POST') ? answer(202, { requestId: REQUEST }) : answer(403, { message: 'Forbidden' });
    const { exit, stderr } = await run(['rotate', ID, '--wait']);
    expect([exit, stderr]).toEqual([
      3,
      expect.stringMatching(/can't be followed \(HTTP 403\)[\s\S]*may go on[\s\S]*csr history/),
    ]);
  });

  it('rotate: says that a run goes on', async () => {
    inTurn(() => answer(202, { rotationId: null, requestId: REQUEST }));
    const { exit, stdout } = await run(['rotate', ID]);
    expect([exit, stdout]).toEqual([0, expect.stringContaining(`goes on (${REQUEST})`)]);
  });

  it.each([
    ['nothing was changed', 422, { nothingChanged: true }, 1],
    [
      'something was changed',
      502,
      { nothingChanged: false, code: 'stored-not-applied', cause: 'connector-timeout' },
      3,
    ],
    ['nobody knows', 500, { nothingChanged: null }, 3],
    ['it can succeed later', 409, { nothingChanged: true, retryAfter: 64 }, 4],
    ['it can succeed later, and something was changed', 503, { nothingChanged: false, retryAfter: 5 }, 3],
  ])('rotate: ends by what is known: %s', async (_what, status, members, expected) => {
    inTurn(() => problem(status, members));
    const { exit, stderr } = await run(['rotate', ID]);
    expect([exit, stderr]).toEqual([
      expected,
      expect.stringMatching(
        /^csr: acme-prod: A title \(.*\)\n {2}why {4}a detail\n {2}state {2}.+\n {2}do {5}Do this\./,
      ),
    ]);
  });

  it('revoke: ends with 3 where the previous secret was not ended', async () => {
    inTurn(() => answer(200, { ...REPORT, outcome: 'rotated', previousRevoked: false }));
    const { exit, stdout } = await run(['revoke', ID, '--reason', 'leak']);
    expect([exit, stdout, got[0]?.body]).toEqual([
      3,
      expect.stringContaining('NOT ended'),
      { revokePrevious: true, reason: 'leak' },
    ]);
  });

  it('rotate: says how to repeat a call whose answer was lost, and sends it once', async () => {
    let posts = 0;
    const lossy = createServer((_request, response) => {
      posts += 1;
      response.socket?.destroy();
    }).listen(0, '127.0.0.1');
    await once(lossy, 'listening');
    const { port } = lossy.address() as AddressInfo;
    const { exit, stderr } = await run(['rotate', ID], { env: { CSR_API_URL: `http://127.0.0.1:${port}` } });
    lossy.close();
    expect([exit, posts]).toEqual([3, 1]);
    expect(stderr).toMatch(/may have been carried out[\s\S]*csr history acme-prod/);
  });

  it('rotate: ends with 1 where nothing was sent', async () => {
    const gone = await serve(handler);
    await gone.close();
    const { exit, stderr } = await run(['rotate', ID], { env: { CSR_API_URL: gone.url } });
    expect([exit, stderr]).toEqual([
      1,
      expect.stringMatching(/did not answer \(ECONNREFUSED\)[\s\S]*nothing was changed/),
    ]);
  });

  it.each([
    [403, 1, /execute-api:Invoke/],
    [404, 1, /has no such call: deploy/],
    [429, 4, /Repeat the command/],
    [503, 3, /Look at the credential first/],
  ])("rotate: understands the gateway's own %s", async (status, expected, advice) => {
    inTurn(() => answer(status, { message: 'Gateway' }));
    const { exit, stderr } = await run(['rotate', ID]);
    expect([exit, stderr]).toEqual([expected, expect.stringMatching(advice)]);
  });

  it('status: reads again when the API is busy', async () => {
    inTurn(
      () => answer(503, { message: 'Service Unavailable' }),
      () => answer(200, VIEW),
    );
    const { exit } = await run(['status', ID]);
    expect([exit, got.length]).toEqual([0, 2]);
  });

  it.each([
    ['pause', 'DISABLED'],
    ['resume', 'ENABLED'],
  ])('%s: sets the schedule to %s', async (command, state) => {
    inTurn(() =>
      answer(200, { credential: ID, schedule: { state }, changed: true, note: 'A deployment takes it back.' }),
    );
    const { exit, stdout } = await run([command, ID]);
    expect([exit, stdout]).toEqual([
      0,
      expect.stringMatching(/scheduled rotations .*\. A deployment takes it back\.\n$/),
    ]);
    expect(got).toMatchObject([{ call: `PATCH /credentials/${ID}/schedule`, body: { state } }]);
  });

  const RUNS = [
    {
      ...RUN,
      ...REPORT,
      status: 'ended',
      requestId: 'r-3',
      outcome: 'rotated',
      requestedBy: 'arn:aws:iam::1:user/anna',
      reason: '=HYPERLINK("x"), "quoted"',
    },
    {
      ...RUN,
      requestId: 'r-2',
      status: 'ended',
      failure: { code: 'too-soon', detail: 'd', next: 'n' },
      nothingChanged: true,
    },
    { ...RUN, ...REPORT, requestId: 'r-1', kind: 'retire', status: 'ended', outcome: 'retired' },
  ];
  const pages = (call: string) =>
    call.includes('nextToken=p2')
      ? answer(200, { rotations: RUNS.slice(2) })
      : answer(200, { rotations: RUNS.slice(0, 2), nextToken: 'p2' });

  it('history: lists the runs of all pages, newest first', async () => {
    answers = pages;
    const { exit, stdout } = await run(['history', ID]);
    expect(exit).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/)[2])).toEqual([
      'OUTCOME',
      'rotated',
      'failed',
      'retired',
      undefined,
    ]);
  });

  it('history --csv: is CSV that no spreadsheet takes for a formula', async () => {
    answers = pages;
    const { stdout } = await run(['history', ID, '--csv', '--limit', '2']);
    const lines = stdout.split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^requestedAt,kind,status,startedAt,endedAt,outcome,trigger,/);
    expect(lines[1]).toContain(`,"'=HYPERLINK(""x""), ""quoted""",2310,false,`);
    expect(lines[2]).toContain(',true,too-soon: d,,r-2');
  });

  it('history --json: prints the runs as the API tells them', async () => {
    answers = pages;
    const { json } = await run(['history', ID, '--json']);
    expect(json()).toEqual({ credential: ID, rotations: RUNS });
  });

  it('shows no control characters of others', async () => {
    inTurn(() => problem(422, { nothingChanged: true, detail: 'red \u001b[31m \u0007' }));
    const { stderr } = await run(['rotate', ID]);
    expect(stderr).toContain('red \uFFFD[31m \uFFFD');
  });

  it('sends nothing to an address that is neither https nor local', async () => {
    const { exit, stderr } = await run(['list', '--api-url', 'http://api.example.com']);
    expect([exit, stderr]).toEqual([2, expect.stringContaining('--api-url is no https address')]);
  });

  describe('doctor, of sixty credentials', () => {
    const IDS = Array.from({ length: 60 }, (_, i) => `customer-${i}`);
    const BROKEN = ['customer-7', 'customer-41'];
    let busy = 0;
    let atOnce = 0;
    let mostAtOnce = 0;
    const planned = async (id: string) => {
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve, 5));
      atOnce -= 1;
      if (BROKEN.includes(id)) return problem(422, { nothingChanged: true, credential: id });
      const connectors = [{ name: 'c', door: 'https', holds: 'current', proof: 'written' }];
      return answer(200, {
        credential: id,
        state: 'at-rest',
        action: 'begin',
        reason: 'r',
        strategy: 's',
        outage: 'none',
        connectors,
      });
    };
    const fleet = (call: string) => {
      const [, id] = /^POST \/credentials\/([^/]+)\/rotations$/.exec(call) ?? [];
      if (id === undefined) return answer(200, { credentials: IDS.map((one) => ({ ...VIEW, id: one })) });
      if (busy > 0 && id === 'customer-3') return answer(429, { message: `Too Many Requests ${busy--}` });
      return planned(id);
    };
    beforeEach(() => {
      answers = fleet;
      busy = 0;
      mostAtOnce = 0;
    });

    it('looks at the first of them, and says how many are left', async () => {
      const { exit, stdout, json } = await run(['doctor', '--json']);
      expect([exit, json()]).toMatchObject([1, { credentials: { lookedAt: 25, of: 60 } }]);
      expect(stdout).not.toContain('customer-41');
      expect((await run(['doctor'])).stdout).toContain('35 more credentials were not looked at: csr doctor --all.\n');
    });

    it('--all: looks at all, a few at a time, tells how far it has come, and shows what is wrong', async () => {
      const { exit, stdout, stderr } = await run(['doctor', '--all']);
      expect([exit, stdout]).toEqual([
        1,
        expect.stringMatching(/^CHECK .*\ncustomer-7 +wrong .*\ncustomer-41 +wrong .*\n2 of 65 checks are not ok\.\n$/),
      ]);
      expect(stderr).toMatch(/^6 of 60 …\n12 of 60 …\n(.*\n)*54 of 60 …\n$/);
      expect([mostAtOnce > 1, mostAtOnce <= 6]).toEqual([true, true]);
    });

    it('--all: bears with an API that has no room', async () => {
      // A read is repeated twice by itself.
      busy = 4;
      const { json } = await run(['doctor', '--all', '--json']);
      const { findings } = json<{ findings: { check: string; result: string }[] }>();
      expect(findings.filter(({ result }) => result !== 'ok').map(({ check }) => check)).toEqual(BROKEN);
      expect([busy, findings.filter(({ check }) => IDS.includes(check)).length]).toEqual([0, 60]);
    });
  });

  it('doctor: tells that a clock is wrong', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    inTurn(() => answer(403, { message: 'Forbidden' }, { date }));
    const { exit, json } = await run(['doctor', '--json']);
    const { findings } = json<{ findings: object[] }>();
    expect(exit).toBe(1);
    expect(findings).toContainEqual({
      check: 'clock',
      result: 'wrong',
      detail: expect.stringMatching(/^36\d\d s off$/),
      next: expect.stringContaining('AWS refuses'),
    });
  });
});
