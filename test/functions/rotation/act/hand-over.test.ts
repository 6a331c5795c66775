import { describe, expect, it } from '@jest/globals';
import type { Interceptor } from '../../../support/world.ts';
import { createWorld, TIMING } from '../../../support/world.ts';

const LABELS = /ListSecretVersionIds$/;

/** A world whose Secrets Manager takes a rotation over, and never ends it. */
async function neverEnding() {
  const world = createWorld({ settings: { native: true } });
  await world.registerRotation();
  world.advance(3_600_000);
  const looks: number[] = [];
  let startedAt = 0;
  const interceptor: Interceptor = async ({ name }, perform) => {
    if (/RotateSecret$/.test(name)) {
      startedAt = world.now().getTime();
      const { ClientRequestToken: id } = { ClientRequestToken: 'by-the-run-'.padEnd(32, '0') };
      world.mark(id);
      return Response.json({ VersionId: id }, { headers: { 'content-type': 'application/x-amz-json-1.1' } });
    }
    if (startedAt > 0 && LABELS.test(name)) looks.push(world.now().getTime() - startedAt);
    return await perform();
  };
  world.intercept(interceptor);
  return { world, looks };
}

describe('a run that waits for Secrets Manager', () => {
  it('looks at growing distances, and says that it does not know before its time is over', async () => {
    const { world, looks } = await neverEnding();
    const begun = world.now().getTime();
    expect(await world.rotate()).toMatchObject({ outcome: 'interrupted', failure: { code: 'out-of-time' } });
    expect(world.now().getTime() - begun).toBeLessThan(90_000);
    expect(world.now().getTime() - begun).toBeGreaterThan(90_000 - 3 * TIMING.httpTimeoutMs);
    expect(looks.length).toBeLessThan(30);
    // Each look comes after a quarter of what was waited: a rotation is seen to have ended soon, however long it took.
    const late = looks.slice(8, -1).map((at, index) => (looks[index + 9] ?? 0) / at);
    for (const factor of late) expect(factor).toBeLessThan(1.3);
  });

  it('looks for the first time when the steps can be through, by what its own requests have taken', async () => {
    const { world, looks } = await neverEnding();
    const slow = world.intercepted();
    world.intercept(async (io, perform) => {
      const response = await slow(io, perform);
      world.advance(100);
      return response;
    });
    await world.rotate();
    // 23 requests of some 105 ms each, and a quarter more.
    expect(looks[0]).toBeGreaterThan(2500);
    expect(looks[0]).toBeLessThan(10_500);
  });
});
