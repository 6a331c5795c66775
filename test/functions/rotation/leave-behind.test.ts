import { describe, expect, it } from '@jest/globals';
import type { RotationRequest } from '../../../functions/rotation/run/context.ts';
import { instead, timeout } from '../../support/faults.ts';
import { createWorld, FIRST_SECRET, type TestWorld } from '../../support/world.ts';

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
