import { describe, expect, it } from '@jest/globals';
import { runsPage, runView } from '../../../../functions/api/runs/history.ts';
import { pageToken } from '../../../../functions/api/runs/page-token.ts';
import { RotationError } from '../../../../functions/credential/errors.ts';
import { requestIdAt } from '../../../../functions/credential/events/request-id.ts';
import type { RunEnd, RunOrigin } from '../../../../functions/ports/ledger.ts';
import { MemoryLedger } from '../../../../local/stand-ins/table/ledger.ts';

const BEGIN = Date.parse('2026-03-01T03:00:00Z');
const VERSIONS = [
  { id: 'v1', stages: ['AWSPREVIOUS'], createdAt: new Date('2026-02-01T00:00:00Z') },
  { id: 'v2', stages: ['AWSCURRENT'], createdAt: new Date(BEGIN) },
];
const ROTATION = {
  rotationId: 'v2',
  trigger: 'api',
  outcome: 'rotated',
  strategy: 'dual-secret',
  nothingChanged: false,
};

function run(second: number): RunOrigin {
  const requestedAt = new Date(BEGIN + second * 1000);
  const requestId = requestIdAt(requestedAt, `000000${second + 10}-0000-4000-8000-000000000000`);
  return { requestId, kind: 'rotation', trigger: 'api', requestedBy: 'arn:eve', reason: 'leak', requestedAt };
}

function bench() {
  let now = BEGIN;
  const ledger = new MemoryLedger();
  const settings = async (id: string) => {
    if (id !== 'acme-prod') throw new RotationError('credential-unknown', `There is no credential ${id}`);
    return {} as never;
  };
  const deps = {
    schedules: { settings, list: async () => ({ ids: [] }) },
    storeOf: () => ({ versions: async () => VERSIONS }),
    ledgerOf: () => ledger as Pick<MemoryLedger, 'find' | 'list'>,
    leaseMs: 100_000,
    now: () => new Date(now),
  };
  const end = (one: RunOrigin, more: object) =>
    ledger.end(one, { endedAt: new Date(BEGIN + 2310), ...more } as unknown as RunEnd);
  return { ledger, deps, end, pass: (ms: number) => (now += ms) };
}

