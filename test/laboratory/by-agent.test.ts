import { describe, expect, it } from '@jest/globals';
import { playMisfortunes } from '../../laboratory/agents/singles.ts';
import { nameOf } from '../../laboratory/combinations.ts';
import { NEW_DIMENSIONS } from '../../laboratory/dimensions.ts';
import { play } from '../../laboratory/scene.ts';
import { Script } from '../../laboratory/script.ts';
import { openings } from '../../laboratory/singles.ts';

const IN_PLACE = { strategy: 'in-place', renewal: 'set', line: 1, events: [{ at: 0, do: 'schedule' }] };

describe('scenes with an agent', () => {
  it.each(openings({ agent: 'true' }).map(({ script }) => [`${nameOf(script)}, ${script.start}`, script] as const))(
    '%s: come to rest without a violation',
    async (_title, script) => {
      const { converged, violations } = await play(script);
      expect({ converged, violations }).toEqual({ converged: true, violations: [] });
    },
  );

  it('can be played again, also where an agent is killed between two files', async () => {
    const agent = {
      deaths: [{ step: 60, when: 'within', down: 1000 }],
      messages: [{ of: 'reply', nth: 3, fate: 'lost' }],
    };
    const script = Script.parse({ ...IN_PLACE, line: 2, connectors: 2, agent });
    const [one, other] = [await play(script), await play(script)];
    expect(one.trace.map(({ text }) => text)).toContain('the agent is dead');
    expect(other.trace).toEqual(one.trace);
  });

  it('do not blame a run for a refused secret that its agent puts back, when only a restart that failed had kept it out', async () => {
    const agent = {
      restarts: [
        { nth: 1, times: 3, how: 'not-ready' },
        { nth: 4, times: 1, how: 'fails' },
        { nth: 5, times: 2, how: 'not-ready' },
      ],
    };
    const events = [
      { at: 0, do: 'regenerate' },
      { at: 0, do: 'schedule' },
      { at: 3_600_000, do: 'edit-file' },
    ];
    const script = { strategy: 'dual-secret', renewal: 'set', line: 1, agent, events, judge: ['outages'] };
    const { violations, trace } = await play(Script.parse(script));
    expect(trace.filter(({ text }) => text.startsWith('outage of ifs-1 runtime begins (own'))).toHaveLength(2);
    expect(violations).toEqual([]);
  });

  it('tell the truth of a write that was carried out, and whose request came again after another one', async () => {
    const agent = { restartMs: 0, deaths: [{ step: 33, when: 'before', down: 0 }] };
    const events = [0, 0, 0].map((at) => ({ at, do: 'schedule' }));
    const scene = { strategy: 'dual-secret', renewal: 'set', line: 1, agent, start: 'behind', events };
    const { converged, violations, trace } = await play(Script.parse({ ...scene, judge: ['reports'] }));
    const ends = trace.map(({ text }) => text).filter((text) => text.includes(' ends: '));
    expect({ converged, violations }).toEqual({ converged: true, violations: [] });
    expect(ends.filter((text) => text.includes('interrupted'))).toEqual([]);
  });

  it.each([
    ['agent-dies', 150],
    ['message', 80],
    ['restart', 10],
    ['by-hand', 100],
  ])(
    'single misfortunes (%s) of a rotation in place, at every step',
    async (fault, least) => {
      const only = { strategy: 'in-place', renewal: 'set', agent: 'true', trigger: 'schedule', start: 'rest', fault };
      const lines = await playMisfortunes({ only, dimensions: NEW_DIMENSIONS, progress: () => undefined });
      expect(lines.flatMap(({ violations }) => violations)).toEqual([]);
      expect(lines.reduce((sum, { points }) => sum + points, 0)).toBeGreaterThan(least);
    },
    300_000,
  );
});
