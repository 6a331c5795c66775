import fc from 'fast-check';
import type { Dimension } from './dimensions.ts';
import { anyScript } from './property.ts';
import { play } from './scene.ts';
import { Script } from './script.ts';
import type { Only, Progress } from './singles.ts';

/** A kind of violation: how often it was met, and the smallest scene that was found for it. */
export interface Kind {
  readonly kind: string;
  count: number;
  script: Script;
}

/** How many smaller scenes are tried for each kind. */
const MAX_TRIES = 120;

/**
 * Plays random scenes to the end, whatever they break, and sorts what was broken by its kind.
 *
 * @returns the most frequent kind first
 */
export async function playTally({
  runs,
  seed,
  only,
  dimensions,
  progress,
}: {
  runs: number;
  seed: number;
  only: Only;
  dimensions: readonly Dimension[];
  progress: Progress;
}): Promise<Kind[]> {
  const kinds = new Map<string, Kind>();
  progress(`tally: ${runs} runs, seed ${seed}`);
  for (const [played, script] of fc.sample(anyScript(only, dimensions), { numRuns: runs, seed }).entries()) {
    if (played > 0 && played % 100 === 0) progress(`scenes played: ${played}`);
    for (const kind of await kindsIn(script)) {
      const known = kinds.get(kind);
      if (!known) {
        kinds.set(kind, { kind, count: 1, script });
        progress(`${kind}\n  ${JSON.stringify(brief(script))}`);
      } else {
        known.count += 1;
        if (sizeOf(script) < sizeOf(known.script)) known.script = script;
      }
    }
  }
  for (const kind of kinds.values()) kind.script = await smallest(kind);
  return [...kinds.values()].sort((one, other) => other.count - one.count);
}

async function kindsIn(script: Script): Promise<Set<string>> {
  const violations = await play(script).then(
    (scene) => scene.violations,
    (error: unknown) => [`the laboratory failed: ${String(error)}`],
  );
  return new Set(violations.map(kindOf));
}

/** A violation without what differs from scene to scene. */
function kindOf(violation: string): string {
  return violation
    .replace(/#\w{4}/g, '#')
    .replace(/ifs-\d( (designTime|runtime|machineUsers\.\w+))?/g, 'ifs')
    .replace(/uuid-\d+/g, 'uuid')
    .replace(/[\da-f]{8}-[\da-f-]{27} \S+/g, 'version')
    .replace(/\(run \d+\)/g, '(run)')
    .replace(/(what ifs holds is refused(; )?|ifs holds #(; )?)+/g, 'what ifs holds is wrong; ')
    .slice(0, 160);
}

async function smallest({ kind, script }: Kind): Promise<Script> {
  let best = script;
  for (let tries = 0, smaller = true; smaller && tries < MAX_TRIES; ) {
    smaller = false;
    for (const candidate of smallerThan(best)) {
      if (++tries > MAX_TRIES) break;
      if (!(await kindsIn(candidate)).has(kind)) continue;
      best = candidate;
      smaller = true;
      break;
    }
  }
  return best;
}

/** Lists of a script: each of them without one element, or without any. */
const LISTS = ['turns', 'faults', 'latency', 'weather', 'clocks', 'events'] as const;

function* smallerThan(script: Script): Generator<Script> {
  const plain = Script.parse({
    strategy: script.strategy,
    renewal: script.renewal,
    desk: script.desk,
    line: script.line,
    events: script.events,
  });
  for (const key of LISTS) {
    if (key !== 'events' && script[key].length > 0) yield { ...script, [key]: [] };
  }
  for (const key of [
    'connectors',
    'agent',
    'setup',
    'start',
    'lag',
    'stale',
    'quota',
    'versions',
    'sharedIds',
    'nextRun',
  ] as const) {
    if (JSON.stringify(script[key]) !== JSON.stringify(plain[key])) yield { ...script, [key]: plain[key] };
  }
  for (const key of LISTS) {
    if (key === 'turns' || script[key].length < 2) continue;
    for (let i = 0; i < script[key].length; i++) yield { ...script, [key]: (script[key] as object[]).toSpliced(i, 1) };
  }
  if (script.judge.length > 1) for (const judge of script.judge) yield { ...script, judge: [judge] };
  if (script.turns.length > 1) yield { ...script, turns: script.turns.slice(0, script.turns.length / 2) };
}

function sizeOf(script: Script): number {
  return JSON.stringify(script).length;
}

/** Every kind for a terminal, with its scene. */
export function tallyText(runs: number, kinds: readonly Kind[]): string {
  const lines = kinds.map(
    ({ kind, count, script }) => `${String(count).padStart(6)}  ${kind}\n        ${JSON.stringify(brief(script))}`,
  );
  return [`${runs} scenes, ${kinds.length} kinds of violation`, ...lines].join('\n');
}

/** Without what is as usual. */
function brief(script: Script): object {
  const plain: Script = Script.parse({ strategy: script.strategy, renewal: script.renewal, events: [] });
  const needed = ['strategy', 'renewal', 'events', 'judge'];
  return Object.fromEntries(
    Object.entries(script).filter(
      ([key, value]) => needed.includes(key) || JSON.stringify(value) !== JSON.stringify(plain[key as keyof Script]),
    ),
  );
}
