import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { FleetProgress } from '../../functions/many/progress.ts';
import { type Server, serve } from '../../local/stand-ins/serve.ts';
import { csr } from './support/csr.ts';

const ID = '0195503b-2880-7000-8000-000000000001';
const WAVE = { name: 'env=test', total: 2, tolerated: 0, done: 0, failed: 0, running: 0, waiting: 2, outcomes: {} };
const PROGRESS: FleetProgress = {
  executionId: ID,
  status: 'rotating',
  outcome: null,
  request: { select: { all: true }, maxConcurrency: 20 },
  requestedBy: 'arn:anna',
  requestedAt: '2026-03-01T02:00:00.000Z',
  endedAt: null,
  waves: [WAVE],
  failures: [],
  expected: [],
  manifest: null,
};
const SUMMARY = { ...PROGRESS, total: null, counts: null };
const FAILURE = {
  credential: 'acme-prod',
  wave: 'env=test',
  code: 'iam-unavailable',
  detail: 'no answer',
  next: 'See whether it is up.',
  requestId: 'r-2',
  outcome: 'refused',
  nothingChanged: true,
} as const;
const ended = (outcome: FleetProgress['outcome'], change: object = {}, more: object = {}) => ({
  ...PROGRESS,
  status: 'ended',
  outcome,
  waves: [{ ...WAVE, waiting: 0, ...change }],
  ...more,
});
const PLANNED = ended('planned', { waiting: 2 }, { credentials: [['acme-prod', 'acme-test']] });
const COMPLETED = ended('completed', { done: 2, outcomes: { rotated: 2 } }, { manifest: 's3://bucket/manifest.json' });

