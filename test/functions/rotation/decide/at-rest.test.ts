import { describe, expect, it } from '@jest/globals';
import { instead } from '../../../support/faults.ts';
import { createWorld, documentText, FIRST_SECRET, type TestWorld, TIMING } from '../../../support/world.ts';

/** Calls about the credential's secret; access secrets have their names behind the operation. */
const onTheCredential = (world: TestWorld) => world.calls.filter((name) => /^secrets-manager \w+$/.test(name));
const iamWrites = (world: TestWorld) => world.calls.filter((name) => /^iam (PUT|DELETE)/.test(name));

describe('the budget', () => {
  it.each([
    ['dual-secret', true],
    ['in-place', false],
  ])('is 6 calls to Secrets Manager for a rotation that is %s', async (strategy, overlap) => {
    const world = createWorld({ overlap });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy });
    expect(onTheCredential(world).length).toBeLessThanOrEqual(6);
  });
});

describe('the order', () => {
  it('is journal, IAM, token, connector, promote, clear', async () => {
    const world = createWorld();
    await world.rotate();
    const firstOf = (pattern: RegExp) => world.calls.findIndex((name) => pattern.test(name));
    const lastOf = (pattern: RegExp) => world.calls.findLastIndex((name) => pattern.test(name));
    const journal = firstOf(/PutSecretValue$/);
    const set = lastOf(/^iam PUT/);
    const push = firstOf(/^connector PATCH/);
    const promote = firstOf(/UpdateSecretVersionStage$/);
    expect([journal, set, push, promote].every((at) => at >= 0)).toBe(true);
    expect([journal, set, push, promote]).toEqual([journal, set, push, promote].toSorted((a, b) => a - b));
    const between = world.calls.slice(set + 1, push);
    expect(between.some((name) => /^iam POST .*token$/.test(name))).toBe(true);
    expect(world.calls.at(-1)).toBe('secrets-manager UpdateSecretVersionStage');
  });

  it('reads the connectors before the labels', async () => {
    const world = createWorld();
    await world.rotate();
    const connector = world.calls.findIndex((name) => name.startsWith('connector GET'));
    expect(connector).toBeLessThan(world.calls.indexOf('secrets-manager ListSecretVersionIds'));
  });
});

describe('the strategy', () => {
  it('auto is dual-secret where the IAM can keep the old secret', async () => {
    const world = createWorld();
    expect(await world.rotate()).toMatchObject({ strategy: 'dual-secret', previousValidUntil: expect.any(String) });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
  });

  it('auto is in-place where it can not', async () => {
    const world = createWorld({ overlap: false });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy: 'in-place', previousValidUntil: null });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(world.connectorSecret()).toBe(world.current().clientSecret);
    expect(world.planned).toEqual([]);
  });

  it('in-place when named, although the IAM could do more', async () => {
    const world = createWorld({ settings: { strategy: 'in-place' } });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy: 'in-place' });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
  });

  it('dual-secret when named is refused where the IAM can not do it: nothing was changed', async () => {
    const world = createWorld({ overlap: false, settings: { strategy: 'dual-secret' } });
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'overlap-unsupported' } });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    expect(world.connectorSecret()).toBe(FIRST_SECRET);
    expect(world.secrets.versions('csr/acme-prod')).toHaveLength(1);
  });
});

describe('what is written', () => {
  it('is only sections of ours: another case of the Client ID and another URL are left alone and told', async () => {
    const world = createWorld();
    const rotation = await world.rotate();
    expect(rotation.connectors).toEqual([
      { name: 'ifs-1', sectionsWritten: 3, sectionsSkipped: 1, proof: { level: 'written' } },
    ]);
    expect(world.flow.secretOf('ifs-1', 'studioTestBench')).toBe('untouched-by-case');
    expect(world.flow.secretOf('ifs-1', 'machineUsers.bert')).toBe('untouched-by-url');
    expect(world.flow.secretOf('ifs-1', 'machineUsers.anna')).toBe(world.current().clientSecret);
  });

  it('is every connector', async () => {
    const world = createWorld({ connectors: 3 });
    const rotation = await world.rotate();
    expect(rotation.connectors.map(({ sectionsWritten }) => sectionsWritten)).toEqual([3, 3, 3]);
    const { clientSecret } = world.current();
    expect([0, 1, 2].map((index) => world.connectorSecret(index))).toEqual([clientSecret, clientSecret, clientSecret]);
  });
});

describe('a rotation begins only where a connector holds C', () => {
  it('is refused while one holds something else and can not be given C', async () => {
    const world = createWorld({ connectors: 2 });
    world.enter('restored-from-a-backup', 1);
    world.intercept(instead(/^connector PATCH .*ifs-2/, () => new Response(null, { status: 503 })));
    // Whether the connector took the write is not known.
    expect(await world.rotate()).toMatchObject({
      outcome: 'interrupted',
      nothingChanged: null,
      failure: { code: 'connector-behind' },
    });
    expect(world.client().secret).toBe(FIRST_SECRET);
    expect(iamWrites(world)).toEqual([]);
  });

  it('is refused while one can not be read', async () => {
    const world = createWorld({ connectors: 2 });
    world.intercept(instead(/^connector GET .*ifs-2/, () => new Response(null, { status: 503 })));
    expect(await world.rotate()).toMatchObject({ outcome: 'refused', failure: { code: 'connector-unavailable' } });
    expect(iamWrites(world)).toEqual([]);
    expect(onTheCredential(world)).not.toContain('secrets-manager PutSecretValue');
  });
});

describe('a rotation during a grace that runs', () => {
  it('ends the grace first, then rotates', async () => {
    const world = createWorld();
    await world.rotate();
    const second = world.current().clientSecret;
    world.advance(TIMING.leaseMs + 60_000);
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    const heldBefore: [string | undefined, boolean][] = [];
    world.intercept(async (io, perform) => {
      const held = world.client().secret;
      const response = await perform();
      if (io.name.startsWith('iam PUT')) heldBefore.push([held, await world.accepts(FIRST_SECRET)]);
      return response;
    });
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated', strategy: 'dual-secret' });
    // Ends the grace, sets.
    expect(heldBefore).toEqual([
      [second, false],
      [second, false],
    ]);
    const third = world.current().clientSecret;
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(await world.accepts(second)).toBe(true);
    expect(await world.accepts(third)).toBe(true);
  });

  it('gives a connector that still holds the old secret the new one first of all', async () => {
    const world = createWorld();
    await world.rotate();
    world.enter(FIRST_SECRET);
    world.advance(TIMING.leaseMs);
    const before = world.calls.length;
    expect(await world.rotate()).toMatchObject({ outcome: 'rotated' });
    const calls = world.calls.slice(before);
    const push = calls.findIndex((name) => name.startsWith('connector PATCH'));
    expect(push).toBeGreaterThan(0);
    expect(push).toBeLessThan(calls.findIndex((name) => name.startsWith('iam PUT')));
  });
});

describe('the journal', () => {
  it('holds the candidate before the IAM is touched, and it is what the IAM then gets', async () => {
    const world = createWorld({ overlap: false });
    const pending: (string | undefined)[] = [];
    world.intercept(async ({ name }, perform) => {
      const writesSecret = name.startsWith('iam PUT') && world.calls.includes('secrets-manager PutSecretValue');
      if (writesSecret) pending.push(world.labelled('AWSPENDING')?.value);
      return await perform();
    });
    await world.rotate();
    expect(pending).toEqual([documentText(world.client().secret ?? '')]);
  });
});
