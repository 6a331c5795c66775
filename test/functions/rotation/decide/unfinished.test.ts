import { describe, expect, it } from '@jest/globals';
import { beforeRequest, instead } from '../../../support/faults.ts';
import { createWorld, documentText, FIRST_SECRET, type TestWorld, TIMING } from '../../../support/world.ts';

const CANDIDATE = 'secret-of-a-run-that-died';
const P = '11111111-1111-4111-8111-111111111111';
const NOT_DUE = { scheduledTime: new Date('2026-01-01T00:00:00Z') };

function worldWithCandidate(options: Parameters<typeof createWorld>[0] = {}): TestWorld {
  const world = createWorld(options);
  world.put(P, documentText(CANDIDATE), 'AWSPENDING');
  world.advance(TIMING.leaseMs);
  return world;
}

describe('a candidate of a dead run', () => {
  it('is finished by a run that is not due either: AWSPENDING has to go', async () => {
    const world = worldWithCandidate();
    expect(await world.scheduled(NOT_DUE)).toMatchObject({ outcome: 'rotated', rotationId: P });
    expect(world.connectorSecret()).toBe(CANDIDATE);
  });

  it('is finished in-place where the IAM can not overlap', async () => {
    const world = worldWithCandidate({ overlap: false });
    expect(await world.scheduled(NOT_DUE)).toMatchObject({ outcome: 'rotated', strategy: 'in-place' });
    expect(world.client().secret).toBe(CANDIDATE);
    expect(world.connectorSecret()).toBe(CANDIDATE);
  });

  it('is given up where the IAM holds neither it nor C: what the IAM holds is adopted', async () => {
    const world = worldWithCandidate();
    world.changeClient({ secret: 'of-a-person', attributes: {} });
    world.advance(TIMING.leaseMs);
    await world.scheduled(NOT_DUE).catch(() => undefined);
    world.advance(TIMING.leaseMs);
    await world.scheduled(NOT_DUE).catch(() => undefined);
    const { clientSecret } = world.current();
    expect(world.client().secret).toBe(clientSecret);
    expect(world.connectorSecret()).toBe(clientSecret);
    expect(clientSecret).not.toBe(CANDIDATE);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('is given up where dual-secret is named and the IAM can not do it: C stays valid', async () => {
    const world = worldWithCandidate({ overlap: false, settings: { strategy: 'dual-secret' } });
    await world.scheduled(NOT_DUE);
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(world.current().clientSecret).toBe(FIRST_SECRET);
    expect(world.labelled('AWSPENDING')).toBeUndefined();
  });

  it('is not set while a connector holds a third secret, which might be ended: that connector is given C first', async () => {
    const world = worldWithCandidate({ overlap: false });
    world.enter('restored-from-a-backup');
    const held: string[] = [];
    world.intercept(beforeRequest(/^iam PUT/, () => held.push(world.connectorSecret())));
    expect(await world.scheduled(NOT_DUE)).toMatchObject({ outcome: 'rotated', rotationId: P });
    expect(held).toEqual([FIRST_SECRET]);
    expect(world.connectorSecret()).toBe(CANDIDATE);
  });

  it('that somebody else put (an operator, in a managed IAM) is a candidate once the IAM holds it', async () => {
    const world = createWorld({ overlap: false });
    world.put('operator-0000-4000-8000-000000000001', documentText('chosen-by-the-operator'), 'AWSPENDING');
    world.changeClient({ secret: 'chosen-by-the-operator', attributes: {} });
    world.advance(TIMING.leaseMs);
    expect(await world.scheduled(NOT_DUE)).toMatchObject({ outcome: 'rotated' });
    expect(world.current().clientSecret).toBe('chosen-by-the-operator');
    expect(world.connectorSecret()).toBe('chosen-by-the-operator');
  });

  it('that the IAM holds is undone in-place when the push fails for good', async () => {
    const world = worldWithCandidate({ overlap: false });
    world.changeClient({ secret: CANDIDATE, attributes: {} });
    world.intercept(instead(/^connector PATCH/, () => new Response(null, { status: 404 })));
    expect(await world.scheduled(NOT_DUE)).toMatchObject({ outcome: 'rolled-back' });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
  });
});

describe('a current version that is still pending (state 6)', () => {
  it('stays stored-not-applied while the connector is behind, and is not cleared', async () => {
    const world = createWorld();
    world.intercept(instead(/^connector PATCH/, () => new Response(null, { status: 503 })));
    const { rotationId } = await world.rotate();
    world.advance(TIMING.leaseMs);
    const again = await world.scheduled();
    expect(again).toMatchObject({ outcome: 'stored-not-applied', previousWorks: true, rotationId });
    expect(world.labelled('AWSPENDING')?.id).toBe(rotationId);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('says that the previous secret is dead once the IAM has ended it', async () => {
    const world = createWorld();
    world.intercept(instead(/^connector PATCH/, () => new Response(null, { status: 503 })));
    await world.rotate();
    world.advance(9 * 86_400_000);
    expect(await world.scheduled(NOT_DUE)).toMatchObject({ outcome: 'stored-not-applied', previousWorks: false });
  });
});

describe("RotateSecret's mark (state 11)", () => {
  it('is cleared after a lease; a call is then told to come back, a scheduled run is tried again', async () => {
    const world = createWorld();
    world.mark(P);
    world.advance(TIMING.leaseMs);
    await expect(world.rotate()).rejects.toMatchObject({ code: 'too-soon', changed: true });
    expect(world.labelled('AWSPENDING')).toBeUndefined();
    world.advance(TIMING.leaseMs);
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
  });
});