describe('a run by its id', () => {
  it('is accepted, then running, and never told to have changed nothing before it has ended', async () => {
    const { ledger, deps } = bench();
    const asked = run(0);
    await ledger.accept(asked);
    const view = { requestId: asked.requestId, rotationId: null, outcome: null, nothingChanged: null };
    expect(await runView('acme-prod', asked.requestId, deps)).toEqual({
      ...view,
      credential: 'acme-prod',
      kind: 'rotation',
      status: 'accepted',
      trigger: 'api',
      requestedBy: 'arn:eve',
      reason: 'leak',
      requestedAt: '2026-03-01T03:00:00.000Z',
      begunAt: null,
    });
    await ledger.begin(asked, new Date(BEGIN + 250));
    const running = { ...view, status: 'running', begunAt: '2026-03-01T03:00:00.250Z' };
    expect(await runView('acme-prod', asked.requestId, deps)).toMatchObject(running);
  });

  it.each([
    ['a lease after its beginning, without an end', true, 100_000],
    ['a lease after Lambda has given up to start it', false, 700_000],
  ])('is unknown %s', async (_when, begun, ms) => {
    const { ledger, deps, pass } = bench();
    const asked = run(0);
    await (begun ? ledger.begin(asked, asked.requestedAt) : ledger.accept(asked));
    pass(ms);
    expect(await runView('acme-prod', asked.requestId, deps)).not.toMatchObject({ status: 'unknown' });
    pass(1);
    const view = {
      status: 'unknown',
      nothingChanged: null,
      outcome: null,
      next: expect.stringMatching(begun ? asked.requestId : 'most likely nothing has begun'),
    };
    expect(await runView('acme-prod', asked.requestId, deps)).toMatchObject(view);
  });

  it('shows the report and the label of its version once it has ended, by either id', async () => {
    const { deps, end } = bench();
    const asked = run(0);
    await end(asked, { rotation: ROTATION });
    const view = { ...ROTATION, requestId: asked.requestId, status: 'ended', state: 'current', reason: 'leak' };
    expect(await runView('acme-prod', asked.requestId, deps)).toMatchObject(view);
    expect(await runView('acme-prod', 'v2', deps)).toMatchObject(view);
  });

  it('shows why there was no rotation: never the id of an older version', async () => {
    const { deps, end } = bench();
    const asked = run(0);
    const problem = { code: 'too-soon', detail: 'just now', next: 'Wait.', retryAfter: 64, nothingChanged: true };
    await end(asked, { problem });
    const failure = { code: 'too-soon', detail: 'just now', next: 'Wait.' };
    expect(await runView('acme-prod', asked.requestId, deps)).toMatchObject({
      rotationId: null,
      status: 'ended',
      outcome: null,
      failure,
      nothingChanged: true,
      endedAt: '2026-03-01T03:00:02.310Z',
    });
  });

  it('falls back on the labels for a version that the ledger does not know, or can not tell of', async () => {
    const { deps } = bench();
    const labels = {
      rotationId: 'v1',
      credential: 'acme-prod',
      state: 'previous',
      createdAt: '2026-02-01T00:00:00.000Z',
    };
    expect(await runView('acme-prod', 'v1', deps)).toEqual(labels);
    const away = async () => Promise.reject(new RotationError('ledger-unavailable', 'away'));
    Object.assign(deps, { ledgerOf: () => ({ find: away, list: away }) });
    expect(await runView('acme-prod', 'v1', deps)).toEqual(labels);
    await expect(runView('acme-prod', 'v9', deps)).rejects.toMatchObject({ code: 'ledger-unavailable' });
  });

  it('is not found where nobody knows it', async () => {
    const { deps } = bench();
    await expect(runView('acme-prod', run(0).requestId, deps)).rejects.toMatchObject({ code: 'rotation-unknown' });
    await expect(runView('nobody', 'v1', deps)).rejects.toMatchObject({ code: 'credential-unknown' });
  });
});

describe('the history', () => {
  it('comes in pages, newest first, with retires among the rotations', async () => {
    const { deps, end } = bench();
    const runs = [0, 1, 2].map(run);
    for (const one of runs.slice(0, 2)) await end(one, { rotation: ROTATION });
    const retire = { credential: 'acme-prod', versionId: 'v1', outcome: 'retired', steps: [] };
    await end({ ...run(2), kind: 'retire', trigger: 'schedule' }, { retire });
    const first = await runsPage('acme-prod', { limit: 2 }, deps);
    expect(first.rotations).toMatchObject([
      { kind: 'retire', outcome: 'retired', versionId: 'v1', rotationId: null, endedAt: '2026-03-01T03:00:02.310Z' },
      { requestId: runs[1]?.requestId, kind: 'rotation' },
    ]);
    const second = await runsPage('acme-prod', { limit: 2, nextToken: first.nextToken }, deps);
    expect(second.rotations).toMatchObject([{ requestId: runs[0]?.requestId }]);
    expect(second.nextToken).toBeUndefined();
  });

  it.each([
    '',
    'x',
    pageToken('globex-prod', run(0).requestId),
    pageToken('acme-prod', 'v1'),
    `${pageToken('acme-prod', run(0).requestId)}=`,
    Buffer.from(`acme-prod ${run(0).requestId} more`).toString('base64url'),
  ])('refuses the token %j', async (nextToken) => {
    const { deps } = bench();
    await expect(runsPage('acme-prod', { limit: 2, nextToken }, deps)).rejects.toMatchObject({
      code: 'request-invalid',
    });
  });
});
