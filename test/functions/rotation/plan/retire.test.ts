import { describe, expect, it } from '@jest/globals';
import { retireName } from '../../../../functions/rotation/plan/retire.ts';
import { instead, timeout } from '../../../support/faults.ts';
import { createWorld, FIRST_SECRET, type TestWorld, TIMING } from '../../../support/world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const minutesUntil = (world: TestWorld, at: Date | undefined) =>
  Math.round(((at?.getTime() ?? 0) - world.now().getTime()) / MINUTE_MS);

describe('after a promote', () => {
  it('the end of the previous secret is planned for the end of grace, under a name of its own', async () => {
    const world = createWorld({ settings: { grace: 'PT6H' } });
    const old = world.labelled('AWSCURRENT')?.id ?? '';
    const rotation = await world.rotate();
    expect(world.planned).toEqual([
      {
        name: retireName('acme-prod', old),
        at: expect.any(Date),
        target: 'retire',
        event: { trigger: 'retire', id: 'acme-prod', versionId: old, attempt: 0 },
      },
    ]);
    expect(minutesUntil(world, world.planned[0]?.at)).toBe(360);
    expect(rotation.previousValidUntil).toBe(world.planned[0]?.at.toISOString());
  });

  it('that could not be planned, the run is interrupted, and the next one finishes and plans', async () => {
    const world = createWorld();
    world.intercept(instead(/^scheduler/, timeout));
    expect(await world.rotate()).toMatchObject({ outcome: 'interrupted', failure: { code: 'schedule-unavailable' } });
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    world.intercept((_io, perform) => perform());
    world.advance(TIMING.leaseMs);
    const notDue = { scheduledTime: new Date('2026-01-01T00:00:00Z') };
    expect(await world.scheduled(notDue)).toMatchObject({ outcome: 'rotated' });
    expect(world.planned.map(({ target }) => target)).toEqual(['retire']);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('the IAM itself keeps the previous secret for grace and seven days, should retire never run', async () => {
    const world = createWorld({ settings: { grace: 'PT6H' } });
    await world.rotate();
    world.advance(7 * 24 * HOUR_MS + 6 * HOUR_MS - MINUTE_MS);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    world.advance(2 * MINUTE_MS);
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(await world.accepts(world.current().clientSecret)).toBe(true);
  });

  it('the current secret outlives every maximum age by far: its expiry is moved away', async () => {
    const world = createWorld();
    await world.rotate();
    world.advance(9 * 365 * 24 * HOUR_MS);
    expect(await world.accepts(world.current().clientSecret)).toBe(true);
  });
});

describe('the repeats of a stored-not-applied', () => {
  it('come after about 5 minutes, doubling to an hour, until it is applied', async () => {
    const world = createWorld({ settings: { grace: 'PT6H' } });
    world.intercept(instead(/^connector PATCH/, () => new Response(null, { status: 503 })));
    await world.rotate();
    const distances: number[] = [];
    for (let runs = 0; runs < 8; runs++) {
      const next = world.planned.filter(({ target }) => target === 'rotate')[runs];
      if (!next) break;
      distances.push(minutesUntil(world, next.at));
      world.advance(next.at.getTime() - world.now().getTime());
      const event = next.event as { scheduledTime: string; repeat: { attempt: number; due: boolean } };
      const again = { scheduledTime: new Date(event.scheduledTime), repeat: event.repeat };
      expect(await world.scheduled(again)).toMatchObject({ outcome: 'stored-not-applied', previousWorks: true });
    }
    const delays = [5, 10, 20, 40, 60, 60, 60, 60];
    for (const [index, delay] of delays.entries()) {
      expect(distances[index]).toBeGreaterThanOrEqual(Math.floor(delay / 2));
      expect(distances[index]).toBeLessThanOrEqual(Math.ceil(delay * 1.5));
    }
    expect(distances.slice(6)).toEqual([60, 60]);
    expect(new Set(world.planned.map(({ name }) => name)).size).toBe(world.planned.length);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });
});

describe('retireName', () => {
  it('differs for version ids that begin alike, and leaves room for a number in the 64 characters of a name', () => {
    const id = `a${'b'.repeat(39)}`;
    const one = retireName(id, 'abcdef12-3456-8789-abcd-ef1234567890');
    expect(one).not.toBe(retireName(id, 'abcdef12-3456-8789-abcd-ef1234567891'));
    expect(one).toMatch(/^ab{39}\.retire\.[0-9a-f]{10}$/);
    expect(`${one}.1440`.length).toBeLessThanOrEqual(64);
  });
});
