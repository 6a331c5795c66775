import fc from 'fast-check';
import { misfortunesIn } from './agents/misfortunes.ts';
import type { Dimension } from './dimensions.ts';
import { isPossible, THOROUGH } from './faults.ts';
import { play, type Scene } from './scene.ts';
import type { Script } from './script.ts';
import { type Only, openings, type Point, type Progress, pointName, pointsOf, type Violation } from './singles.ts';

/** What came of pairs of faults. */
export interface Pairs {
  points: number;
  readonly violations: Violation[];
}

/** How many second faults are tried after each first one. */
const SECONDS = 5;

/**
 * Two faults in one scene: the second at a later request of the same run, or of a repeat that the first one brought about. Where there
 * is an agent, a fault may also be a misfortune of it.
 *
 * @param count how many pairs; they are drawn, the same ones for the same seed
 */
export async function playPairs({
  count,
  seed,
  only,
  dimensions,
  progress,
}: {
  count: number;
  seed: number;
  only: Only;
  dimensions?: readonly Dimension[];
  progress: Progress;
}): Promise<Pairs> {
  const pairs: Pairs = { points: 0, violations: [] };
  const beginnings = openings(only, dimensions);
  const clean = new Map<Script, Promise<Scene>>();
  const draws = fc.sample(fc.array(fc.nat(), { minLength: 3 + 2 * SECONDS, maxLength: 3 + 2 * SECONDS }), {
    seed,
    numRuns: Math.ceil(count / SECONDS),
  });
  progress(`pairs: ${count}`);
  for (const [opening = 0, at = 0, variant = 0, ...seconds] of draws) {
    const { script } = beginnings[opening % beginnings.length] as { script: Script };
    if (!clean.has(script)) clean.set(script, play(script));
    const chances = chancesIn(script, (await clean.get(script)) as Scene);
    const first = draw(chances, { at, variant });
    const scene = await play(first.add(script));
    const later = chancesIn(script, scene).slice((at % chances.length) + 1);
    for (let i = 0; i < seconds.length && later.length > 0; i += 2) {
      const second = draw(later, { at: seconds[i] ?? 0, variant: seconds[i + 1] ?? 0 });
      await tryOut(pairs, { drawn: [first, second], script, progress });
    }
  }
  return pairs;
}

/** One of two faults. */
interface Drawn {
  readonly name: string;
  readonly add: (script: Script) => Script;
}

/** Where something can go wrong, and what, by a number that is drawn. */
interface Chance {
  readonly at: number;
  readonly draw: (variant: number) => Drawn;
}

/** In the order of time. */
function chancesIn({ line }: Script, scene: Scene): Chance[] {
  const requests = pointsOf(scene).map((point) => ({
    at: point.at,
    draw: (variant: number) => atRequest(point, variant),
  }));
  if (line === 0) return requests;
  const misfortunes = misfortunesIn(scene).map((one) => ({ at: one.at, draw: () => one }));
  return [...requests, ...misfortunes].sort((one, other) => one.at - other.at);
}

function draw(chances: readonly Chance[], { at, variant }: { at: number; variant: number }): Drawn {
  return (chances[at % chances.length] as Chance).draw(variant);
}

function atRequest(point: Point, variant: number): Drawn {
  const possible = THOROUGH.filter(({ fault }) => isPossible(fault, point.name));
  const drawn = possible[variant % possible.length] ?? { fault: 'dies-before' as const };
  const fault = { run: point.run, point: point.point, ...drawn };
  return { name: pointName(point), add: (script) => ({ ...script, faults: [...script.faults, fault] }) };
}

async function tryOut(
  pairs: Pairs,
  { drawn, script, progress }: { drawn: readonly [Drawn, Drawn]; script: Script; progress: Progress },
): Promise<void> {
  const faulty = drawn.reduce((all, { add }) => add(all), script);
  const { violations } = await play(faulty);
  pairs.points += 1;
  if (violations.length === 0) return;
  const [point, message] = [drawn.map(({ name }) => name).join(' and '), violations.join('; ')];
  pairs.violations.push({ point, script: faulty, message });
  progress(`violation: ${message}\n${JSON.stringify(faulty)}`);
}
