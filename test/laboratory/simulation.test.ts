import { describe, expect, it } from '@jest/globals';
import { courseOf, type Weather } from '../../laboratory/course.ts';
import { Laboratory, type LaboratoryOptions } from '../../laboratory/laboratory.ts';
import { Player } from '../../laboratory/player.ts';
import { discord, snapshot } from '../../laboratory/snapshot.ts';
import { StaleReads } from '../../laboratory/stale.ts';
import { wordFor } from '../../laboratory/truth.ts';
import { putSecretValue } from '../../local/stand-ins/secrets-manager/values.ts';
import { SECRET_ID } from '../support/parts.ts';

describe('the simulation', () => {
  const inPlace = { strategy: 'in-place', renewal: 'set', native: false } as const;

  /** A laboratory at rest, and a scheduled run under a weather. */
  async function under(weather: Weather, options: Partial<LaboratoryOptions> = {}) {
    const laboratory = new Laboratory({ combination: inPlace, connectors: 2, adopted: true, ...options });
    const player = new Player(laboratory);
    laboratory.simulation.begin([], []);
    laboratory.simulation.setWeather(weather);
    const begun = laboratory.simulation.now;
    await laboratory.simulation.run(player.schedule());
    return { laboratory, player, lasted: laboratory.simulation.now - begun };
  }

  it('lets a slow dependency take its time, and names the write that began an outage', async () => {
    const { laboratory, player, lasted } = await under((name) =>
      /^(iam|connector)/.test(name) ? { latency: 1000 } : {},
    );
    expect(player.records.map(wordFor)).toEqual(['rotated']);
    // One after the other: connector and admin token, client, renew, prove, write, read back.
    expect(lasted).toBeGreaterThanOrEqual(6000);
    expect(lasted).toBeLessThan(7000);
    expect(laboratory.monitor.ownOutages[0]).toMatch(/^ifs-1 by own iam PUT .* secret$/);
    expect(discord(snapshot(laboratory.parts))).toEqual([]);
  });

  it('carries a request out that its sender has given up', async () => {
    const { laboratory } = await under((name) =>
      name.startsWith('connector PATCH /ifs-2') ? { latency: 12_000 } : {},
    );
    const { trace, troubles } = laboratory.simulation;
    const late = trace.filter(({ text }) => text === '(late) connector PATCH /ifs-2');
    const sent = trace.filter(({ text }) => text.startsWith('connector PATCH /ifs-2 (12000 ms) ⟵ too slow'));
    expect(late[0]?.at).toBe((sent[0]?.at ?? 0) + 12_000);
    expect(troubles[0]).toMatchObject({ name: 'connector PATCH /ifs-2' });
  });

  it("gives a request up at the sender's own time-out", () => {
    expect(courseOf(2000, { latency: 3000 })).toEqual({ carriedAfter: 3000, answeredAfter: 2000, answer: 'timeout' });
    expect(courseOf(2000, { latency: 1999, reach: 100 })).toEqual({
      carriedAfter: 100,
      answeredAfter: 1999,
      answer: 'reply',
    });
    expect(courseOf(500, {}, { fault: 'time-out' })).toEqual({ answeredAfter: 500, answer: 'timeout' });
  });

  it('answers reads of the secret from before, as a replica does that lags', () => {
    const { parts, simulation } = new Laboratory({ combination: inPlace, connectors: 1, adopted: true });
    const { store } = parts.secrets;
    const stale = new StaleReads(parts.secrets, { ms: 3000, every: 2 });
    const labels = () => {
      stale.remember();
      const secret = stale.storeFor(SECRET_ID).secrets.get(SECRET_ID);
      return [secret?.versions.size, [...(secret?.labels.keys() ?? [])]];
    };
    expect(labels()).toEqual([1, ['AWSCURRENT']]);
    simulation.now += 10_000;
    putSecretValue(store, { SecretId: SECRET_ID, SecretString: '{}', VersionStages: ['AWSPENDING'] });
    expect(labels()).toEqual([2, ['AWSCURRENT', 'AWSPENDING']]);
    simulation.now += 2999;
    expect(labels()).toEqual([1, ['AWSCURRENT']]);
    expect(labels()).toEqual([2, ['AWSCURRENT', 'AWSPENDING']]);
    simulation.now += 1;
    expect(labels()).toEqual([2, ['AWSCURRENT', 'AWSPENDING']]);
  });

  it('gives a function a clock that is wrong, and schedules the right one', async () => {
    const { laboratory } = await under(() => undefined, {
      combination: { ...inPlace, strategy: 'dual-secret' },
      skewMs: -300_000,
      settings: { grace: 'PT0S' },
    });
    expect(laboratory.simulation.troubles).toEqual([]);
    // A grace of no length ends a lease from now, which is past by the scheduler's clock: it is planned later.
    const [retire] = laboratory.planned.values();
    expect(retire?.at.getTime()).toBeGreaterThan(laboratory.simulation.now);
  });
});
