import { GRACE_HOURS } from './combinations.ts';
import { Deeds } from './deeds.ts';
import { Laboratory } from './laboratory.ts';
import { outageFaults } from './outages.ts';
import { Player } from './player.ts';
import type { TraceLine } from './process.ts';
import { hasDeed, isDeed, type Script } from './script.ts';
import { HTTP_TIMEOUT_MS } from './simulation.ts';
import { accepts, discord, documentIn, snapshot } from './snapshot.ts';
import { type RunRecord, wordFor } from './truth.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Grace, the backstop of the IAM's own, and some. */
const ALL_OVER_MS = 10 * DAY_MS;
/** The first repeat of a run, and what it needs. */
const REPEATED_MS = HOUR_MS / 4;

/** How a scene went. */
export interface Scene {
  /** At rest everywhere once the trigger and its repeats were through. */
  readonly converged: boolean;
  readonly violations: readonly string[];
  readonly trace: readonly TraceLine[];
  readonly records: readonly RunRecord[];
}

/** Plays a script from beginning to end, and judges it. */
export async function play(script: Script): Promise<Scene> {
  const laboratory = await prepare(script);
  const player = new Player(laboratory);
  const deeds = new Deeds(laboratory);
  laboratory.beforeIamWrite = () => deeds.beforeWrite();
  const { simulation, parts } = laboratory;
  deeds.openPage();
  await simulation.run(Promise.all(script.events.map((event) => perform(event, { player, deeds, laboratory }))));
  // What is still under way may yet be carried out.
  await simulation.run(simulation.wait(HTTP_TIMEOUT_MS));
  const left = discord(snapshot(parts));
  const during = [...player.records];
  const alone = script.events.length === 1 && !hasDeed(script);
  const violations = alone ? unadmitted(left, during) : [];
  simulation.calm();
  violations.push(...(await nextRun(script, { player, laboratory, left })));
  violations.push(...(await theEnd(laboratory)));
  violations.push(...player.untruths);
  if (!hasDeed(script)) violations.push(...outageFaults(script, laboratory.monitor.outages, player));
  violations.push(...laboratory.monitor.sins);
  return {
    converged: left.length === 0,
    violations: [...new Set(violations)],
    trace: simulation.trace,
    records: during,
  };
}

interface Cast {
  readonly player: Player;
  readonly laboratory: Laboratory;
}

/** The world as the script finds it. */
async function prepare(script: Script): Promise<Laboratory> {
  const { strategy, renewal, native, connectors, start, faults, turns } = script;
  const combination = { strategy, renewal, native };
  const laboratory = new Laboratory({ combination, connectors, adopted: start !== 'first-run' });
  const { simulation, monitor } = laboratory;
  const player = new Player(laboratory);
  const rotated = async (hours: number) => {
    await (native ? player.secretsManager() : player.schedule());
    await simulation.wait(hours * HOUR_MS);
  };
  if (start === 'grace' || start === 'behind') await simulation.run(rotated(1));
  if (start === 'retire-due') await simulation.run(rotated(GRACE_HOURS - 1));
  // Only a client that was rotated bears the mark by which the policy finds it.
  const marked = start === 'foreign' && strategy === 'dual-secret';
  if (start === 'restored' || marked) await simulation.run(rotated(GRACE_HOURS + 1));
  simulation.begin(faults, turns);
  monitor.forget();
  const deeds = new Deeds(laboratory);
  if (start === 'foreign') deeds.regenerate();
  if (start === 'restored' || start === 'behind') deeds.restore();
  if (start === 'expired') deeds.expire();
  monitor.look();
  return laboratory;
}

async function perform(
  event: Script['events'][number],
  { player, deeds, laboratory }: Cast & { deeds: Deeds },
): Promise<void> {
  await laboratory.simulation.wait(event.at);
  if (isDeed(event.do)) return deeds.do(event.do);
  switch (event.do) {
    case 'schedule':
      return await player.schedule();
    case 'api':
      return await player.api();
    case 'rollback':
      return await player.api({ rollback: true });
    case 'secrets-manager':
      return await player.secretsManager();
    case 'retire':
      return await player.retire();
  }
}

/** Whoever leaves something to be done says so. */
function unadmitted(left: readonly string[], records: readonly RunRecord[]): string[] {
  const last = records.at(-1);
  if (left.length === 0 || !last) return [];
  const honest = last.ending.kind !== 'returned' || ADMISSIONS.includes(wordFor(last));
  return honest ? [] : [`the last run ended as ${wordFor(last)}, but ${left.join('; ')}`];
}

const ADMISSIONS = ['interrupted', 'stored-not-applied', 'refused', 'postponed', 'done', 'retired', 'unchanged'];

/** What is left is put right by the next scheduled run; and nothing that went before keeps that from its work. */
async function nextRun(
  script: Script,
  { player, laboratory, left }: Cast & { left: readonly string[] },
): Promise<string[]> {
  if (left.length === 0 && !script.nextRun) return [];
  const { simulation, parts } = laboratory;
  await simulation.run(simulation.wait(DAY_MS));
  player.nextRunAt = simulation.now;
  await simulation.run(player.schedule());
  // A run that meets another one's traces plans its own repeat.
  await simulation.run(simulation.wait(REPEATED_MS));
  const remaining = discord(snapshot(parts));
  if (remaining.length > 0) return [`the next run did not put it right: ${remaining.join('; ')}`];
  const words = player.records.filter(({ startedAt }) => startedAt >= player.nextRunAt).map(wordFor);
  const done = words.some((word) => ['rotated', 'repaired', 'adopted'].includes(word));
  return done ? [] : [`the next run ended as ${words.join(', ') || 'nothing'}`];
}

/** After all one-time schedules: still at rest, and the old secret is dead. */
async function theEnd({ simulation, parts }: Laboratory): Promise<string[]> {
  await simulation.run(simulation.wait(ALL_OVER_MS));
  const end = snapshot(parts);
  const old = end.previous === undefined ? undefined : documentIn(parts, end.previous);
  const lives = old && old.clientSecret !== end.current?.clientSecret && accepts(parts, old);
  const left = discord(end);
  return [
    ...(left.length > 0 ? [`in the end ${left.join('; ')}`] : []),
    ...(lives ? ['the old secret never died'] : []),
  ];
}
