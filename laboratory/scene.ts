import { isTroubled } from './agents/script.ts';
import { isCall, requestOf } from './calls.ts';
import { Climate } from './climate.ts';
import { byHand, GRACE_HOURS } from './combinations.ts';
import { Deeds } from './deeds.ts';
import type { Laboratory } from './laboratory.ts';
import { outageFaults } from './outages.ts';
import { TIMING } from './parts.ts';
import type { Played } from './played.ts';
import { Player } from './player.ts';
import { prepare } from './prepare.ts';
import type { TraceLine } from './process.ts';
import { hasDeed, isDeed, type Script } from './script.ts';
import { HTTP_TIMEOUT_MS } from './simulation.ts';
import { accepts, discord, documentIn, snapshot } from './snapshot.ts';
import { type RunRecord, stoodDown, wordFor } from './truth.ts';
import { AT_REST_AFTER_MS, restFaults, verdict } from './verdict.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Grace, the backstop of the IAM's own, and some. */
const ALL_OVER_MS = 10 * DAY_MS;
const GRACE_OVER_MS = (GRACE_HOURS + 2) * HOUR_MS;
/** The first repeat of a run, and what it needs. */
const REPEATED_MS = 15 * 60_000;

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
  try {
    return await playIn(laboratory, script);
  } finally {
    await laboratory.end();
  }
}

async function playIn(laboratory: Laboratory, script: Script): Promise<Scene> {
  const player = new Player(laboratory, { judgesReports: script.judge.includes('reports') });
  const deeds = new Deeds(laboratory);
  laboratory.beforeIamWrite = () => deeds.beforeWrite();
  laboratory.distort = (connector) => deeds.enterWrong(connector);
  const { simulation } = laboratory;
  const climate = new Climate(script, simulation.now);
  simulation.setWeather(climate.weather);
  deeds.openPage();
  await simulation.run(
    Promise.all(script.events.map((event) => perform(event, { script, player, deeds, laboratory }))),
  );
  // What is still under way may yet be carried out.
  const over = Math.max(climate.endsAt, laboratory.agent?.silentUntil ?? 0);
  await simulation.run(simulation.wait(Math.max(HTTP_TIMEOUT_MS, over - simulation.now)));
  const left = leftOf(laboratory);
  const during = [...player.records];
  const alone = script.events.length === 1 && !hasDeed(script);
  const violations = alone ? unadmitted(left, during) : [];
  laboratory.calm();
  deeds.enable();
  const played = { laboratory, player, climate };
  if (script.judge.includes('rest')) violations.push(...(await inTheCalm(played)));
  // What no run has seen yet is the next run's.
  await leftToPeople(script, { player, laboratory });
  violations.push(...(await nextRun(script, { player, laboratory, left })));
  violations.push(...(await leftToPeople(script, { player, laboratory })));
  violations.push(...(await theEnd(script, { player, laboratory })));
  violations.push(...player.untruths);
  if (!hasDeed(script) && !isHarsh(script))
    violations.push(...outageFaults(script, laboratory.monitor.outages, player));
  violations.push(...verdict(played, script.judge));
  violations.push(...laboratory.monitor.sins);
  violations.push(...laboratory.bus.faults);
  return {
    converged: left.length === 0,
    violations: [...new Set(violations)].filter((violation) => !isUnfenced(script, violation)),
    trace: simulation.trace,
    records: during,
  };
}

/** What remains: where a clock is wrong by more than a lease, no wait holds, and two runs can meet. */
function isUnfenced({ clocks }: Script, violation: string): boolean {
  const wrong = clocks.some((ahead) => Math.abs(ahead) > TIMING.leaseMs - HTTP_TIMEOUT_MS);
  return wrong && UNFENCED.test(violation);
}

