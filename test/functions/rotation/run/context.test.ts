import { describe, expect, it } from '@jest/globals';
import { afterRequest, instead } from '../../../support/faults.ts';
import { createWorld, documentText, FIRST_SECRET, type TestWorld, TIMING } from '../../../support/world.ts';

const P = '11111111-1111-4111-8111-111111111111';
/** Of 90 s, 20 are kept for an undo. */
const ALL_BUT_THE_RESERVE_MS = 71_000;

describe('time', () => {
  it('is kept for the undo: a run that is late before the IAM is written gives up, with nothing changed', async () => {
    const world = createWorld();
    world.intercept(afterRequest(/PutSecretValue$/, () => world.advance(ALL_BUT_THE_RESERVE_MS)));
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: 'out-of-time' } });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('is kept for the undo: a run that is late before the push takes the IAM back', async () => {
    const world = createWorld({ overlap: false });
    let late = false;
    world.intercept(async ({ name }, perform) => {
      const response = await perform();
      if (!late && name.startsWith('iam PUT') && world.labelled('AWSPENDING')) {
        late = true;
        world.advance(ALL_BUT_THE_RESERVE_MS);
      }
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: 'out-of-time' } });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
  });
});

describe('the lease', () => {
  async function meets(world: TestWorld): Promise<unknown> {
    return await world.scheduled({ scheduledTime: new Date('2026-01-01T00:00:00Z') }).then(
      ({ outcome }) => outcome,
      (error: { code: string }) => error.code,
    );
  }

  it('is the function time-out and the HTTP time-out, from the creation of the pending version', async () => {
    const world = createWorld();
    world.put(P, documentText('x'), 'AWSPENDING');
    world.advance(TIMING.leaseMs - 1000);
    expect(await meets(world)).toBe('rotation-in-progress');
    world.advance(1000);
    expect(await meets(world)).toBe('rotated');
  });

  it('of a version from the far future is no reason to wait for ever', async () => {
    const world = createWorld();
    world.advance(3_600_000);
    world.put(P, documentText('x'), 'AWSPENDING');
    world.advance(-3_000_000);
    expect(await meets(world)).toBe('rotated');
  });
});

describe('a report', () => {
  it('tells when, how long, and each step', async () => {
    const world = createWorld();
    const startedAt = world.now().toISOString();
    const rotation = await world.rotate();
    expect(rotation.startedAt).toBe(startedAt);
    expect(rotation.endedAt).toBe(world.now().toISOString());
    expect(rotation.durationMs).toBe(Date.parse(rotation.endedAt) - Date.parse(startedAt));
    const names = rotation.steps.map(({ name }) => name);
    expect(names).toEqual(['observe', 'journal', 'renew', 'check', 'push', 'promote', 'plan-retire', 'clear']);
    const spent = rotation.steps.reduce((sum, { ms }) => sum + ms, 0);
    expect(spent).toBeLessThanOrEqual(rotation.durationMs);
  });

  it('has no reason and no caller where there is none', async () => {
    const rotation = await createWorld().scheduled();
    expect(Object.keys(rotation)).not.toEqual(expect.arrayContaining(['reason']));
    expect(Object.keys(rotation)).not.toEqual(expect.arrayContaining(['requestedBy']));
    expect(rotation.trigger).toBe('schedule');
  });
});

describe('the projection probe', () => {
  const settings = { serviceUri: 'https://iam.example.com' };
  const PROBE = /^iam GET \/main\/ifsapplications\/projection\/v1\/ProjectionExplorer\.svc\/$/;

  it.each([
    [200, 'ok'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'unavailable'],
    [503, 'unavailable'],
  ])('that meets %d is reported as %s, and is never rotated away', async (status, projection) => {
    const world = createWorld({ settings });
    world.intercept(instead(PROBE, () => Response.json({}, { status })));
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', projection });
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('is off where the settings have no service URI', async () => {
    const rotation = await createWorld().rotate();
    expect(rotation).not.toHaveProperty('projection');
  });
});
