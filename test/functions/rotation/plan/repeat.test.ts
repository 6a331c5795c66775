import { describe, expect, it } from '@jest/globals';
import { isUrgent } from '../../../../functions/rotation/plan/repeat.ts';
import { instead, timeout } from '../../../support/faults.ts';
import { createWorld, FIRST_SECRET, type TestWorld } from '../../../support/world.ts';

const PATCH = /^connector PATCH/;
const HOUR_MS = 3_600_000;
const down = () => new Response(null, { status: 503 });
const refuse = () => new Response(null, { status: 403 });

interface Planned {
  readonly scheduledTime: string;
  readonly repeat: { readonly attempt: number; readonly due: boolean };
}

const repeats = (world: TestWorld) => world.planned.filter(({ target }) => target === 'rotate');

function lastRepeat(world: TestWorld): Planned & { readonly at: Date } {
  const planned = repeats(world).at(-1);
  if (!planned) throw new Error('no repeat is planned');
  return { ...(planned.event as Planned), at: planned.at };
}

/** Lets the time of the last planned repeat come, and runs it. */
async function runRepeat(world: TestWorld) {
  const { at, scheduledTime, repeat } = lastRepeat(world);
  world.advance(Math.max(0, at.getTime() - world.now().getTime()));
  return await world.scheduled({ scheduledTime: new Date(scheduledTime), repeat });
}

describe('a run that leaves something to do plans its own repeat', () => {
  it.each([
    ['schedule', (world: TestWorld) => world.scheduled(), true],
    ['api', (world: TestWorld) => world.rotate(), false],
  ] as const)('asked for by %s: refused while the IAM is away', async (_trigger, run, due) => {
    const world = createWorld();
    world.intercept(instead(/^iam/, down));
    const rotation = await run(world);
    expect(rotation).toMatchObject({ outcome: 'refused', repeatAt: lastRepeat(world).at.toISOString() });
    expect(lastRepeat(world).repeat).toEqual({ attempt: 1, due });
    expect(repeats(world)[0]?.event).not.toHaveProperty('credential');
  });

  it('and the chain goes on through every error, until it heals: then the rotation that was due is done', async () => {
    const world = createWorld();
    world.intercept(instead(/^iam/, down));
    await world.scheduled();
    for (let attempt = 1; attempt < 4; attempt++) {
      expect(await runRepeat(world)).toMatchObject({ outcome: 'refused' });
      expect(lastRepeat(world).repeat).toEqual({ attempt: attempt + 1, due: true });
    }
    world.intercept((_io, perform) => perform());
    const plans = repeats(world).length;
    expect(await runRepeat(world)).toMatchObject({ outcome: 'rotated', repeatAt: null });
    expect(repeats(world)).toHaveLength(plans);
  });

  it('but a rotation that a caller asked for is not begun by itself', async () => {
    const world = createWorld();
    world.intercept(instead(/^iam/, down));
    await world.rotate();
    world.intercept((_io, perform) => perform());
    expect(await runRepeat(world)).toMatchObject({ outcome: 'unchanged' });
    expect(world.client().secret).toBe(FIRST_SECRET);
  });

  it('several that end alike plan one', async () => {
    const world = createWorld();
    world.intercept(instead(/^iam/, down));
    await Promise.all([world.scheduled(), world.rotate(), world.scheduled()]);
    expect(repeats(world)).toHaveLength(1);
  });

  it('none is planned when there is nothing to do', async () => {
    const world = createWorld();
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', repeatAt: null });
    expect(await world.scheduled({ scheduledTime: new Date(0) })).toMatchObject({ outcome: 'unchanged' });
    expect(repeats(world)).toEqual([]);
  });

  it('where it can not be planned, that is said, and Lambda tries again', async () => {
    const world = createWorld();
    world.intercept(instead(/^(iam|scheduler)/, timeout));
    const rotation = await world.scheduled();
    expect(rotation).toMatchObject({ outcome: 'refused', repeatAt: null });
    expect(isUrgent(rotation, {})).toBe(true);
  });
});

