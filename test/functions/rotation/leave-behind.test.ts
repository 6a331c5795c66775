import { describe, expect, it } from '@jest/globals';
import { isRotationError } from '../../../functions/credential/errors.ts';
import type { Rotation } from '../../../functions/credential/outcome.ts';
import type { RotationRequest } from '../../../functions/rotation/run/context.ts';
import { instead, timeout } from '../../support/faults.ts';
import { createWorld, FIRST_SECRET, type TestWorld, TIMING } from '../../support/world.ts';

const BROKEN = /^connector .*ifs-2/;
const leaveBehind = ['ifs-2'];

interface Retire {
  readonly versionId: string;
  readonly leaveBehind?: readonly string[];
}

const hidden = (world: TestWorld) => {
  const configuration = world.flow.read('ifs-2')?.view;
  const section = {
    flowType: 'ClientCredentials',
    clientId: 'somebody-else',
    accessTokenUrl: 'https://x.example.com/',
  };
  const authentication = { designTime: section, runtime: section };
  return Response.json({ ...configuration, authentication }, { headers: { etag: '"1"' } });
};

/** What a connector may tell or do that is not so. */
const LIES: Readonly<Record<string, (perform: () => Promise<Response>, isWrite: boolean) => Promise<Response>>> = {
  'tells a false fingerprint': async (perform, isWrite) => {
    const response = await perform();
    if (isWrite) return response;
    const text = (await response.text()).replaceAll(
      /"clientSecretFingerprint":"[^"]+"/g,
      '"clientSecretFingerprint":"x"',
    );
    return new Response(text, { headers: response.headers });
  },
  'answers 412 to every write': async (perform, isWrite) =>
    isWrite ? new Response(null, { status: 412 }) : await perform(),
  'says that it has written, and has not': async (perform, isWrite) =>
    isWrite ? Response.json({}, { headers: { etag: '"a-new-one"' } }) : await perform(),
  'hangs at every write': async (perform, isWrite) => (isWrite ? await timeout() : await perform()),
  'has an ETag that no write can be made conditional on': async (perform) => {
    const response = await perform();
    return new Response((await response.text()) || null, { status: response.status, headers: { etag: 'W/"1"' } });
  },
  'has an ETag of 5 KB that it does not know again': async (perform) => {
    const response = await perform();
    const headers = { etag: `"${'x'.repeat(5000)}"`, 'content-type': 'application/json' };
    return new Response((await response.text()) || null, { status: response.status, headers });
  },
  'leads elsewhere': async () => new Response(null, { status: 302, headers: { location: 'https://x.example.com/' } }),
};

/** A run that finds an unfinished rotation finishes that first, and says when to call again. */
async function revoke(world: TestWorld): Promise<Rotation> {
  const call = () => world.rotate({ leaveBehind, revokePrevious: true, reason: 'the secret leaked' });
  try {
    return await call();
  } catch (error) {
    if (!isRotationError(error, 'too-soon')) throw error;
    world.advance((error.retryAfter ?? 0) * 1000);
    return await call();
  }
}

