import { describe, expect, it } from '@jest/globals';
import { afterRequest, beforeRequest, instead, replyLost, timeout } from '../../../support/faults.ts';
import { createWorld, documentText, FIRST_SECRET, type TestWorld } from '../../../support/world.ts';

const PATCH = /^connector PATCH/;

/** Somebody writes another part of the configuration: its ETag changes. */
function touch(world: TestWorld): void {
  world.flow.restore('ifs-1', world.flow.backup('ifs-1'));
}

const ourWrites = (world: TestWorld) => world.flow.writes.filter(({ by }) => by !== 'hand').length;
const patches = (world: TestWorld) => world.calls.filter((name) => PATCH.test(name)).length;

describe('a 412 of the connector', () => {
  it('is read again and redone, after a look at the labels', async () => {
    const world = createWorld();
    world.intercept(beforeRequest(PATCH, () => touch(world), 3));
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(patches(world)).toBe(4);
    expect(ourWrites(world)).toBe(1);
    const first = world.calls.findIndex((name) => PATCH.test(name));
    const second = world.calls.findIndex((name, at) => at > first && PATCH.test(name));
    const between = world.calls.slice(first + 1, second);
    expect(between).toContain('secrets-manager ListSecretVersionIds');
    expect(between.some((name) => name.startsWith('connector GET'))).toBe(true);
  });

  it('is redone eight times at most, each time after a longer pause', async () => {
    const world = createWorld({ overlap: false });
    world.intercept(beforeRequest(PATCH, () => touch(world), 9));
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: 'connector-conflict' } });
    expect(patches(world)).toBe(9);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('of a write by hand meanwhile does not lose what was written', async () => {
    const world = createWorld();
    world.intercept(
      beforeRequest(PATCH, () => {
        const configuration = world.flow.backup('ifs-1').open();
        world.flow.configure('ifs-1', { ...configuration, ifsVersion: 'IFS Cloud 26R1' });
      }),
    );
    await world.rotate();
    expect(world.flow.read('ifs-1')?.view.ifsVersion).toBe('IFS Cloud 26R1');
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });
});

describe('a read-back', () => {
  it('that shows another secret is connector-mismatch', async () => {
    const world = createWorld({ overlap: false });
    let patched = false;
    world.intercept(async ({ name }, perform) => {
      if (!PATCH.test(name) || patched) return await perform();
      patched = true;
      return new Response(null, { status: 204, headers: { etag: '"claimed"' } });
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rolled-back', failure: { code: 'connector-mismatch' } });
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
  });

  it('that shows the secret of a rotation that has ended meanwhile is no fault of the connector: the run looks again', async () => {
    const world = createWorld();
    world.enter('restored-from-a-backup');
    world.intercept(
      afterRequest(PATCH, () => {
        const version = '77777777-7777-4777-8777-777777777777';
        world.changeClient({ secret: 'of-another-run' });
        world.put(version, documentText('of-another-run'), 'AWSCURRENT');
        world.enter('of-another-run');
      }),
    );
    expect(await world.scheduled()).toMatchObject({ outcome: 'unchanged', nothingChanged: false });
    expect(world.connectorSecret()).toBe('of-another-run');
  });

  it('finds a write carried out whose reply was lost, and does not repeat it', async () => {
    const world = createWorld();
    world.intercept(replyLost(PATCH, 1));
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(ourWrites(world)).toBe(1);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
  });
});

describe('a write that is not carried out', () => {
  it.each([
    ['503', () => new Response(null, { status: 503 })],
    ['429', () => new Response(null, { status: 429 })],
    ['408', () => new Response(null, { status: 408 })],
    ['a time-out', timeout],
  ])('is read back and repeated twice at most: %s', async (_what, answer) => {
    const world = createWorld();
    world.intercept(instead(PATCH, answer, 2));
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    expect(patches(world)).toBe(3);

    const hopeless = createWorld();
    hopeless.intercept(instead(PATCH, answer));
    expect(await hopeless.rotate()).toMatchObject({ outcome: 'stored-not-applied' });
    expect(patches(hopeless)).toBe(3);
  });

  it('is not repeated after a 404', async () => {
    const world = createWorld({ overlap: false });
    world.intercept(instead(PATCH, () => new Response(null, { status: 404 })));
    expect(await world.rotate()).toMatchObject({ failure: { code: 'connector-not-found' } });
    expect(patches(world)).toBe(1);
  });

  it('in-place whose every answer is lost comes back to where it was', async () => {
    const world = createWorld({ overlap: false });
    world.intercept(instead(PATCH, timeout));
    const rotation = await world.rotate();
    expect(rotation).toMatchObject({ outcome: 'rolled-back', failure: { code: 'connector-timeout' } });
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });
});

describe('a 401 of the connector', () => {
  it('has the access secret read again, once', async () => {
    const world = createWorld();
    world.intercept(instead(/^connector GET/, () => new Response(null, { status: 401 }), 1));
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    const reads = world.calls.filter((name) => name.endsWith('GetSecretValue csr-access/acme-prod/connector'));
    expect(reads).toHaveLength(2);
  });

  it('that lasts is connector-unauthorized', async () => {
    const world = createWorld();
    world.intercept(instead(/^connector/, () => new Response(null, { status: 401 })));
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'connector-unauthorized' } });
    expect(world.client().secret).toBe(FIRST_SECRET);
  });
});
