import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COMBINATIONS, nameOf } from '../../laboratory/combinations.ts';
import { SINGLE } from '../../laboratory/faults.ts';
import { anyScript, playProperty } from '../../laboratory/property.ts';
import { play, type Scene } from '../../laboratory/scene.ts';
import { Script } from '../../laboratory/script.ts';
import { playSingles, type Violation } from '../../laboratory/singles.ts';

const silent = () => undefined;
const SEED = 20_260_301;

/** As they are printed when there are any: what to replay. */
function told(violations: readonly Violation[]): string[] {
  return violations.map(({ message, script }) => `${message}: ${JSON.stringify(script)}`);
}

describe('the laboratory', () => {
  it('plays a script the same way each time', async () => {
    const script = Script.parse({
      ...COMBINATIONS[0],
      events: [
        { at: 0, do: 'schedule' },
        { at: 3, do: 'api' },
      ],
      faults: [{ run: 1, point: 4, fault: 'time-out', times: 2 }],
      turns: [1, 0, 1, 1, 0, 1],
    });
    const [one, other] = [await play(script), await play(script)];
    expect(one.trace.length).toBeGreaterThan(40);
    expect(other.trace).toEqual(one.trace);
  });

  it('finds every request of a rotation by recording it', async () => {
    const { trace } = await play(Script.parse({ ...COMBINATIONS[0], events: [{ at: 0, do: 'schedule' }] }));
    const requests = trace.filter(({ process, point }) => process === 0 && point > 0).map(({ text }) => text);
    expect(requests).toEqual(expect.arrayContaining(['secrets-manager PutSecretValue', 'connector PATCH /ifs-1']));
    expect(requests.filter((name) => name.startsWith('iam PUT') && name.endsWith('secret'))).toHaveLength(1);
    expect(trace.map(({ text }) => text).join()).not.toContain('drawn-secret');
  });

  it('notices a connector that is refused, and for how long', async () => {
    const { trace } = await play(
      Script.parse({ strategy: 'in-place', renewal: 'set', events: [{ at: 0, do: 'schedule' }] }),
    );
    const outage = trace.filter(({ text }) => text.startsWith('outage of ifs-1 runtime')).map(({ text }) => text);
    expect(outage).toEqual([
      expect.stringMatching(/^outage of ifs-1 runtime begins \(own: iam PUT .* secret\)$/),
      'outage of ifs-1 runtime ends',
    ]);
  });

  it('draws scripts that can be written down', () => {
    for (const script of fc.sample(anyScript({}), { numRuns: 50, seed: SEED })) {
      expect(Script.parse(JSON.parse(JSON.stringify(script)))).toEqual(script);
    }
  });

  it('lets nothing of a dead process go on', async () => {
    const { trace } = await play(
      Script.parse({
        ...COMBINATIONS[0],
        events: [{ at: 0, do: 'schedule' }],
        faults: [{ run: 0, point: 5, fault: 'dies-after' }],
      }),
    );
    const death = trace.findIndex(({ text }) => text === 'is dead');
    expect(trace.slice(death + 1).filter(({ process, point }) => process === 0 && point > 0)).toEqual([]);
    expect(trace.find(({ process, text }) => process === 1 && text.startsWith('starts'))?.at).toBe(150_000);
  });
});

it('runs that meet since a clock is wrong by more than a lease are no violation', async () => {
  const scene = (clocks: number[]) =>
    Script.parse({
      strategy: 'alternating-clients',
      renewal: 'regenerate',
      start: 'grace',
      connectors: 5,
      events: [
        { at: 48, do: 'schedule' },
        { at: 4911, do: 'revoke' },
        { at: 27, do: 'api' },
        { at: 4855, do: 'rollback' },
        { at: 2746, do: 'regenerate' },
      ],
      stale: { ms: 2863, every: 1 },
      clocks,
      quota: 4,
      judge: ['outages'],
    });
  const made = ({ trace }: Scene) => trace.filter(({ text }) => /^iam POST .*client-secret$/.test(text)).length;
  const [wrong, right] = [await play(scene([-189_529])), await play(scene([0]))];
  expect([wrong.violations, right.violations]).toEqual([[], []]);
  // With the right clock the second run waits.
  expect([made(wrong), made(right)]).toEqual([2, 1]);
});

describe('single faults at every request', () => {
  it.each(COMBINATIONS.map((combination) => [nameOf(combination), combination] as const))(
    '%s',
    async (_name, { strategy, renewal }) => {
      const only = { strategy, renewal, start: 'rest' };
      const lines = await playSingles({ variants: SINGLE, only, dimensions: [], progress: silent });
      expect(told(lines.flatMap(({ violations }) => violations))).toEqual([]);
      expect(lines.reduce((sum, { points }) => sum + points, 0)).toBeGreaterThan(150);
    },
    900_000,
  );
});

it('single faults of a retire', async () => {
  const only = { strategy: 'alternating-clients', trigger: 'retire' };
  const lines = await playSingles({ variants: SINGLE, only, dimensions: [], progress: silent });
  expect(told(lines.flatMap(({ violations }) => violations))).toEqual([]);
  expect(lines.reduce((sum, { points }) => sum + points, 0)).toBeGreaterThan(150);
}, 900_000);

it('random scenes', async () => {
  const { runs, violations } = await playProperty({ runs: 200, seed: SEED, only: {}, progress: silent });
  expect(told(violations)).toEqual([]);
  expect(runs).toBe(200);
}, 900_000);
