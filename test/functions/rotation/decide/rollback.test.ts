import { describe, expect, it } from '@jest/globals';
import {
  CLIENT_ID,
  createWorld,
  documentText,
  FIRST_SECRET,
  IDLE_CLIENT_ID,
  type TestWorld,
  TIMING,
  type WorldOptions,
} from '../../../support/world.ts';

const P = '11111111-1111-4111-8111-111111111111';

/** A credential that was rotated an hour ago. */
async function rotated(options: WorldOptions = {}): Promise<TestWorld> {
  const world = createWorld(options);
  await world.rotate();
  world.advance(3_600_000);
  return world;
}

describe('a rollback', () => {
  it.each([
    ['keeps', true],
    ['ends', false],
  ])('makes the previous document current again where the IAM %s previous secrets', async (_what, overlap) => {
    const world = await rotated({ overlap });
    expect(await world.rotate({ rollback: true })).toMatchObject({ outcome: 'rotated' });
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it.each([
    ['an IAM that makes the secrets', { settings: { strategy: 'dual-secret', native: true } }],
    ['a first run', { adopted: false }],
  ] as const)('is refused at once for %s, and nothing was changed', async (_what, options) => {
    const world = createWorld(options);
    const rotation = await world.rotate({ rollback: true });
    expect(rotation).toMatchObject({
      outcome: 'refused',
      nothingChanged: true,
      failure: { code: 'rollback-impossible' },
    });
  });

  it('of two clients that is taken back leaves the former secret no life: its end was planned before it came back', async () => {
    const settings = { clientId: [CLIENT_ID, IDLE_CLIENT_ID], strategy: 'alternating-clients', grace: 'PT0S' };
    const world = await rotated({ overlap: false, settings });
    const versionId = world.labelled('AWSPREVIOUS')?.id ?? '';
    expect(await world.retire(versionId)).toMatchObject({ outcome: 'retired' });
    expect(await world.accepts(FIRST_SECRET, CLIENT_ID)).toBe(false);
    world.planned.splice(0);
    world.advance(3_600_000);
    let isSet = false;
    world.intercept(async ({ name }, perform) => {
      if (isSet && name.endsWith('/token')) return new Response(null, { status: 503 });
      isSet ||= name.startsWith('iam PUT');
      return await perform();
    });
    expect(await world.rotate({ rollback: true })).toMatchObject({ outcome: 'rolled-back' });
    world.intercept((_io, perform) => perform());
    expect(await world.accepts(FIRST_SECRET, CLIENT_ID)).toBe(true);
    const end = world.planned.find(({ target }) => target === 'retire');
    expect(end?.event).toMatchObject({ versionId, attempt: 0 });
    world.advance((end?.at.getTime() ?? 0) - world.now().getTime());
    expect(await world.retire(versionId)).toMatchObject({ outcome: 'retired' });
    expect(await world.accepts(FIRST_SECRET, CLIENT_ID)).toBe(false);
  });

  it('does not carry on what a dead run has begun: that candidate is dropped, and the caller comes again', async () => {
    const world = await rotated();
    const previous = world.labelled('AWSPREVIOUS')?.id;
    world.put(P, documentText('candidate-of-a-dead-run'), 'AWSPENDING');
    world.advance(TIMING.leaseMs);
    await expect(world.rotate({ rollback: true })).rejects.toMatchObject({ code: 'too-soon' });
    expect(world.labelled('AWSPENDING')).toBeUndefined();
    expect(world.labelled('AWSPREVIOUS')?.id).toBe(previous);
    world.advance(TIMING.leaseMs);
    expect(await world.rotate({ rollback: true })).toMatchObject({ outcome: 'rotated' });
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
  });

  it('ends where it had to finish the rotation of a dead run first: the caller has seen another previous document', async () => {
    const world = await rotated();
    const before = world.current().clientSecret;
    world.put(P, documentText('candidate-of-a-dead-run'), 'AWSPENDING');
    world.changeClient({ secret: 'candidate-of-a-dead-run' });
    world.advance(TIMING.leaseMs);
    expect(await world.rotate({ rollback: true })).toMatchObject({
      outcome: 'rotated',
      failure: { code: 'rollback-impossible', detail: expect.stringContaining('a run that died') },
    });
    expect(world.current().clientSecret).toBe('candidate-of-a-dead-run');
    expect(before).not.toBe(FIRST_SECRET);
  });

  it('that has put something right says in a freeze that nothing was rolled back', async () => {
    const freezes = [{ from: '2026-02-01', to: '2026-04-01', reason: 'year end' }];
    const world = createWorld({ settings: { freezes } });
    world.enter('restored-from-a-backup');
    await expect(world.rotate({ rollback: true })).rejects.toMatchObject({ code: 'frozen', changed: true });
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
  });
});
