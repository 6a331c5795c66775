import { byHand, nameOf } from './combinations.ts';
import { type Dimension, judgementsIn } from './dimensions.ts';
import { dependencyOf } from './faults.ts';
import { play } from './scene.ts';
import { DEPENDENCIES, HAND_DEPENDENCIES, LINE_DEPENDENCIES, type Script } from './script.ts';
import {
  type Line,
  lineFor,
  type Only,
  openings,
  type Point,
  type Progress,
  pointName,
  pointsOf,
  tryOut,
} from './singles.ts';

const MINUTE_MS = 60_000;
/** Longer than a run, and than Lambda's own repeats. */
const LASTS_MS = 20 * MINUTE_MS;
/** What a dependency takes that is only just not too slow. */
const SLOW_MS = [4000, 9900] as const;

/** How an opening goes under a weather, and what that is called in the matrix. */
interface Storm {
  readonly fault: Line['fault'];
  readonly name: string;
  readonly script: Script;
}

/**
 * Every dependency away for a while from each request on, packets dropped or refused, and every one of them slow for good.
 *
 * @param dimensions only with `weather` and `latency`; the judgements among them are used
 */
export async function playStorms({
  dimensions,
  only,
  progress,
}: {
  dimensions: readonly Dimension[];
  only: Only;
  progress: Progress;
}): Promise<Line[]> {
  const lines = new Map<string, Line>();
  const judge = judgementsIn(dimensions);
  for (const opening of openings(only, dimensions)) {
    const script = { ...opening.script, judge };
    const { strategy, renewal, desk } = script;
    const agent = script.line > 0;
    const storms = [
      ...(dimensions.includes('weather') ? awayFrom(script, pointsOf(await play(script))) : []),
      ...(dimensions.includes('latency') ? slowFrom(script) : []),
    ].filter(({ fault }) => only.fault === undefined || only.fault === fault);
    progress(`${nameOf(script)}, ${opening.trigger}, ${script.start}: ${storms.length} storms`);
    for (const storm of storms) {
      const line = lineFor(lines, { strategy, renewal, desk, agent, trigger: opening.trigger, fault: storm.fault });
      await tryOut(line, { name: storm.name, script: storm.script, progress });
    }
  }
  return [...lines.values()];
}

function awayFrom(script: Script, points: readonly Point[]): Storm[] {
  return points.flatMap((point) =>
    (['dark', '503'] as const).map((kind) => ({
      fault: 'away' as const,
      name: `${kind} from ${pointName(point)}`,
      script: { ...script, weather: [{ of: knownOf(point.name), kind, from: point.at, lasts: LASTS_MS }] },
    })),
  );
}

function slowFrom(script: Script): Storm[] {
  const all = [
    ...DEPENDENCIES,
    ...(byHand(script) ? HAND_DEPENDENCIES : []),
    ...(script.line > 0 ? LINE_DEPENDENCIES : []),
  ];
  const present = all.filter((of) => !/^ifs-[2-5]$/.test(of));
  return SLOW_MS.flatMap((ms) =>
    [...present.map((of) => [of]), present.filter((of) => of !== 'store' && of !== 'scheduler')].map((slow) => ({
      fault: 'slow' as const,
      name: `${slow.join(', ')} with ${ms} ms`,
      script: { ...script, latency: slow.map((of) => ({ of, ms, tail: 0 })) },
    })),
  );
}

function knownOf(request: string): Script['weather'][number]['of'] {
  const found = [...DEPENDENCIES, ...HAND_DEPENDENCIES, ...LINE_DEPENDENCIES].find(
    (of) => of === dependencyOf(request),
  );
  if (found) return found;
  throw new Error(`${request} goes to no dependency that is known`);
}
