import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { credentialsPage, type PageDeps } from '../../../../functions/api/credentials/page.ts';
import { RotationError } from '../../../../functions/credential/errors.ts';
import type { Overview, Remembered } from '../../../../functions/ports/api/overviews.ts';
import type { LabelledVersion } from '../../../../functions/ports/api/secret-list.ts';
import type { LedgerEntry } from '../../../../functions/ports/ledger.ts';
import type { SecretVersion } from '../../../../functions/ports/secret-store.ts';
import { createWorld } from '../../../support/world.ts';

const NOW = new Date('2026-03-08T02:59:59Z');
const CHANGED = new Date('2026-02-01T12:00:00Z');
const VERSIONS: SecretVersion[] = [
  { id: 'v1', stages: ['AWSPREVIOUS'], createdAt: new Date('2026-02-01T00:00:00Z') },
  { id: 'v2', stages: ['AWSCURRENT'], createdAt: new Date('2026-03-01T03:00:00Z') },
];

/** A fleet in which what is asked for one by one is counted, and what is remembered is kept. */
function fleet(ids: readonly string[] = ['acme-a', 'acme-b']) {
  const { credential } = createWorld();
  const asked: string[] = [];
  const kept = new Map<string, Remembered>();
  const runs = new Map<string, LedgerEntry>();
  const labels = new Map<string, readonly LabelledVersion[]>(ids.map((id) => [id, VERSIONS]));
  const changed = new Map(ids.map((id) => [id, CHANGED]));
  const deps: PageDeps = {
    schedules: {
      list: async () => ({ schedules: ids.map((id) => ({ id, changedAt: changed.get(id) ?? CHANGED })) }),
      settings: async (id) => {
        asked.push(`settings ${id}`);
        return { ...credential, id };
      },
    },
    storeOf: (id) => ({
      versions: async () => {
        asked.push(`versions ${id}`);
        return VERSIONS;
      },
    }),
    secretList: { labelled: async () => labels },
    overviews: {
      read: async () =>
        new Map(ids.map((id) => [id, { lastRun: runs.get(id), remembered: kept.get(id) ?? {} } satisfies Overview])),
      remember: async (id, remembered) => {
        const { settings = kept.get(id)?.settings, version = kept.get(id)?.version } = remembered;
        kept.set(id, { settings, version });
      },
    },
    tasksOf: () => {
      throw new Error('nobody has a part in these');
    },
    leaseMs: 60_000,
    now: () => NOW,
  };
  const page = async (more: Partial<PageDeps> = {}) => {
    asked.length = 0;
    return (await credentialsPage({ limit: 50 }, { ...deps, ...more })).credentials;
  };
  return { deps, asked, kept, runs, labels, changed, page };
}

/** A run of which the end is so many seconds ago, or that has not ended. */
function run(endedSecondsAgo?: number): LedgerEntry {
  const requestedAt = new Date('2026-03-08T02:00:00Z');
  const origin = { requestId: 'r-1', kind: 'rotation', trigger: 'schedule', requestedAt } as const;
  if (endedSecondsAgo === undefined) return { ...origin, begunAt: requestedAt };
  const problem = { code: 'iam-unavailable', detail: 'no answer', next: 'Look.', nothingChanged: true } as const;
  return { ...origin, end: { endedAt: new Date(NOW.getTime() - endedSecondsAgo * 1000), problem } };
}

