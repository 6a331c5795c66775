import { durationMs } from '../functions/credential/duration.ts';
import type { Credential } from '../functions/credential/settings/credential.ts';
import { lateFalsehoods } from './claims.ts';
import type { Judgement } from './dimensions.ts';
import type { Laboratory } from './laboratory.ts';
import { freezeFaults, neglectFaults, repeatFaults } from './neglect.ts';
import { ownOutageFaults } from './own-outages.ts';
import { REALM } from './parts.ts';
import { nobodyCould, type Played } from './played.ts';
import {
  accepts,
  changedAt,
  discord,
  documentIn,
  inboxIn,
  isStored,
  type Parts,
  type Snapshot,
  snapshot,
} from './snapshot.ts';
import { type RunRecord, wordFor } from './truth.ts';

const HOUR_MS = 3_600_000;
/** Everything that heals by itself has healed by then. */
export const AT_REST_AFTER_MS = 26 * HOUR_MS;

/** What a scene did that it must not, by the judgements that were asked for. */
export function verdict(played: Played, judge: readonly Judgement[]): string[] {
  const { laboratory, player } = played;
  return [
    ...(judge.includes('outages') ? outageFaults(played) : []),
    ...freezeFaults(played),
    ...player.records.flatMap((record) => crowdFaults(played, record)),
    ...repeatFaults(played),
    ...(judge.includes('deaths') ? player.records.flatMap(deathFaults) : []),
    ...(judge.includes('next-runs') ? player.records.flatMap((record) => nextRunFaults(laboratory, record)) : []),
    ...(judge.includes('reports') ? lateFalsehoods(player.records) : []),
  ];
}

function outageFaults(played: Played): string[] {
  const { laboratory } = played;
  return [laboratory, ...(laboratory.second ? [laboratory.second] : [])].flatMap(({ credential, monitor }) => [
    ...ownOutageFaults(played, monitor.outages),
    ...neglectFaults(played, credential.id, monitor.outages),
  ]);
}

/** A run ends by itself, whatever its dependencies do, once it or another one has changed the IAM. */
function deathFaults({ timedOut, conduct, before, after, process, name }: RunRecord): string[] {
  if (!timedOut || discord(after).length === 0) return [];
  const write = conduct.sent.find((request) => /^iam (PUT .* secret|POST|DELETE)/.test(request));
  const who = `${name} (run ${process + 1}) was ended by its time-out`;
  if (write) return [`${who} between ${write} and the end of what that began`];
  return before.pending === undefined ? [] : [`${who} while it resumed what another run had begun`];
}

/** Others who write the same configuration for less than a second are outlasted, wherever every request is answered, and soon. */
function crowdFaults({ laboratory: { simulation }, climate }: Played, { ending, name, process }: RunRecord): string[] {
  const rotation = ending.kind === 'returned' ? ending.value : undefined;
  const code = rotation && 'failure' in rotation ? rotation.failure?.code : undefined;
  const isTroubled = simulation.troubles.some((one) => one.process === process);
  if (code !== 'connector-conflict' || isTroubled || climate.isSlow) return [];
  return [`${name} (run ${process + 1}) gave up because others wrote the same configuration`];
}

const DONE = ['rotated', 'adopted', 'repaired', 'unchanged', 'retired', 'done', 'died'];
/** Whoever called is told when to call again, or that what was asked for can't be had. */
const TOLD = ['rotation-in-progress', 'too-soon', 'frozen', 'not-available'];

/** Whatever a run leaves to be done is planned, or whoever called is told. */
function nextRunFaults({ simulation }: Laboratory, record: RunRecord): string[] {
  const word = wordFor(record);
  const { name, process, goesOn, repeated, ending } = record;
  const isNative = !name.startsWith('rotate') && name !== 'retire';
  if (goesOn || repeated || (isNative ? !leavesSomething(record) : DONE.includes(word) || TOLD.includes(word)))
    return [];
  // A person was asked, and reminded as often as may be; the schedule looks again.
  if (word === 'awaiting-person' && record.after.asked?.submit) return [];
  // Nobody can plan anything while the scheduler is away.
  if (simulation.troubles.some((one) => one.process === process && one.name.startsWith('scheduler'))) return [];
  const refusedRollback = record.asked.rollback && ending.kind === 'returned' && word === 'refused';
  return refusedRollback ? [] : [`${name} ended as ${word}, and nothing is planned`];
}

