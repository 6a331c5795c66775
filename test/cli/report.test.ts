import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Api } from '../../cli/api/client.ts';
import { collect } from '../../cli/report/collect.ts';
import { exceptionsIn } from '../../cli/report/judge.ts';
import { markdown } from '../../cli/report/markdown.ts';
import { monthBefore, parseMonth } from '../../cli/report/month.ts';

const NOVEMBER = new Date('2026-11-03T08:00:00Z');

function credential(id: string, changed: object = {}) {
  return {
    id,
    clientId: 'flow',
    strategy: 'dual-secret',
    versionId: 'v-1',
    rotatedAt: '2026-10-20T03:00:00.000Z',
    ageDays: 14,
    maxAge: 'P90D',
    pending: false,
    schedule: { expression: 'rate(7 days)', timezone: 'UTC', state: 'ENABLED' },
    connectors: [],
    tasks: [],
    ...changed,
  };
}

const run = (requestedAt: string, changed: object = {}) => ({
  requestId: `r-${requestedAt}`,
  kind: 'rotation',
  status: 'ended',
  trigger: 'schedule',
  requestedAt,
  outcome: 'rotated',
  ...changed,
});

const answer = (status: number, body: object) => ({ status, body, headers: new Headers() });

/** An API with these credentials and runs, two runs a page; a status instead of runs answers by that. */
function apiOf(credentials: readonly object[], runs: Readonly<Record<string, readonly object[] | number>>) {
  const asked: string[] = [];
  const send = async ({ path }: { path: string }) => {
    asked.push(path);
    const url = new URL(path, 'https://api.example.com');
    const id = /^\/credentials\/([^/]+)\/rotations$/.exec(url.pathname)?.[1];
    if (id === undefined) return answer(200, { credentials });
    const all = runs[id] ?? [];
    if (typeof all === 'number')
      return answer(all, { title: 'No', code: 'ledger-unavailable', detail: 'd', next: 'n' });
    const from = Number(url.searchParams.get('nextToken') ?? 0);
    const next = from + 2 < all.length ? { nextToken: String(from + 2) } : {};
    return answer(200, { rotations: all.slice(from, from + 2), ...next });
  };
  return { api: { send } as unknown as Api, asked };
}

async function evidenceOf(
  credentials: readonly object[],
  runs: Readonly<Record<string, readonly object[] | number>>,
  { month = '2026-10', now = NOVEMBER } = {},
) {
  const { api, asked } = apiOf(credentials, runs);
  const notes: string[] = [];
  const subject = { prefix: 'csr', month: parseMonth(month), now };
  return { evidence: await collect(subject, { api, note: (line) => notes.push(line) }), asked, notes };
}

describe('the month of a report', () => {
  it('is a month in UTC, also over the end of a year', () => {
    expect(parseMonth('2026-12')).toEqual({
      name: '2026-12',
      from: new Date('2026-12-01T00:00:00Z'),
      to: new Date('2027-01-01T00:00:00Z'),
    });
    expect(monthBefore(new Date('2027-01-31T23:59:59Z')).name).toBe('2026-12');
  });

  it.each(['2026-13', '2026-00', '26-10', '2026-1', 'October', '2026-10-01'])('is not "%s"', (text) => {
    expect(() => parseMonth(text)).toThrow('2026-10');
  });
});

describe("a month's evidence", () => {
  it('has the runs of that month alone, oldest first, and asks for no page beyond it', async () => {
    const runs = [
      run('2026-11-01T00:00:00.000Z'),
      run('2026-10-31T23:59:59.999Z'),
      run('2026-10-01T00:00:00.000Z'),
      run('2026-09-30T23:59:59.999Z'),
      run('2026-09-01T00:00:00.000Z'),
    ];
    const { evidence, asked, notes } = await evidenceOf([credential('acme')], { acme: runs });
    expect(evidence.credentials[0]?.runs.map(({ requestedAt }) => requestedAt)).toEqual([
      '2026-10-01T00:00:00.000Z',
      '2026-10-31T23:59:59.999Z',
    ]);
    expect(asked.filter((path) => path.includes('/rotations'))).toHaveLength(2);
    expect(notes).toEqual(['1 of 1 credentials read']);
    expect(evidence.isPartial).toBe(false);
  });

  it('has one digest as long as the records of the month are the same, and another when one is not', async () => {
    const october = [run('2026-10-02T00:00:00.000Z', { state: 'current' })];
    const { evidence } = await evidenceOf([credential('acme')], { acme: october });
    const later = [run('2026-11-20T00:00:00.000Z'), { ...october[0], state: 'superseded' }];
    const again = await evidenceOf(
      [credential('acme', { ageDays: 40, rotatedAt: '2026-11-20T00:00:00.000Z' })],
      { acme: later },
      { now: new Date('2026-12-01T00:00:00Z') },
    );
    const { state: _, ...kept } = october[0] as { state?: string };
    const expected = createHash('sha256')
      .update(JSON.stringify([['acme', [kept]]]))
      .digest('hex');
    expect([evidence.digest, again.evidence.digest]).toEqual([expected, expected]);
    const other = await evidenceOf([credential('acme')], { acme: [{ ...october[0], outcome: 'failed' }] });
    expect(other.evidence.digest).not.toBe(expected);
  });

  it('names what could not be read, and goes on', async () => {
    const broken = { id: 'broken', problem: { code: 'settings-invalid', title: 't', detail: 'no JSON', next: 'n' } };
    const { evidence } = await evidenceOf([broken, credential('dark'), credential('acme')], { dark: 503, acme: [] });
    expect(evidence.credentials.map(({ id }) => id)).toEqual(['acme']);
    expect(evidence.unread.map(({ id, why }) => `${id} ${why}`)).toEqual([
      'broken settings-invalid: no JSON',
      expect.stringMatching(/^dark [\s\S]*ledger-unavailable/),
    ]);
    expect(exceptionsIn(evidence)).toEqual(expect.arrayContaining([expect.stringContaining('says nothing of it')]));
  });
});