describe('credentialsPage', () => {
  it('is a page in the order of the schedules, and leads to the next one', async () => {
    const { deps } = fleet();
    const list = async ({ nextToken }: { nextToken?: string | undefined }) =>
      nextToken === 'more'
        ? { schedules: [{ id: 'acme-c' }] }
        : { schedules: [{ id: 'acme-b' }, { id: 'acme-a' }], nextToken: 'more' };
    const schedules = { ...deps.schedules, list };
    const first = await credentialsPage({ limit: 2 }, { ...deps, schedules });
    expect([first.credentials.map(({ id }) => id), first.nextToken]).toEqual([['acme-b', 'acme-a'], 'more']);
    const last = await credentialsPage({ limit: 2, nextToken: 'more' }, { ...deps, schedules });
    expect(last).toEqual({ credentials: [expect.objectContaining({ id: 'acme-c' })] });
  });

  it('reads settings and versions once, and shows the same from then on', async () => {
    const { page, asked } = fleet();
    const first = await page();
    expect(asked.toSorted()).toEqual(['settings acme-a', 'settings acme-b', 'versions acme-a', 'versions acme-b']);
    expect(await page()).toEqual(first);
    expect(asked).toEqual([]);
    expect(first[0]).toMatchObject({
      id: 'acme-a',
      clientId: 'NC_Flow_ClientCredentials',
      iam: 'keycloak',
      versionId: 'v2',
      rotatedAt: '2026-03-01T03:00:00.000Z',
      ageDays: 6,
      pending: false,
      schedule: { expression: 'cron(0 3 ? * SUN *)', timezone: 'UTC', state: 'ENABLED' },
      connectors: [{ name: 'ifs-1', via: 'https', proof: null }],
      lastRun: null,
      auditedAt: null,
      findings: [],
    });
  });

  it('reads the settings of a schedule that was changed', async () => {
    const { page, asked, changed } = fleet();
    await page();
    changed.set('acme-b', new Date(CHANGED.getTime() + 1));
    await page();
    expect(asked).toEqual(['settings acme-b']);
    await page();
    expect(asked).toEqual([]);
  });

  it('remembers no settings of a schedule that was changed just now: it may change again within the same moment', async () => {
    const { page, asked, changed } = fleet(['acme-a']);
    changed.set('acme-a', new Date(NOW.getTime() - 59_000));
    await page();
    await page();
    expect(asked).toEqual(['settings acme-a']);
  });

  it('reads the versions of a secret that has another current one', async () => {
    const { page, asked, kept, labels } = fleet(['acme-a']);
    await page();
    labels.set('acme-a', [{ id: 'v3', stages: ['AWSCURRENT'] }]);
    await page();
    expect([asked, kept.get('acme-a')?.version?.id]).toEqual([['versions acme-a'], 'v2']);
  });

  it('tells from the list alone that a rotation is pending, and that nothing is current yet', async () => {
    const { page, asked, labels } = fleet();
    await page();
    labels.set('acme-a', [...VERSIONS, { id: 'v3', stages: ['AWSPENDING'] }]);
    labels.set('acme-b', []);
    expect(await page()).toMatchObject([
      { versionId: 'v2', pending: true },
      { versionId: null, rotatedAt: null, ageDays: null, pending: false },
    ]);
    expect(asked).toEqual([]);
  });

  it.each([
    ['goes on', run(), ['versions acme-a']],
    ['ended five minutes ago', run(299), ['versions acme-a']],
    ['ended before', run(301), []],
  ])('does not believe the list of a secret on which a run was at work: it %s', async (_what, entry, expected) => {
    const { page, asked, runs, labels } = fleet(['acme-a']);
    await page();
    runs.set('acme-a', entry);
    labels.set('acme-a', [{ id: 'v2', stages: ['AWSCURRENT', 'AWSPENDING'] }]);
    expect(await page()).toMatchObject([{ pending: expected.length === 0, lastRun: { requestId: 'r-1' } }]);
    expect(asked).toEqual(expected);
  });

  it('reads each credential by itself where the table is away, and says what is not known', async () => {
    const { page, asked } = fleet();
    await page();
    const away = () => Promise.reject(new RotationError('ledger-unavailable', 'no answer'));
    const credentials = await page({ overviews: { read: away, remember: away } });
    expect(asked).toHaveLength(4);
    expect(credentials[0]).toMatchObject({ versionId: 'v2', lastRun: null, auditedAt: null, findings: null });
  });

  it('reads a secret by itself that was not listed, and all of them where Secrets Manager lists none', async () => {
    const { page, asked, labels } = fleet();
    await page();
    labels.delete('acme-b');
    await page();
    expect(asked).toEqual(['versions acme-b']);
    await page({ secretList: { labelled: () => Promise.reject(new RotationError('store-forbidden', 'denied')) } });
    expect(asked).toEqual(['versions acme-a', 'versions acme-b']);
  });

  it('stands where nothing can be remembered', async () => {
    const { page, deps } = fleet();
    const remember = () => Promise.reject(new RotationError('ledger-unavailable', 'no answer'));
    expect(await page({ overviews: { ...deps.overviews, remember } })).toMatchObject([
      { id: 'acme-a' },
      { id: 'acme-b' },
    ]);
  });

  it('reads five credentials at a time, and keeps their order whichever answers first', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `acme-${index}`);
    const { page } = fleet(ids);
    let reading = 0;
    let most = 0;
    const versions = async (id: string) => {
      most = Math.max(most, ++reading);
      // The first of a page answers last.
      await sleep(id.length === 'acme-0'.length ? 5 : 1);
      reading -= 1;
      return VERSIONS;
    };
    const credentials = await page({ storeOf: (id) => ({ versions: () => versions(id) }) });
    expect(credentials.map(({ id }) => id)).toEqual(ids);
    expect(most).toBe(5);
  });

  /** A page of two credentials, the first of which fails. */
  const withBad = (fail: () => never) =>
    fleet().page({ storeOf: (id) => ({ versions: async () => (id === 'acme-a' ? fail() : VERSIONS) }) });

  it('shows the others when one can not be read, and says what is wrong with that one', async () => {
    const credentials = await withBad(() => {
      throw new RotationError('secret-deleted', 'csr/acme-a: InvalidRequestException');
    });
    expect(credentials).toEqual([
      {
        id: 'acme-a',
        problem: {
          code: 'secret-deleted',
          title: 'The secret is scheduled for deletion',
          detail: 'csr/acme-a: InvalidRequestException',
          next: 'Restore it with RestoreSecret.',
        },
      },
      expect.objectContaining({ id: 'acme-b', versionId: 'v2' }),
    ]);
  });

  it('fails as a whole when AWS is busy, or by a fault of the program: neither is about a credential', async () => {
    const busy = () => {
      throw new RotationError('schedule-throttled', 'busy');
    };
    await expect(withBad(busy)).rejects.toMatchObject({ code: 'schedule-throttled' });
    const throttled = () => Promise.reject(new RotationError('store-throttled', 'busy'));
    await expect(fleet().page({ secretList: { labelled: throttled } })).rejects.toMatchObject({
      code: 'store-throttled',
    });
    const broken = () => {
      throw new TypeError('broken');
    };
    await expect(withBad(broken)).rejects.toThrow(TypeError);
  });
});