describe('a rotation that was rolled back', () => {
  it('is not begun again where no repeat can cure it: each try would cost an outage', async () => {
    const world = createWorld({ overlap: false });
    world.intercept(instead(PATCH, refuse));
    const rotation = await world.scheduled();
    expect(rotation).toMatchObject({ outcome: 'rolled-back', failure: { code: 'connector-unauthorized' } });
    expect(lastRepeat(world).repeat.due).toBe(false);
    expect(isUrgent(rotation, {})).toBe(false);
    const { secret } = world.client();
    expect(await runRepeat(world)).toMatchObject({ outcome: 'unchanged' });
    expect(world.client().secret).toBe(secret);
  });

  it('is begun again twice where it may pass; then it is left to the next schedule', async () => {
    const world = createWorld({ overlap: false });
    world.intercept(instead(PATCH, down));
    await world.scheduled();
    const dues = [lastRepeat(world).repeat.due];
    for (let attempt = 1; attempt < 3; attempt++) {
      expect(await runRepeat(world)).toMatchObject({ outcome: 'rolled-back' });
      dues.push(lastRepeat(world).repeat.due);
    }
    expect(dues).toEqual([true, true, false]);
    expect(await runRepeat(world)).toMatchObject({ outcome: 'unchanged' });
  });
});

describe('an interrupted run', () => {
  it('is tried again at once by Lambda, and by its repeat; a repeat waits for the next one', async () => {
    const world = createWorld({ overlap: false });
    let changed = false;
    world.intercept(async ({ name }, perform) => {
      if (changed && name.startsWith('iam')) return down();
      const response = await perform();
      changed ||= /^iam PUT/.test(name);
      return response;
    });
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'interrupted', failure: { code: 'iam-unavailable' } });
    expect(isUrgent(rotation, {})).toBe(true);
    expect(isUrgent(rotation, { repeat: { attempt: 1, due: false } })).toBe(false);
    world.intercept((_io, perform) => perform());
    expect(await runRepeat(world)).toMatchObject({ outcome: 'rotated' });
    expect(await world.accepts(world.connectorSecret())).toBe(true);
  });

  it('waits for the IAM as long as there is time', async () => {
    const world = createWorld({ overlap: false });
    let awayUntil = 0;
    world.intercept(async ({ name }, perform) => {
      if (name.startsWith('iam') && world.now().getTime() < awayUntil) return down();
      const response = await perform();
      if (/^iam PUT/.test(name) && awayUntil === 0) awayUntil = world.now().getTime() + 45_000;
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
  });
});

describe('a freeze', () => {
  const settings = { freezes: [{ from: '2026-03-01', to: '2026-03-15', reason: 'go-live' }] };

  it('does not keep a connector that was cut off from being repaired', async () => {
    const world = createWorld({ settings });
    world.enter('restored-from-a-backup');
    expect(await world.scheduled()).toMatchObject({ outcome: 'repaired', reason: 'frozen: go-live' });
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
  });

  it('lets a secret that somebody regenerated be adopted, and not be renewed', async () => {
    const world = createWorld({ settings, overlap: false });
    world.iam.regenerateSecret(world.iam.realm('acmeprod').name, world.client().id);
    const { secret } = world.client();
    expect(await world.scheduled()).toMatchObject({ outcome: 'repaired' });
    expect([world.client().secret, world.connectorSecret(), world.current().clientSecret]).toEqual([
      secret,
      secret,
      secret,
    ]);
  });

  it('lets a candidate that the IAM holds already be finished, and drops one that it does not', async () => {
    const world = createWorld({ settings, overlap: false });
    const text = JSON.stringify({ ...world.current(), clientSecret: 'the-candidate' });
    world.put('55555555-5555-4555-8555-555555555555', text, 'AWSPENDING');
    world.advance(HOUR_MS);
    expect(await world.scheduled()).toMatchObject({ outcome: 'unchanged' });
    expect(world.labelled('AWSPENDING')).toBeUndefined();
    expect(world.client().secret).toBe(FIRST_SECRET);
    world.put('66666666-6666-4666-8666-666666666666', text, 'AWSPENDING');
    world.changeClient({ secret: 'the-candidate' });
    world.advance(HOUR_MS);
    expect(await world.scheduled()).toMatchObject({ outcome: 'rotated' });
    expect(world.connectorSecret()).toBe('the-candidate');
  });
});
