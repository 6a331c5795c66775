import { describe, expect, it } from '@jest/globals';
import { runDeps } from '../../../../functions/lambda/compose/run-deps.ts';
import { nextVersionId } from '../../../../functions/rotation/labels/version-id.ts';
import { readLabels } from '../../../../functions/rotation/observe/labels.ts';
import { beginRun, type Run, type RunDeps } from '../../../../functions/rotation/run/context.ts';
import { rotate } from '../../../../functions/rotation/workflow.ts';
import { beforeRequest } from '../../../support/faults.ts';
import { createWorld, documentText, FIRST_SECRET, SECRET_ID, type TestWorld, TIMING } from '../../../support/world.ts';

describe('labels that are read again', () => {
  const version = (id: string, ...stages: string[]) => ({ id, stages, createdAt: new Date(0) });
  const OLD = [version('c', 'AWSCURRENT'), version('p', 'AWSPENDING')];
  const NEW = [version('c', 'AWSPREVIOUS'), version('p', 'AWSCURRENT')];
  const LATER = [version('c'), version('p', 'AWSPREVIOUS'), version('q', 'AWSCURRENT')];

  function runThatIsAnswered(...answers: (typeof OLD)[]): Run {
    const versions = async () => answers.shift() ?? [];
    const runtime = { now: () => new Date(0), sleep: async () => undefined, remainingMs: () => 90_000 };
    const deps = { ports: { store: { versions }, connectors: [] }, runtime, timing: TIMING } as unknown as RunDeps;
    return beginRun(createWorld().credential, { trigger: 'api' }, deps);
  }

  it('never show AWSCURRENT where it was before the run has seen it elsewhere', async () => {
    const run = runThatIsAnswered(OLD, NEW, OLD, OLD, NEW);
    for (const current of ['c', 'p', 'p']) expect((await readLabels(run)).current?.id).toBe(current);
  });

  it('nor lack a version that the run has seen with a label', async () => {
    const run = runThatIsAnswered(LATER, [version('c'), version('p', 'AWSCURRENT')], LATER);
    for (const current of ['q', 'q']) expect((await readLabels(run)).current?.id).toBe(current);
  });

  it('are taken as they are in the end: somebody may have moved AWSCURRENT back', async () => {
    const run = runThatIsAnswered(OLD, NEW, OLD, OLD, OLD, OLD, OLD);
    for (const current of ['c', 'p', 'c']) expect((await readLabels(run)).current?.id).toBe(current);
  });
});

describe('two rotators at once', () => {
  it('the second derives the same id, is refused by Secrets Manager, and stands down', async () => {
    const world = createWorld();
    const current = world.labelled('AWSCURRENT')?.id ?? '';
    const id = nextVersionId(SECRET_ID, current, new Set());
    world.intercept(beforeRequest(/PutSecretValue$/, () => world.put(id, documentText('of-the-other'), 'AWSPENDING')));
    await expect(world.rotate()).rejects.toMatchObject({ code: 'rotation-in-progress' });
    expect(world.labelled('AWSPENDING')).toEqual({ id, value: documentText('of-the-other') });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(world.secrets.versions(SECRET_ID)).toHaveLength(2);
  });

  it.each([1, 2, 3, 4, 5, 6])('end with one secret everywhere, however they interleave (%d)', async (lag) => {
    const world = createWorld({ overlap: lag % 2 === 0 });
    const second = (async () => {
      for (let turn = 0; turn < lag * 10; turn++) await Promise.resolve();
      return await world.rotate();
    })();
    const ends = await Promise.allSettled([world.rotate(), second]);
    const won = ends.filter((end) => end.status === 'fulfilled' && end.value.outcome === 'rotated');
    expect(won).toHaveLength(1);
    const codes = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []));
    for (const code of codes) expect(['rotation-in-progress', 'too-soon']).toContain(code);
    const { clientSecret } = world.current();
    expect(world.client().secret).toBe(clientSecret);
    expect(world.connectorSecret()).toBe(clientSecret);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });
});

