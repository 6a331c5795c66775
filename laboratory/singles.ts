import { COMBINATIONS, type Combination, NATIVE, nameOf, overlaps, TRIGGERS, type Trigger } from './combinations.ts';
import { type Dimension, NEW_DIMENSIONS } from './dimensions.ts';
import { actionOf, type Category, isPossible, type PlannedFault, type Variant } from './faults.ts';
import { openingsByHand } from './openings-by-hand.ts';
import { play, type Scene } from './scene.ts';
import { Script } from './script.ts';

/** A scene that broke a promise, and how to see it again. */
export interface Violation {
  readonly point: string;
  readonly script: Script;
  readonly message: string;
}

/** One line of the matrix. */
export interface Line {
  readonly strategy: Combination['strategy'];
  readonly renewal: Combination['renewal'];
  readonly desk: boolean;
  /** Whether the connector is reached by an agent. */
  readonly agent: boolean;
  readonly trigger: Trigger;
  readonly fault: Category;
  points: number;
  converged: number;
  readonly violations: Violation[];
}

/** Which part of everything is wanted. */
export type Only = Readonly<
  Partial<Record<'strategy' | 'renewal' | 'desk' | 'agent' | 'trigger' | 'fault' | 'start', string>>
>;

/** A scene without faults, from which the points are read. */
export interface Opening {
  readonly script: Script;
  readonly trigger: Trigger;
}

/**
 * Every way in which a scene can begin.
 *
 * @param dimensions with `doors` also those in which a person has a part, with `line` also those with an agent
 */
export function openings(only: Only, dimensions: readonly Dimension[] = NEW_DIMENSIONS): Opening[] {
  const manual = dimensions.includes('doors') ? openingsByHand() : [];
  const byAgent = dimensions.includes('line') ? openingsOf(COMBINATIONS.map((one) => ({ ...one, line: 1 }))) : [];
  return [...openingsOf([...COMBINATIONS, ...NATIVE]), ...manual, ...byAgent].filter(({ script, trigger }) =>
    wanted({ ...script, agent: script.line > 0, trigger }, only),
  );
}

function openingsOf(combinations: readonly Combination[]): Opening[] {
  return combinations.flatMap((combination) =>
    TRIGGERS.filter((trigger) => (trigger === 'secrets-manager') === combination.native)
      // A caller's run differs from the schedule's by its repeats alone.
      .filter((trigger) => trigger !== 'api' || !combination.line)
      .filter((trigger) => trigger !== 'attended')
      .filter((trigger) => trigger !== 'retire' || overlaps(combination))
      .flatMap((trigger) =>
        startsOf(combination, trigger).map((start) => ({
          trigger,
          script: Script.parse({ ...combination, start, events: [{ at: 0, do: trigger }] }),
        })),
      ),
  );
}

function startsOf(combination: Combination, trigger: Trigger): Script['start'][] {
  if (trigger === 'retire') return ['retire-due'];
  // Where an IAM makes the secrets, a rollback is refused whatever there is.
  if (trigger === 'rollback' && combination.renewal !== 'set') return ['grace'];
  const isAboutPrevious = trigger === 'rollback' || trigger === 'revoke';
  const grace: Script['start'][] = overlaps(combination) || isAboutPrevious ? ['grace', 'behind'] : [];
  const found: Script['start'][] = trigger === 'schedule' || isAboutPrevious ? ['foreign', 'restored', 'expired'] : [];
  const first: Script['start'][] = trigger === 'rollback' ? [] : ['first-run'];
  return ['rest', ...grace, ...(combination.native ? [] : [...first, ...found])];
}

function wanted(values: Readonly<Record<string, unknown>>, only: Only): boolean {
  return Object.entries(only).every(([key, value]) => !(key in values) || String(values[key]) === value);
}

/** A point of a scene: a request of one of its runs. */
export interface Point {
  readonly run: number;
  readonly point: number;
  readonly name: string;
  /** Milliseconds from the beginning of the scene. */
  readonly at: number;
}

/** The points of a scene that has been played, up to where nothing goes wrong any more. */
export function pointsOf({ trace }: Scene): Point[] {
  const end = trace.findIndex(({ process, text }) => process === -1 && text.startsWith('from here on'));
  return trace
    .slice(0, end === -1 ? undefined : end)
    .filter(({ point }) => point > 0)
    .map(({ at, process, point, text }) => ({ at, run: process, point, name: text.replace(/ (\(\d+ ms\)|⟵).*/, '') }));
}

/** Every fault that a point can meet. */
function faultsAt(point: Point, variants: readonly Variant[]): PlannedFault[] {
  const { run, point: number, name } = point;
  return variants.filter(({ fault }) => isPossible(fault, name)).map((variant) => ({ run, point: number, ...variant }));
}

/** What is told while it goes on. */
export type Progress = (text: string) => void;

/** Every single fault at every point. */
export async function playSingles({
  variants,
  only,
  dimensions = NEW_DIMENSIONS,
  progress,
}: {
  variants: readonly Variant[];
  only: Only;
  dimensions?: readonly Dimension[];
  progress: Progress;
}): Promise<Line[]> {
  const lines = new Map<string, Line>();
  for (const { script, trigger } of openings(only, dimensions)) {
    const clean = await play(script);
    const { strategy, renewal, desk, start } = script;
    const agent = script.line > 0;
    progress(`${nameOf(script)}, ${trigger}, ${start}: ${pointsOf(clean).length} points`);
    if (!clean.converged || clean.violations.length > 0) {
      const line = lineFor(lines, { strategy, renewal, desk, agent, trigger, fault: 'dies-before' });
      line.violations.push({ point: 'without a fault', script, message: clean.violations.join('; ') || 'not at rest' });
    }
    for (const point of pointsOf(clean)) {
      for (const fault of faultsAt(point, variants)) {
        const { category } = actionOf(fault.fault);
        if (only.fault !== undefined && only.fault !== category) continue;
        const line = lineFor(lines, { strategy, renewal, desk, agent, trigger, fault: category });
        await tryOut(line, { name: pointName(point), script: { ...script, faults: [fault] }, progress });
      }
    }
  }
  return [...lines.values()];
}

/** Plays a scene for a line of the matrix. What it breaks is told at once: all that comes after it takes an hour. */
export async function tryOut(
  line: Line,
  { name, script, progress }: { name: string; script: Script; progress: Progress },
): Promise<void> {
  const { converged, violations } = await play(script);
  line.points += 1;
  if (converged) line.converged += 1;
  if (violations.length === 0) return;
  const message = violations.join('; ');
  line.violations.push({ point: name, script, message });
  progress(`violation: ${message}\n${JSON.stringify(script)}`);
}

/** A point, for people. */
export function pointName({ run, point, name }: Point): string {
  return `${run + 1}.${point} ${name}`;
}

const KEYS = ['strategy', 'renewal', 'desk', 'agent', 'trigger', 'fault'] as const;

/** The matrix's line of that key. */
export function lineFor(
  lines: Map<string, Line>,
  { strategy, renewal, desk, agent, trigger, fault }: Pick<Line, (typeof KEYS)[number]>,
): Line {
  const key = { strategy, renewal, desk, agent, trigger, fault };
  const text = Object.values(key).join(' ');
  const line = lines.get(text) ?? { ...key, points: 0, converged: 0, violations: [] };
  lines.set(text, line);
  return line;
}