describe('a call names connectors to leave behind', () => {
  it.each([
    ['answers 500', () => new Response(null, { status: 500 })],
    ['refuses the rotator', () => new Response(null, { status: 401 })],
    ['does not answer', timeout],
    ['hides its sections', hidden],
  ] as const)('one that %s keeps a leaked secret alive no longer', async (_what, answer) => {
    const world = createWorld({ overlap: false, connectors: 2 });
    world.intercept(instead(BROKEN, () => answer(world)));
    expect(await world.rotate({ force: true })).toMatchObject({ outcome: 'refused' });
    expect(await world.accepts(FIRST_SECRET)).toBe(true);
    const rotation = await world.rotate({ leaveBehind, reason: 'the secret leaked' });
    expect(rotation).toMatchObject({
      outcome: 'rotated',
      connectors: [{ name: 'ifs-1' }, { name: 'ifs-2', sectionsWritten: 0, leftBehind: true }],
    });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
    expect(world.connectorSecret(0)).toBe(world.current().clientSecret);
  });

  it.each(Object.keys(LIES))('one that %s does so neither, with an overlap or in place', async (lie) => {
    for (const overlap of [true, false]) {
      const world = createWorld({ overlap, connectors: 2 });
      world.intercept(async ({ name }, perform) => {
        if (!BROKEN.test(name)) return await perform();
        return await (LIES[lie] ?? perform)(perform, name.startsWith('connector PATCH'));
      });
      await world.rotate({ force: true, reason: 'the secret leaked' });
      world.advance(TIMING.leaseMs * 2);
      expect(await revoke(world)).toMatchObject({
        outcome: 'rotated',
        connectors: [{}, { name: 'ifs-2', leftBehind: true }],
      });
      expect(await world.accepts(FIRST_SECRET)).toBe(false);
      expect(world.connectorSecret(0)).toBe(world.current().clientSecret);
      expect(await world.accepts(world.connectorSecret(0))).toBe(true);
    }
  });

  it('it is given the new secret as soon as it can be, by a run that is planned', async () => {
    const world = createWorld({ overlap: false, connectors: 2 });
    world.intercept(instead(BROKEN, timeout));
    const { repeatAt } = await world.rotate({ leaveBehind });
    world.intercept((_io, perform) => perform());
    const repeat = world.planned.find(({ target }) => target === 'rotate');
    expect(repeat?.at.toISOString()).toBe(repeatAt);
    world.advance(Date.parse(repeatAt ?? '') - world.now().getTime());
    const event = repeat?.event as Pick<RotationRequest, 'repeat'>;
    expect(await world.scheduled(event.repeat ? { repeat: event.repeat } : {})).toMatchObject({ outcome: 'repaired' });
    expect(world.connectorSecret(1)).toBe(world.current().clientSecret);
  });

  it('the end of the old secret does not wait for it', async () => {
    const world = createWorld({ connectors: 2 });
    world.intercept(instead(BROKEN, timeout));
    await world.rotate({ leaveBehind });
    const retire = world.planned.find(({ target }) => target === 'retire');
    world.advance(86_400_000);
    const event = (retire?.event ?? {}) as Retire;
    expect(event.leaveBehind).toEqual(leaveBehind);
    expect(await world.retire(event.versionId)).toMatchObject({ outcome: 'postponed' });
    expect(await world.retire(event.versionId, 0, leaveBehind)).toMatchObject({ outcome: 'retired' });
    expect(await world.accepts(FIRST_SECRET)).toBe(false);
  });

  it('it is not forgotten where the run that left it has died: the end of the old secret plans who gives it the new one', async () => {
    const world = createWorld({ connectors: 2 });
    world.intercept(instead(BROKEN, timeout));
    await world.rotate({ leaveBehind });
    const event = world.planned.find(({ target }) => target === 'retire')?.event as Retire;
    // What the run has planned at its very end is all that a dead one lacks.
    world.planned.splice(0);
    world.advance(86_400_000);
    await world.retire(event.versionId, 0, leaveBehind);
    expect(world.planned).toEqual([
      expect.objectContaining({
        target: 'rotate',
        event: expect.objectContaining({ repeat: { attempt: 1, due: false } }),
      }),
    ]);
  });

  it('a name that is none of its connectors is refused before anything is called', async () => {
    const world = createWorld({ connectors: 2 });
    await expect(world.rotate({ leaveBehind: ['ifs-1', 'ifs-3'] })).rejects.toMatchObject({
      code: 'request-invalid',
      pointer: '/leaveBehind/1',
      message: "leaveBehind: there is no connector 'ifs-3'; there is 'ifs-1', 'ifs-2'",
    });
    expect(world.calls).toEqual([]);
  });

  it('is not available where Secrets Manager rotates by itself', async () => {
    const world = createWorld({ settings: { native: true } });
    await expect(world.rotate({ leaveBehind: ['ifs-1'] })).rejects.toMatchObject({ code: 'not-available' });
  });
});