describe('csr rotate of many', () => {
  let api: Server;
  let calls: { method: string; path: string; key: string | null; body: unknown }[] = [];
  /** What the API answers to the next looks, and to what is begun with a body. */
  let looks: (body: { dryRun?: boolean }) => object[] = () => [COMPLETED];

  let listed: object[] = [];
  let refusal: object | undefined;

  beforeAll(async () => {
    let pending: object[] = [];
    api = await serve(async (request) => {
      const text = await request.text();
      const body = text === '' ? undefined : JSON.parse(text);
      const { pathname: path } = new URL(request.url);
      calls.push({ method: request.method, path, key: request.headers.get('idempotency-key'), body });
      if (request.method === 'POST' && refusal && !body.dryRun) return Response.json(refusal, { status: 409 });
      if (request.method === 'POST') {
        pending = looks(body);
        return Response.json({ executionId: ID }, { status: 202 });
      }
      if (path === '/rotations') return Response.json({ rotations: listed });
      const [now = {}] = pending;
      if (pending.length > 1) pending.shift();
      return Response.json(
        request.method === 'DELETE' ? { ...PROGRESS, status: 'stopping', stoppedBy: 'arn:anna' } : now,
      );
    });
  });
  afterAll(() => api.close());
  beforeEach(() => {
    calls = [];
    listed = [];
    refusal = undefined;
    looks = ({ dryRun }) => [dryRun ? PLANNED : COMPLETED];
  });

  const run = (args: string[], input = '') => csr(['rotate', ...args], { env: { CSR_API_URL: api.url }, input });

  it('shows the plan, asks, begins once with a key, and follows to the end', async () => {
    const { exit, stdout, stderr } = await run(
      ['--all', '--wave', 'env=test', '--wave', 'acme-*', '--tolerate', '5%', '--concurrency', '7', '--reason', 'q1'],
      'yes\n',
    );

    expect([exit, stderr]).toEqual([
      0,
      expect.stringMatching(/env=test +2 +0 +acme-prod acme-test[\s\S]*Rotate these now/),
    ]);
    expect(stderr).toContain(`csr rotate --watch ${ID}`);
    expect(stdout).toMatch(
      /^completed\. [\s\S]*env=test +2 +2 +0 +0 +0 +rotated 2[\s\S]*s3:\/\/bucket\/manifest\.json\n$/,
    );
    const body = {
      select: { all: true },
      waves: [{ tags: { env: 'test' } }, { match: 'acme-*' }],
      tolerated: { percent: 5 },
      maxConcurrency: 7,
      reason: 'q1',
    };
    const begun = calls.filter(({ method }) => method === 'POST');
    expect(begun.map((one) => one.body)).toEqual([{ ...body, dryRun: true }, body]);
    expect(new Set(begun.map(({ key }) => key)).size).toBe(2);
  });

  it('begins nothing without a yes', async () => {
    const { exit, stderr } = await run(['--match', 'acme-*'], 'no\n');

    expect([exit, stderr]).toEqual([1, expect.stringContaining('It was not confirmed')]);
    expect(calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('with --plan shows which ones, and with --json all that is known', async () => {
    const { exit, json, stdout } = await run(['--tag', 'env=test', '--tag', 'owner=b', '--plan', '--json']);

    expect([exit, json()]).toEqual([0, PLANNED]);
    expect(stdout).not.toContain('WAVE');
    expect(calls[0]?.body).toEqual({ select: { tags: { env: 'test', owner: 'b' } }, dryRun: true });
  });

  it('says so where nobody is chosen, and begins nothing', async () => {
    looks = () => [{ ...PLANNED, waves: [] }];
    const { exit, stderr } = await run(['--match', 'nobody', '--yes', '--plan']);

    expect([exit, stderr]).toEqual([1, expect.stringContaining('No credential is chosen')]);
  });

  it.each<[string, object, number]>([
    ['all is done', COMPLETED, 0],
    ['some were changed, and some failed', ended('completed', { done: 1, failed: 1 }, { failures: [FAILURE] }), 3],
    ['nothing was changed', ended('stopped', { failed: 1, waiting: 1 }, { failures: [FAILURE] }), 1],
    ['nobody knows', ended('completed', { failed: 1 }, { failures: [{ ...FAILURE, nothingChanged: null }] }), 3],
    ['it can succeed later', ended('completed', { failed: 1 }, { failures: [{ ...FAILURE, code: 'too-soon' }] }), 4],
    ['it was ended before anything began', ended('aborted', { waiting: 2 }), 1],
  ])('ends, when %s, with the exit code of that', async (_, end, exit) => {
    looks = () => [end];
    expect((await run(['--all', '--yes', '--idempotency-key', 'mine'])).exit).toBe(exit);
    expect(calls[0]).toMatchObject({ method: 'POST', key: 'mine' });
  });

  it('tells what failed and what to do about it', async () => {
    looks = () => [ended('completed', { done: 1, failed: 1 }, { failures: [FAILURE] })];
    expect((await run(['--all', '--yes'])).stdout).toContain(
      'acme-prod: iam-unavailable: no answer\n  do  See whether it is up.\n',
    );
  });

  it('with --watch goes on looking, and tells each step once', async () => {
    looks = () => [{ ...PROGRESS, waves: [{ ...WAVE, running: 1, waiting: 1 }] }, COMPLETED];
    await run(['--all', '--yes']);
    looks = () => [];
    calls = [];
    const { exit, stderr } = await run(['--watch', ID]);

    expect([exit, stderr, calls]).toEqual([
      0,
      'ended: env=test 2 of 2\n',
      [expect.objectContaining({ method: 'GET' })],
    ]);
  });

  it('with --watch alone follows the one under way, and says so where there is none', async () => {
    looks = () => [COMPLETED];
    await run(['--all', '--yes']);
    listed = [
      { ...SUMMARY, executionId: 'other', status: 'ended', outcome: 'aborted' },
      { ...SUMMARY, executionId: ID },
    ];
    calls = [];
    expect((await run(['--watch'])).exit).toBe(0);
    expect(calls.map(({ path }) => path)).toEqual(['/rotations', `/rotations/${ID}`]);

    listed = listed.slice(0, 1);
    const { exit, stderr } = await run(['--watch']);
    expect([exit, stderr]).toEqual([1, expect.stringMatching(/No rotation of many is under way[\s\S]*--watch other/)]);
  });

  it('with --list shows the last ones', async () => {
    expect((await run(['--list'])).stdout).toBe('No rotation of many is known.\n');
    const counts = { done: 395, failed: 5, waiting: 0 };
    listed = [{ ...SUMMARY, status: 'ended', outcome: 'completed', total: 400, counts }];
    const { exit, stdout } = await run(['--list']);

    expect([exit, stdout]).toEqual([0, expect.stringMatching(/0195503b.*completed +400 +395 +5 +0 +arn:anna\n$/)]);
  });

  it('says which one is in the way, and how to go on', async () => {
    refusal = {
      code: 'fleet-rotation-in-progress',
      title: 'Another rotation of many is under way',
      detail: 'there is one at a time',
      executionId: ID,
      nothingChanged: true,
      next: 'DELETE it.',
      retryAfter: 60,
    };
    const { exit, stderr } = await run(['--all', '--yes']);

    expect([exit, stderr]).toEqual([4, expect.stringContaining(`csr rotate --watch ${ID}`)]);
    expect(stderr).toContain(`csr rotate --abort ${ID}`);
  });

  it('with --abort ends it, and says what goes on', async () => {
    const { exit, stdout } = await run(['--abort', ID]);

    expect([exit, stdout]).toEqual([0, expect.stringContaining(`csr rotate --watch ${ID}`)]);
    expect(calls).toEqual([{ method: 'DELETE', path: `/rotations/${ID}`, key: null, body: undefined }]);
  });

  it.each([
    [[], 'Neither a credential nor --all'],
    [['--all', '--match', 'a*'], '--all goes with neither'],
    [['acme-prod', '--all'], 'together with a credential'],
    [['--all', '--force'], 'need a --reason'],
    [['--all', '--revoke-previous'], 'need a --reason'],
    [['--all', '--attended'], 'are about one credential'],
    [['--tag', 'env'], 'must be a tag and its value'],
    [['--all', '--tolerate', '101%'], 'must be a whole number'],
  ])('refuses %j before anything is sent', async (args, words) => {
    const { exit, stderr } = await run(args);

    expect([exit, stderr, calls]).toEqual([2, expect.stringContaining(words), []]);
  });
});
