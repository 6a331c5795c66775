import { describe, expect, it } from '@jest/globals';
import { credentialView, rotationView } from '../../../../functions/api/credentials/credential.ts';
import { RotationError } from '../../../../functions/credential/errors.ts';
import type { Credential } from '../../../../functions/credential/settings/credential.ts';
import type { LedgerEntry } from '../../../../functions/ports/ledger.ts';
import type { SecretVersion } from '../../../../functions/ports/secret-store.ts';
import type { Tasks } from '../../../../functions/ports/tasks.ts';
import { MemoryAuditRecords } from '../../../../local/stand-ins/table/audit-records.ts';
import { MemoryTasks } from '../../../../local/stand-ins/table/tasks.ts';
import { createWorld } from '../../../support/world.ts';

const VERSIONS: SecretVersion[] = [
  { id: 'v0', stages: [], createdAt: new Date('2026-01-01T00:00:00Z') },
  { id: 'v1', stages: ['AWSPREVIOUS'], createdAt: new Date('2026-02-01T00:00:00Z') },
  { id: 'v2', stages: ['AWSCURRENT'], createdAt: new Date('2026-03-01T03:00:00Z') },
  { id: 'v3', stages: ['AWSPENDING'], createdAt: new Date('2026-03-08T03:00:00Z') },
];

function deps(versions: SecretVersion[] = VERSIONS) {
  const { credential } = createWorld();
  const settings = async (id: string): Promise<Credential> => {
    if (!id.startsWith('acme')) throw new RotationError('credential-unknown', `There is no credential ${id}`);
    return { ...credential, id };
  };
  const now = () => new Date('2026-03-08T02:59:59Z');
  const tasksOf = (): Tasks => {
    throw new Error('nobody has a part in these');
  };
  const ledgerOf = () => ({ list: async (): Promise<{ entries: LedgerEntry[] }> => ({ entries: [] }) });
  const storeOf = () => ({ versions: async () => versions });
  const auditRecords = new MemoryAuditRecords();
  return { schedules: { settings }, storeOf, tasksOf, ledgerOf, auditRecords, leaseMs: 60_000, now };
}

/** The same credential with one connector by https and one by hand. */
function manual({ tasks, versions = VERSIONS }: { tasks: Tasks; versions?: SecretVersion[] }) {
  const all = deps(versions);
  const settings = async (id: string): Promise<Credential> => {
    const credential = await all.schedules.settings(id);
    const byHand = { name: 'By hand', via: 'manual', within: 'P3D', proof: 'attested' } as const;
    return { ...credential, connectors: [...credential.connectors, byHand] };
  };
  return { ...all, schedules: { settings }, tasksOf: () => tasks };
}