const UNFENCED = new RegExp(
  [
    String.raw`^the IAM (was given|holds #\w+, which)`,
    '^a connector took',
    'lost a secret that worked by iam P(U|OS)T',
    '^requests of',
    // The run takes for its own work what another one has made current a moment before, and ends the secret before that.
    '^a run reported rotated and that the previous secret was ended, but it is accepted',
  ].join('|'),
);

/** Where dependencies are away or slow for long, outages are judged by when these answer again. */
function isHarsh({ weather, latency, quota, stale, setup, agent }: Script): boolean {
  return (
    isTroubled(agent) ||
    weather.length > 0 ||
    latency.length > 0 ||
    quota > 0 ||
    stale !== undefined ||
    setup.policy !== undefined
  );
}

function leftOf({ parts, second }: Laboratory): string[] {
  return [parts, ...(second ? [second.parts] : [])].flatMap((one) => discord(snapshot(one)));
}

async function inTheCalm(played: Played): Promise<string[]> {
  const { simulation } = played.laboratory;
  await simulation.run(simulation.wait(AT_REST_AFTER_MS));
  return restFaults(played);
}

interface Cast {
  readonly player: Player;
  readonly laboratory: Laboratory;
}

async function perform(
  event: Script['events'][number],
  { script, player, deeds, laboratory }: Cast & { script: Script; deeds: Deeds },
): Promise<void> {
  await laboratory.simulation.wait(event.at);
  if (isDeed(event.do)) return deeds.do(event.do);
  if (isCall(event.do)) return await player.api(requestOf(event.do, script));
  switch (event.do) {
    case 'schedule':
      return await player.schedule();
    case 'secrets-manager':
      return await player.secretsManager();
    case 'retire':
      return await player.retire();
    case 'second':
      return await player.second();
  }
}

/** Whoever leaves something to be done says so. */
function unadmitted(left: readonly string[], records: readonly RunRecord[]): string[] {
  const last = records.at(-1);
  if (left.length === 0 || !last) return [];
  const honest = last.ending.kind !== 'returned' || last.asked.leaveBehind || ADMISSIONS.includes(wordFor(last));
  return honest ? [] : [`the last run ended as ${wordFor(last)}, but ${left.join('; ')}`];
}

const ADMISSIONS = ['interrupted', 'stored-not-applied', 'refused', 'postponed', 'done', 'retired', 'unchanged'];

/** What is left once people have done everything that they are asked to do. */
async function leftToPeople(script: Script, { player, laboratory }: Cast): Promise<string[]> {
  if (!byHand(script)) return [];
  const left = await laboratory.person.doAll(player);
  return left.length > 0 && !isDisabled(script)
    ? [`after people did all that they were asked to: ${left.join('; ')}`]
    : [];
}

/** What is left is put right by the next scheduled run; and nothing that went before keeps that from its work. */
async function nextRun(
  script: Script,
  { player, laboratory, left }: Cast & { left: readonly string[] },
): Promise<string[]> {
  if (left.length === 0 && !script.nextRun && !(byHand(script) && hasDeed(script))) return [];
  const { simulation } = laboratory;
  // The schedule is daily: where the calm was waited for, it is due.
  if (!script.judge.includes('rest')) await simulation.run(simulation.wait(DAY_MS));
  player.nextRunAt = simulation.now;
  await simulation.run(isUnattended(script) ? player.api({ attended: true }) : player.schedule());
  // A run that meets another one's traces plans its own repeat.
  await simulation.run(simulation.wait(REPEATED_MS));
  const last = player.records.findLast(({ name }) => name.startsWith('rotate'));
  if (last?.goesOn && stoodDown(last)) await simulation.run(simulation.wait(HOUR_MS));
  if (laboratory.second) await simulation.run(player.second());
  const remaining = leftOf(laboratory);
  // Nothing is adopted in a freeze.
  if (script.setup.freeze && remaining[0] === 'no document is current') return [];
  // Nor is anything done about one that a person has disabled.
  if (remaining.length > 0 && isDisabled(script)) return [];
  if (remaining.length > 0) return [`the next run did not put it right: ${remaining.join('; ')}`];
  const own = laboratory.credential.id;
  const words = player.records
    .filter(({ name, credential }) => name.startsWith('rotate') && credential === own)
    .filter(({ startedAt }) => startedAt >= player.nextRunAt)
    .map(wordFor);
  if (script.setup.freeze && words.some((word) => ['unchanged', 'frozen'].includes(word))) return [];
  // What an older word had left to be entered is entered first.
  if (script.desk && snapshot(laboratory.parts).asked?.tasks.some(({ kind }) => kind === 'enter-secret')) return [];
  // A client that a person has disabled is not renewed.
  if (words.at(-1) === 'refused' && isDisabled(script)) return [];
  // A strategy that is named, and that a person has made impossible, is refused for good.
  if ((script.setup.named || script.desk) && script.events.some((event) => event.do === 'remove-policy')) return [];
  const ends = ['rotated', 'repaired', 'adopted', ...(script.renewal === 'by-person' ? ['awaiting-person'] : [])];
  const done = words.some((word) => ends.includes(word));
  return done ? [] : [`the next run ended as ${words.join(', ') || 'nothing'}`];
}

