import { describe, expect, it } from '@jest/globals';
import { type AcknowledgementsDeps, acknowledge } from '../../../../functions/api/credentials/acknowledgements.ts';
import { RotationError } from '../../../../functions/credential/errors.ts';
import type { Credential } from '../../../../functions/credential/settings/credential.ts';
import type { Acknowledgement } from '../../../../functions/ports/tasks.ts';
import { MemoryTasks } from '../../../../local/stand-ins/table/tasks.ts';

const CREATED = new Date('2026-03-01T03:00:00Z');
const VERSIONS = [
  { id: 'v1', stages: ['AWSPREVIOUS'], createdAt: CREATED },
  { id: 'v2', stages: ['AWSCURRENT'], createdAt: CREATED },
  { id: 'v3', stages: ['AWSPENDING'], createdAt: CREATED },
];
const NAME = 'IFS Produktion "Ä"';
const EVE = 'arn:aws:sts::123456789012:assumed-role/operator/eve';
const CLAIM = { id: 'acme-prod', connector: NAME, versionId: 'v2', by: EVE };
const TASK = { kind: 'enter-secret', connector: NAME, versionId: 'v2', openedAt: CREATED, dueAt: CREATED } as const;

/** A table that may fail once it is written. */
class FailingTasks extends MemoryTasks {
  readonly failure: RotationError;

  constructor(failure: RotationError) {
    super();
    this.failure = failure;
  }

  override async acknowledge(): Promise<void> {
    throw this.failure;
  }
}

function deps({
  tasks = new MemoryTasks(),
  versions = VERSIONS,
}: {
  tasks?: MemoryTasks;
  versions?: typeof VERSIONS;
} = {}) {
  const connectors = [
    { name: NAME, via: 'manual' },
    { name: 'by https', via: 'https' },
    { name: 'by agent', via: 'agent' },
  ];
  let seconds = 0;
  const all: AcknowledgementsDeps = {
    schedules: {
      settings: async (id) => {
        if (id === 'acme-prod') return { connectors } as unknown as Credential;
        throw new RotationError('credential-unknown', `There is no credential ${id}`);
      },
    },
    storeOf: () => ({ versions: async () => versions }),
    tasksOf: () => tasks,
    now: () => new Date(Date.UTC(2026, 2, 2, 10, 0, ++seconds)),
  };
  return { all, tasks };
}

describe('an acknowledgement of the current version', () => {
  it('is noted with who said so and when, and closes the task', async () => {
    const { all, tasks } = deps();
    await tasks.open(TASK);
    expect(await acknowledge(CLAIM, all)).toEqual({
      credential: 'acme-prod',
      connector: NAME,
      versionId: 'v2',
      by: EVE,
      at: '2026-03-02T10:00:01.000Z',
    });
    const word = { connector: NAME, versionId: 'v2', by: EVE, at: new Date('2026-03-02T10:00:01Z') };
    expect(await tasks.read()).toEqual({ tasks: [], acknowledgements: [word] });
  });

  it('is answered as the first time when it is repeated, whoever repeats it', async () => {
    const { all, tasks } = deps();
    const first = await acknowledge(CLAIM, all);
    expect(await acknowledge({ ...CLAIM, by: 'arn:bob' }, all)).toEqual(first);
    expect((await tasks.read()).acknowledgements).toMatchObject([{ by: EVE, at: new Date(first.at) }]);
  });

  it('takes the place of one about an older version', async () => {
    const { all, tasks } = deps();
    const older: Acknowledgement = { connector: NAME, versionId: 'v1', by: 'arn:bob', at: CREATED };
    await tasks.acknowledge(older);
    await acknowledge(CLAIM, all);
    expect((await tasks.read()).acknowledgements).toMatchObject([{ versionId: 'v2', by: EVE }]);
  });
});

describe('an acknowledgement is refused', () => {
  it.each([
    [{ id: 'globex' }, 'credential-unknown'],
    [{ connector: 'nobody' }, 'connector-unknown'],
    [{ connector: '' }, 'connector-unknown'],
    // Names are compared byte for byte, and decoded by nobody but the gateway.
    [{ connector: NAME.toLowerCase() }, 'connector-unknown'],
    [{ connector: encodeURIComponent(NAME) }, 'connector-unknown'],
    [{ connector: 'by https' }, 'connector-not-manual'],
    [{ connector: 'by agent' }, 'connector-not-manual'],
    [{ versionId: 'v1' }, 'version-not-current'],
    [{ versionId: 'v3' }, 'version-not-current'],
    [{ versionId: 'v9' }, 'version-not-current'],
  ])('%j: %s', async (change, code) => {
    const { all, tasks } = deps();
    await tasks.open(TASK);
    await expect(acknowledge({ ...CLAIM, ...change }, all)).rejects.toMatchObject({ code, changed: false });
    expect(await tasks.read()).toMatchObject({ tasks: [TASK], acknowledgements: [] });
  });

  it('and says which version is the current one, or that there is none', async () => {
    const claim = { ...CLAIM, versionId: 'v1' };
    await expect(acknowledge(claim, deps().all)).rejects.toThrow(/v1 is not the current version .*: .* is v2$/);
    await expect(acknowledge(claim, deps({ versions: [] }).all)).rejects.toThrow(/there is no current one yet$/);
  });
});

it.each([
  ['tasks-unavailable', null],
  ['tasks-throttled', false],
] as const)('%s tells whether the word may have been noted: %p', async (code, changed) => {
  const { all } = deps({ tasks: new FailingTasks(new RotationError(code, 'DynamoDB, csr: Whatever')) });
  await expect(acknowledge(CLAIM, all)).rejects.toMatchObject({ code, changed, message: 'DynamoDB, csr: Whatever' });
});