describe('credentialView', () => {
  it('shows settings and labels', async () => {
    expect(await credentialView('acme-prod', deps())).toEqual({
      id: 'acme-prod',
      clientId: 'NC_Flow_ClientCredentials',
      iam: 'keycloak',
      strategy: 'auto',
      versionId: 'v2',
      rotatedAt: '2026-03-01T03:00:00.000Z',
      ageDays: 6,
      maxAge: 'P90D',
      lastRun: null,
      pending: true,
      schedule: { expression: 'cron(0 3 ? * SUN *)', timezone: 'UTC', state: 'ENABLED' },
      connectors: [{ name: 'ifs-1', via: 'https', proof: null }],
      tasks: [],
      auditedAt: null,
      findings: [],
    });
  });

  describe('where a person has a part', () => {
    const openedAt = new Date('2026-03-01T03:00:00Z');
    const task = { kind: 'enter-secret', connector: 'By hand', versionId: 'v2', openedAt } as const;
    const word = { connector: 'By hand', versionId: 'v2', by: 'arn:eve', at: openedAt };
    const shown = async (tasks: Tasks, versions = VERSIONS) => {
      const { connectors, tasks: open } = await credentialView('acme-prod', manual({ tasks, versions }));
      return { connectors, open };
    };

    it.each([
      ['2026-03-08T03:00:00.000Z', false],
      ['2026-03-08T02:59:59.000Z', true],
    ])('shows a task that is due at %s', async (dueAt, overdue) => {
      const tasks = new MemoryTasks();
      await tasks.open({ ...task, dueAt: new Date(dueAt) });
      expect(await shown(tasks)).toEqual({
        connectors: [
          { name: 'ifs-1', via: 'https', proof: null },
          { name: 'By hand', via: 'manual', proof: null },
        ],
        open: [{ kind: 'enter-secret', connector: 'By hand', versionId: 'v2', dueAt, overdue }],
      });
    });

    it('shows who acknowledged the current version, and when', async () => {
      const tasks = new MemoryTasks();
      await tasks.acknowledge(word);
      expect((await shown(tasks)).connectors).toEqual([
        { name: 'ifs-1', via: 'https', proof: null },
        { name: 'By hand', via: 'manual', proof: { level: 'attested', by: 'arn:eve', at: '2026-03-01T03:00:00.000Z' } },
      ]);
    });

    it('shows nothing of what was acknowledged of another version, or before the first run', async () => {
      const tasks = new MemoryTasks();
      await tasks.acknowledge({ ...word, versionId: 'v1' });
      expect((await shown(tasks)).connectors[1]).toMatchObject({ proof: null });
      expect((await shown(tasks, [])).connectors[1]).toMatchObject({ proof: null });
    });

    it('believes no acknowledgement of a connector that is read', async () => {
      const tasks = new MemoryTasks();
      await tasks.acknowledge({ ...word, connector: 'ifs-1' });
      expect((await shown(tasks)).connectors[0]).toMatchObject({ via: 'https', proof: null });
    });
  });

  describe('the last run', () => {
    const REQUESTED = new Date('2026-03-08T02:59:00Z');
    const entry: LedgerEntry = { requestId: 'r-1', kind: 'rotation', trigger: 'schedule', requestedAt: REQUESTED };
    const lastRun = async (list: () => Promise<{ entries: LedgerEntry[] }>) =>
      (await credentialView('acme-prod', { ...deps(), ledgerOf: () => ({ list }) })).lastRun;
    const failure = { code: 'iam-unavailable', detail: 'no answer', next: 'Look at the IAM.' } as const;

    it('tells how it ended, and why', async () => {
      const end = { endedAt: REQUESTED, problem: { ...failure, nothingChanged: true } };
      expect(await lastRun(async () => ({ entries: [{ ...entry, end }] }))).toEqual({
        requestId: 'r-1',
        kind: 'rotation',
        status: 'ended',
        requestedAt: '2026-03-08T02:59:00.000Z',
        outcome: null,
        failure,
      });
    });

    it('tells that it goes on', async () => {
      expect(await lastRun(async () => ({ entries: [entry] }))).toMatchObject({ status: 'accepted', outcome: null });
    });

    it('is unknown while the ledger does not answer, which hides nothing else', async () => {
      const list = () => Promise.reject(new RotationError('ledger-unavailable', 'no answer'));
      expect(await lastRun(list)).toBeNull();
    });
  });

  it('has null for what is unknown before the first run', async () => {
    expect(await credentialView('acme-prod', deps([]))).toMatchObject({
      versionId: null,
      rotatedAt: null,
      ageDays: null,
      pending: false,
    });
  });

  it('shows what audits have found', async () => {
    const all = deps();
    const auditedAt = new Date('2026-03-08T02:15:00Z');
    const finding = { kind: 'too-old', detail: '91 days old', since: auditedAt, announced: true } as const;
    await all.auditRecords.write('acme-prod', { auditedAt, findings: [finding] });
    expect(await credentialView('acme-prod', all)).toMatchObject({
      auditedAt: '2026-03-08T02:15:00.000Z',
      findings: [{ kind: 'too-old', detail: '91 days old' }],
    });
    expect(await credentialView('acme-test', all)).toMatchObject({ auditedAt: null, findings: [] });
  });

  it('says when there is no such credential', async () => {
    await expect(credentialView('globex', deps())).rejects.toMatchObject({ code: 'credential-unknown' });
  });
});

describe('rotationView', () => {
  it.each([
    ['v0', 'superseded', '2026-01-01T00:00:00.000Z'],
    ['v1', 'previous', '2026-02-01T00:00:00.000Z'],
    ['v2', 'current', '2026-03-01T03:00:00.000Z'],
    ['v3', 'pending', '2026-03-08T03:00:00.000Z'],
  ])('%s is %s', async (rotationId, state, createdAt) => {
    expect(await rotationView('acme-prod', rotationId, deps())).toEqual({
      rotationId,
      credential: 'acme-prod',
      state,
      createdAt,
    });
  });

  it('that is current already, but still has to be given to a connector, is current', async () => {
    const stages = ['AWSCURRENT', 'AWSPENDING'];
    const versions = [{ id: 'v9', stages, createdAt: new Date('2026-03-01T03:00:00Z') }];
    expect(await rotationView('acme-prod', 'v9', deps(versions))).toMatchObject({ state: 'current' });
  });

  it.each([
    ['acme-prod', 'v7', 'rotation-unknown'],
    ['globex', 'v2', 'credential-unknown'],
  ])('of %s, %s: %s', async (id, rotationId, code) => {
    await expect(rotationView(id, rotationId, deps())).rejects.toMatchObject({ code });
  });
});
