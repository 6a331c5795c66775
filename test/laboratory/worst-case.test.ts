import { describe, expect, it } from '@jest/globals';
import { type Combination, nameOf } from '../../laboratory/combinations.ts';
import { Laboratory } from '../../laboratory/laboratory.ts';
import { Player } from '../../laboratory/player.ts';
import { discord, snapshot } from '../../laboratory/snapshot.ts';
import { wordFor } from '../../laboratory/truth.ts';

const HOUR_MS = 3_600_000;
/** 0.99 of the HTTP timeout. */
const ALMOST_MS = 9900;
const STRATEGIES = ['in-place', 'dual-secret', 'alternating-clients'] as const;
const COMBINATIONS: readonly Combination[] = STRATEGIES.flatMap((strategy) =>
  (['set', 'regenerate'] as const).map((renewal) => ({ strategy, renewal, native: false })),
);
const CASES = COMBINATIONS.flatMap((combination) =>
  [1, 5, 20].map((connectors) => [nameOf(combination), connectors, combination] as const),
);

/** A scheduled run whose neighbours all take almost as long as they may: from a request on, for an hour. */
async function play({ combination, connectors, from }: { combination: Combination; connectors: number; from: RegExp }) {
  const laboratory = new Laboratory({ combination, connectors, adopted: true });
  const player = new Player(laboratory);
  const { simulation, parts } = laboratory;
  simulation.begin([], []);
  const begun = simulation.now;
  let slow = false;
  simulation.setWeather((name, now) => {
    const ends = now - begun > HOUR_MS;
    slow ||= from.test(name);
    return slow && !ends ? { latency: ALMOST_MS } : undefined;
  });
  await simulation.run(player.schedule());
  const [first] = player.records;
  await simulation.run(simulation.wait(4 * HOUR_MS));
  return { first, records: player.records, left: discord(snapshot(parts)) };
}

describe('every neighbour takes 0.99 of its timeout', () => {
  it.each(CASES)(
    'from the start, %s, %d connectors: nothing is begun that can not be finished',
    async (_name, connectors, combination) => {
      const { first, records, left } = await play({ combination, connectors, from: /./ });
      for (const { timedOut } of records) expect(timedOut).toBe(false);
      expect(first && wordFor(first)).not.toBe('died');
      expect(left).toEqual([]);
    },
  );

  it.each(CASES)(
    'from the change of the IAM on, %s, %d connectors: no run is ended before it ends',
    async (_name, connectors, combination) => {
      const { records, left } = await play({
        combination,
        connectors,
        from: /^iam (PUT .* secret$|POST .*client-secret)/,
      });
      for (const { timedOut } of records) expect(timedOut).toBe(false);
      expect(left).toEqual([]);
    },
  );
});