/** Secrets Manager's last step is done, and a connector does not have the new secret. */
function leavesSomething({ name, after, undisturbed, ending }: RunRecord): boolean {
  const isPromoted = after.current !== undefined && after.pending === after.current.id;
  return name === 'finishSecret' && ending.kind === 'returned' && undisturbed && isPromoted;
}

/** What is still not at rest, although repeats alone should have healed it; and what should have ended by then. */
export function restFaults({ laboratory, player }: Played): string[] {
  const { parts, credential, second } = laboratory;
  const subjects = [{ parts, credential }, ...(second ? [second] : [])];
  return subjects.flatMap((subject) => {
    const records = player.records.filter((record) => record.credential === subject.credential.id);
    return restFaultsOf(subject, { records, laboratory });
  });
}

interface Subject {
  readonly parts: Parts;
  readonly credential: Credential;
}

function restFaultsOf(
  { parts, credential }: Subject,
  { records, laboratory }: { records: readonly RunRecord[]; laboratory: Laboratory },
): string[] {
  const { simulation } = laboratory;
  const seen = snapshot(parts);
  const left = discord(seen);
  // While the scheduler is away, what it fires is lost: the IAM's own end of the secret is left.
  const lostEvents = simulation.troubles.some(({ name }) => name.startsWith('scheduler'));
  if (lostEvents) return [];
  // A page that is saved late brings back what it was opened with.
  const revived = simulation.deeds.some(({ what }) => what.includes('stale'));
  const wasDisabled = simulation.deeds.some(({ what }) => /^disable|remove-policy/.test(what));
  if (left.length === 0) return revived ? [] : outlived({ parts, credential }, laboratory, wasDisabled);
  const isFirstRun = seen.current === undefined && credential.freezes.length > 0;
  // A retire that waits for the desk sees whether anybody is asked to fill it in.
  const isSeen = records.some(({ name, startedAt }) => name === 'retire' && startedAt > simulation.lastDisturbance);
  const isForgotten = isSeen && left.some((text) => text.startsWith('nobody was asked'));
  if (isFirstRun || isKeptBack(parts, seen) || (nobodyCould(records, simulation.lastDisturbance) && !isForgotten))
    return [];
  return [`still not at rest ${AT_REST_AFTER_MS / HOUR_MS} hours after the last trouble: ${left.join('; ')}`];
}

/** Whether an IAM that nobody can read holds what a person has refreshed and not submitted: it may end what works at any moment. */
function isKeptBack(parts: Parts, { current, iam, asked }: Snapshot): boolean {
  const clientSecret = iam[current?.clientId ?? '']?.secret;
  if (!current || clientSecret === undefined || asked?.readsIam !== false) return false;
  return !isStored(parts, { clientId: current.clientId, clientSecret }) && !inboxIn(parts)?.includes(clientSecret);
}

/** A previous secret that is accepted although its grace is long over, and no connector uses it. */
function outlived({ parts, credential }: Subject, { simulation, person }: Laboratory, wasDisabled: boolean): string[] {
  const { previous, current, asked, sections } = snapshot(parts);
  const hasPolicy = parts.iam.realm(REALM).policies.policies.length > 0;
  const isBlind = asked?.readsIam === false && (wasDisabled || hasPolicy);
  if (isBlind || asked?.tasks.some(({ kind }) => kind !== 'submit-secret')) return [];
  const old = previous === undefined ? undefined : documentIn(parts, previous);
  const since = simulation.now - changedAt(parts) - durationMs(credential.grace);
  // Of a current secret that is refused a person is asked for another one: until then the previous one is all that works.
  const isUsed = sections.some(({ clientSecret }) => clientSecret === old?.clientSecret);
  // Whoever has said that the desk was filled in with it keeps a retire waiting, until asked anew.
  const isOld = old && old.clientSecret !== current?.clientSecret && !isUsed && !person.hasClaimed(old.clientSecret);
  const lives = isOld && since > 2 * HOUR_MS && accepts(parts, old);
  return lives ? ['the old secret is still accepted hours after its grace'] : [];
}
