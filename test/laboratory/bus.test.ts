import { describe, expect, it } from '@jest/globals';
import type { PublishedEvent } from '../../functions/credential/published/vocabulary.ts';
import { Bus } from '../../laboratory/bus.ts';
import { play } from '../../laboratory/scene.ts';
import { Script } from '../../laboratory/script.ts';

const DETAIL = {
  credential: 'acme-prod',
  versionId: 'v1',
  outcome: 'retired',
  endedAt: '2026-03-01T03:00:00.000Z',
} as const;

function faultsOf(detail: object): readonly string[] {
  const bus = new Bus();
  bus.take({ detailType: 'Retired', detail: { ...DETAIL, ...detail } } as PublishedEvent);
  return bus.faults;
}

describe('the bus of a laboratory', () => {
  it('finds nothing wrong with an event as it should be', () => {
    expect(faultsOf({})).toEqual([]);
  });

  it.each([
    ['lacks a member', { endedAt: undefined }, /^the event Retired could not be put together: .*endedAt/s],
    ['has a value of another kind', { outcome: 'rotated' }, /^the event Retired could not be put together: .*outcome/s],
    ['tells a secret', { versionId: 'drawn-secret-number-0001-abc' }, /^the event Retired tells a secret$/],
    ['has a message of two lines', { credential: 'a\nb' }, /^the event Retired has a message that is no line/],
  ])('finds an event that %s', (_what, detail, expected) => {
    expect(faultsOf(detail)).toEqual([expect.stringMatching(expected)]);
  });

  it('sees the end of every run of a scene', async () => {
    const taken: string[] = [];
    const { take } = Bus.prototype;
    Bus.prototype.take = function (event) {
      if (event) taken.push(event.detailType);
      take.call(this, event);
    };
    try {
      const events = [{ at: 0, do: 'api' }];
      await play(Script.parse({ strategy: 'dual-secret', renewal: 'set', events }));
    } finally {
      Bus.prototype.take = take;
    }
    expect(taken).toEqual(expect.arrayContaining(['Rotation Succeeded', 'Retired']));
  });
});
