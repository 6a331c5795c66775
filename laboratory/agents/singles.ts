import { nameOf } from '../combinations.ts';
import type { Dimension } from '../dimensions.ts';
import { play } from '../scene.ts';
import { type Line, lineFor, type Only, openings, type Progress, tryOut } from '../singles.ts';
import { misfortunesIn } from './misfortunes.ts';

/** Every single misfortune of an agent: killed at each of its steps, each message, each restart, and a hand at its host before each step. */
export async function playMisfortunes({
  only,
  dimensions,
  progress,
}: {
  only: Only;
  dimensions: readonly Dimension[];
  progress: Progress;
}): Promise<Line[]> {
  const lines = new Map<string, Line>();
  for (const { script, trigger } of openings(only, dimensions)) {
    if (script.line === 0) continue;
    const all = misfortunesIn(await play(script)).filter(
      ({ fault }) => only.fault === undefined || only.fault === fault,
    );
    progress(`${nameOf(script)}, ${trigger}, ${script.start}: ${all.length} misfortunes of the agent`);
    for (const { fault, name, add } of all) {
      const line = lineFor(lines, { ...script, agent: true, trigger, fault });
      await tryOut(line, { name, script: add(script), progress });
    }
  }
  return [...lines.values()];
}