/** A rotation in place into the desk needs somebody who is at hand. */
function isUnattended({ strategy, desk }: Script): boolean {
  return desk && strategy === 'in-place';
}

/** A person has disabled the client in use. */
function isDisabled({ events }: Script): boolean {
  return events.some((event) => event.do === 'disable');
}

/** A retire that could neither be carried out nor be planned again, as whoever delivered it was told. */
function isLost(record: RunRecord): boolean {
  const threw = record.ending.kind === 'threw' && wordFor(record).startsWith('schedule-');
  return record.name === 'retire' && threw && !record.repeated;
}

/** After all one-time schedules: still at rest, and the old secret is dead. */
async function theEnd(script: Script, { player, laboratory }: Cast): Promise<string[]> {
  const { setup, strategy } = script;
  const { simulation, parts } = laboratory;
  // Once a grace is over, the secret of the former client is asked to be ended.
  if (byHand(script)) await simulation.run(simulation.wait(GRACE_OVER_MS));
  await leftToPeople(script, { player, laboratory });
  await simulation.run(simulation.wait(setup.grace === 'P14D' ? ALL_OVER_MS + 14 * DAY_MS : ALL_OVER_MS));
  const undone = await leftToPeople(script, { player, laboratory });
  const end = snapshot(parts);
  const old = end.previous === undefined ? undefined : documentIn(parts, end.previous);
  // In a freeze nothing renews what a page that was saved late has brought back.
  const revived = setup.freeze !== undefined && simulation.deeds.some(({ what }) => what === 'stale-save');
  // Where the scheduler was away for all tries of a retire, the next rotation renews the former of two clients: the dead-letter queue
  // tells people of it, and nothing else can.
  const renewed = ({ credential, endedAt }: RunRecord) =>
    player.records
      .filter((record) => record.credential === credential && record.startedAt >= endedAt)
      .some((record) => ['rotated', 'repaired'].includes(wordFor(record)));
  const isLostForNow = (record: RunRecord) => isLost(record) && !renewed(record);
  // What is refused since the client was switched off is taken for ended, where only token requests tell.
  const isBlind =
    script.renewal === 'by-person' &&
    (setup.policy !== undefined || script.events.some((event) => event.do.startsWith('disable')));
  const lost = (strategy === 'alternating-clients' && player.records.some(isLostForNow)) || isBlind;
  const lives = !revived && !lost && old && old.clientSecret !== end.current?.clientSecret && accepts(parts, old);
  const left = leftOf(laboratory);
  if (setup.freeze && !end.current) return [];
  return [
    ...undone,
    ...(left.length > 0 ? [`in the end ${left.join('; ')}`] : []),
    ...(lives ? ['the old secret never died'] : []),
  ];
}