describe('what is to be explained', () => {
  const explained = async (changed: object, runs: readonly object[], options?: { month?: string; now?: Date }) =>
    exceptionsIn((await evidenceOf([credential('acme', changed)], { acme: runs }, options)).evidence);
  const GOOD = run('2026-10-20T03:00:00.000Z');

  it('is nothing where all is as it should be', async () => {
    const retire = run('2026-10-21T03:00:00.000Z', { kind: 'retire', outcome: 'retired' });
    expect(await explained({}, [retire, GOOD])).toEqual([]);
  });

  it.each([
    ['was rolled back', { outcome: 'rolled-back', failure: { code: 'connector-refused', detail: 'd' } }],
    ['left a connector behind', { outcome: 'stored-not-applied' }],
    ['has no known end', { outcome: null, status: 'unknown' }],
    ['failed without a report', { outcome: null, failure: { code: 'too-soon', detail: 'd' } }],
  ])('is a run that %s', async (_what, changed) => {
    const bad = run('2026-10-05T03:00:00.000Z', changed);
    expect(await explained({}, [GOOD, bad])).toEqual([expect.stringContaining('acme: rotation of 2026-10-05')]);
  });

  it('is a month without a rotation, once it is over', async () => {
    expect(await explained({}, [])).toEqual(['acme: was not rotated in this month']);
    expect(await explained({}, [], { month: '2026-11' })).toEqual([]);
    expect(await explained({ rotatedAt: null }, [])).toEqual(['acme: was never rotated']);
  });

  it('is a secret that is as old as maxAge', async () => {
    expect(await explained({ ageDays: 89 }, [GOOD])).toEqual([]);
    expect(await explained({ ageDays: 90 }, [GOOD])).toEqual([
      'acme: its secret is 90 days old now, and maxAge is P90D',
    ]);
  });

  it('is a schedule that is switched off, and a task that is overdue', async () => {
    const schedule = { expression: 'rate(7 days)', timezone: 'UTC', state: 'DISABLED' };
    const changed = { schedule, tasks: [{ overdue: true }, { overdue: false }] };
    expect(await explained(changed, [GOOD])).toEqual([
      'acme: its schedule is switched off now',
      'acme: 1 tasks of people are overdue now',
    ]);
  });
});

describe('the report as Markdown', () => {
  it('counts, lists each run with who and why, and has a place to sign', async () => {
    const runs = [
      run('2026-10-21T03:00:00.000Z', { kind: 'retire', outcome: 'retired' }),
      run('2026-10-20T03:00:00.000Z', { trigger: 'api', requestedBy: 'arn:aws:iam::1:user/ada', reason: 'a | leak' }),
    ];
    const { evidence } = await evidenceOf([credential('acme')], { acme: runs });
    const text = markdown(evidence);
    expect(text).toContain('# Rotation of client secrets: 2026-10');
    expect(text).toContain('| rotations | 1 |');
    expect(text).toContain('| former secrets ended after their grace | 1 |');
    expect(text).toContain('| oldest current secret, in days | 14 |');
    expect(text).toContain(
      '| 2026-10-20T03:00:00.000Z | acme | rotation | rotated | api | arn:aws:iam::1:user/ada | a \\| leak |',
    );
    expect(text).toContain(`\`${evidence.digest}\``);
    expect(text).toMatch(/\| prepared by \| +\| +\| +\|/);
  });

  it('says when the month is not over', async () => {
    const { evidence } = await evidenceOf([credential('acme')], { acme: [] }, { month: '2026-11' });
    expect(markdown(evidence)).toContain('The month is not over');
  });

  it('lets no text of others be Markdown, HTML, or a command of the terminal', async () => {
    const reason = '[x](javascript:a) <b> \u001b[31m\n# no';
    const runs = [run('2026-10-20T03:00:00.000Z', { reason })];
    const { evidence } = await evidenceOf([credential('acme')], { acme: runs });
    expect(markdown(evidence)).toContain('| \\[x\\](javascript:a) \\<b\\> \uFFFD\\[31m \\# no |');
  });
});
