import { describe, expect, it } from '@jest/globals';
import { nameOf } from '../../laboratory/combinations.ts';
import { SINGLE } from '../../laboratory/faults.ts';
import { openingsByHand } from '../../laboratory/openings-by-hand.ts';
import { play } from '../../laboratory/scene.ts';
import { Script } from '../../laboratory/script.ts';
import { playSingles } from '../../laboratory/singles.ts';

const HOUR_MS = 3_600_000;
const DUAL_DESK = { strategy: 'dual-secret', renewal: 'set', desk: true };

describe('scenes in which a person has a part', () => {
  it.each(
    openingsByHand().map(
      ({ script }) =>
        [`${nameOf(script)}, ${script.start}: ${script.events.map((event) => event.do)}`, script] as const,
    ),
  )('%s: come to rest without a violation', async (_title, script) => {
    const { converged, violations } = await play(script);
    expect({ converged, violations }).toEqual({ converged: true, violations: [] });
  });

  it('count the traffic of the desk like any other: whoever says too early that it was filled in cuts it off', async () => {
    const events = [
      { at: 0, do: 'schedule' },
      { at: HOUR_MS, do: 'acknowledge-only' },
      { at: 2 * HOUR_MS, do: 'retire' },
    ];
    const { trace, violations } = await play(Script.parse({ ...DUAL_DESK, events }));
    expect(trace.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^outage of desk runtime begins \(own: iam PUT/),
    );
    expect(violations).toEqual([]);
  });

  it('excuse the traffic of the desk where what was said of it comes true by a rollback, and is not entered', async () => {
    const events = [
      { at: 0, do: 'rollback' },
      { at: 50, do: 'acknowledge-former' },
    ];
    const { trace, violations } = await play(Script.parse({ ...DUAL_DESK, start: 'grace', events }));
    expect(trace.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^outage of desk runtime begins \(own: iam PUT/),
    );
    expect(violations).toEqual([]);
  });

  it.each(['dies-before', 'dies-after'])(
    'single faults (%s) of a submission, at every request',
    async (fault) => {
      const only = { strategy: 'in-place', renewal: 'by-person', desk: 'false', trigger: 'api', start: 'rest', fault };
      const lines = await playSingles({ variants: SINGLE, only, progress: () => undefined });
      expect(lines.flatMap(({ violations }) => violations)).toEqual([]);
      expect(lines.reduce((sum, { points }) => sum + points, 0)).toBeGreaterThan(50);
    },
    300_000,
  );
});