describe('nothing is begun after a change that another run may have made', () => {
  const NOT_OURS = '44444444-4444-4444-8444-444444444444';

  /** A connector is put right, and meanwhile something happens to the secret; then a rotation would begin. */
  async function begin(meanwhile: (world: TestWorld) => void): Promise<unknown> {
    const world = createWorld();
    world.enter('restored-from-a-backup');
    world.intercept(beforeRequest(/^connector PATCH/, () => meanwhile(world)));
    return await world.rotate();
  }

  it('a version that this run has not put', async () => {
    const foreign = (world: TestWorld) => world.put(NOT_OURS, documentText('of-the-other'), 'SOME-LABEL');
    await expect(begin(foreign)).rejects.toMatchObject({ code: 'too-soon', changed: true });
  });

  it('AWSCURRENT on another version than this run has seen or moved it to', async () => {
    const world = createWorld();
    await world.rotate();
    world.advance(3_600_000);
    const previous = world.labelled('AWSPREVIOUS');
    world.enter('restored-from-a-backup');
    world.intercept(
      beforeRequest(/^connector PATCH/, () => {
        world.secrets.store.secrets.get(SECRET_ID)?.labels.set('AWSCURRENT', previous?.id ?? '');
        world.changeClient({ secret: FIRST_SECRET });
      }),
    );
    await expect(world.rotate()).rejects.toMatchObject({ code: 'too-soon' });
  });

  it('its own changes are no reason to wait', async () => {
    expect(await begin(() => undefined)).toMatchObject({ outcome: 'rotated' });
  });
});

describe('a Put that Secrets Manager was sent twice proves no label', () => {
  it('where the label is elsewhere, another run was first', async () => {
    const world = createWorld();
    const moved = () => {
      const labels = world.secrets.store.secrets.get(SECRET_ID)?.labels;
      world.put('44444444-4444-4444-8444-444444444444', documentText('of-the-other'), 'AWSPENDING');
      expect(labels?.get('AWSPENDING')).toMatch(/^4/);
    };
    const { store } = runDeps(
      world.credential,
      { prefix: 'csr', timing: TIMING },
      { world: world.world, remainingMs: () => 90_000 },
    ).ports;
    const repeated = {
      ...store,
      put: async (version: Parameters<typeof store.put>[0]) => {
        await store.put(version);
        moved();
        return { labelled: false };
      },
    };
    const deps = runDeps(
      world.credential,
      { prefix: 'csr', timing: TIMING },
      { world: world.world, remainingMs: () => 90_000 },
    );
    const rotating = rotate(
      world.credential,
      { trigger: 'api' },
      { ...deps, ports: { ...deps.ports, store: repeated } },
    );
    await expect(rotating).rejects.toMatchObject({ code: 'rotation-in-progress' });
    expect(world.client().secret).toBe(FIRST_SECRET);
  });
});

describe('promote', () => {
  it('finding AWSCURRENT at our candidate already counts as won', async () => {
    const world = createWorld();
    world.intercept(
      beforeRequest(/UpdateSecretVersionStage$/, () => {
        const pending = world.labelled('AWSPENDING')?.id ?? '';
        const labels = world.secrets.store.secrets.get(SECRET_ID)?.labels;
        labels?.set('AWSPREVIOUS', labels.get('AWSCURRENT') ?? '');
        labels?.set('AWSCURRENT', pending);
      }),
    );
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(world.client().secret).toBe(world.current().clientSecret);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('names the version from which it was decided to take AWSCURRENT: it loses where that has moved, and looks again', async () => {
    const world = createWorld();
    const theirs = '44444444-4444-4444-8444-444444444444';
    const first = world.labelled('AWSCURRENT')?.id;
    const moves: { from?: string; to?: string; label?: string }[] = [];
    world.intercept(async ({ name, sent }, perform) => {
      if (name.startsWith('connector PATCH')) world.put(theirs, documentText(FIRST_SECRET), 'AWSCURRENT');
      if (!name.endsWith('UpdateSecretVersionStage')) return await perform();
      const { RemoveFromVersionId: from, MoveToVersionId: to, VersionStage: label } = JSON.parse(sent);
      moves.push({ from, to, label });
      return await perform();
    });
    const { rotationId } = await world.rotate();
    expect(moves.slice(0, 2)).toEqual([
      { from: first, to: rotationId, label: 'AWSCURRENT' },
      { from: theirs, to: rotationId, label: 'AWSCURRENT' },
    ]);
    expect(world.client().secret).toBe(world.current().clientSecret);
  });
});

describe('a version id', () => {
  it('is never taken from a deprecated version: the next attempt is derived', async () => {
    const world = createWorld();
    const current = world.labelled('AWSCURRENT')?.id ?? '';
    const first = nextVersionId(SECRET_ID, current, new Set());
    world.put(first, documentText('of-an-attempt-rolled-back'), 'AWSPENDING');
    world.secrets.store.secrets.get(SECRET_ID)?.labels.delete('AWSPENDING');
    world.advance(3_600_000);
    const { rotationId, outcome } = await world.rotate();
    expect(outcome).toBe('rotated');
    expect(rotationId).toBe(nextVersionId(SECRET_ID, current, new Set([first])));
    expect(world.client().secret).not.toBe('of-an-attempt-rolled-back');
  });
});
