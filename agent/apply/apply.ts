import { secretFingerprint } from '../../functions/credential/secret/fingerprint.ts';
import type { Change } from '../engine/contract.ts';
import type { State } from '../engine/state.ts';
import { AgentError, asAgentError } from '../errors.ts';
import type { Log } from '../host/log.ts';
import type { Plan, Store, StoreReading } from '../stores/store.ts';
import type { Journal } from './journal.ts';
import type { Loading } from './loading.ts';

/** The points of a write between which a process may die. */
export const POINTS = [
  'staged',
  'journaled',
  'replaced',
  'recorded',
  'loaded',
  'noted',
  'ended',
  'taking-back',
  'taken-back',
] as const;

export type Point = (typeof POINTS)[number];

/** What a write is carried out with. */
export interface ApplyDeps {
  readonly store: Store;
  readonly state: State;
  readonly journal: Journal;
  readonly loading: Loading;
  readonly log: Log;
  /** Called at each point of a write. @default - nothing */
  readonly reach?: ((point: Point) => Promise<void> | void) | undefined;
}

/** A write. */
export interface Write {
  /** The request's id. */
  readonly id: string;
  readonly reading: StoreReading;
  readonly change: Change;
  /** Asked when the change is ready, right before the store is touched. It throws where the write may no longer begin. */
  readonly lastLook: () => Promise<void> | void;
}

/**
 * Carries a write out: make the change in memory → backup → journal → replace → read back → restart or reload → ready → read back.
 * Whatever fails after the replace is taken back.
 *
 * @throws {AgentError} with what became of the configuration
 */
export async function apply(write: Write, deps: ApplyDeps): Promise<void> {
  const { store, journal, reach } = deps;
  const { plan, commit } = await store.stage(write.reading, write.change);
  const entry = { id: write.id, plan, fingerprints: expectedOf(write.change) };
  try {
    await reach?.('staged');
    await write.lastLook();
    await journal.write({ ...entry, step: 'replace' });
    await reach?.('journaled');
    await commit();
  } catch (error) {
    await untouchedOrBack(entry, asAgentError(error), deps);
  }
  await reach?.('replaced');
  await finish(entry, deps);
}

/** A write that has begun: an entry of the journal without its step. */
export interface Begun {
  readonly id: string;
  readonly plan: Plan;
  readonly fingerprints: Readonly<Record<string, string>>;
}

/** All that follows the replace. A start repeats it for a write that was cut off. */
export async function finish(entry: Begun, deps: ApplyDeps): Promise<void> {
  const { store, state, loading, reach } = deps;
  try {
    await state.wrote(await readBack(store, entry), entry);
    await reach?.('recorded');
    await loading.load();
    await reach?.('loaded');
    const reading = await readBack(store, entry);
    if (loading.isConfigured) await state.loaded(reading);
    await reach?.('noted');
  } catch (error) {
    await takeBack(entry, asAgentError(error), deps);
  }
  await end(deps);
}

/** Ends a write: first the journal, so that a start finds no entry whose backup is gone. */
export async function end({ journal, store, reach }: ApplyDeps): Promise<void> {
  await journal.end();
  await reach?.('ended');
  await store.settle();
}

/**
 * Puts back what was there before a write, makes the process load that, and says so.
 *
 * @throws {AgentError} always: the cause, with what became of the configuration
 */
export async function takeBack(entry: Begun, cause: AgentError, deps: ApplyDeps): Promise<never> {
  const { journal, state, reach } = deps;
  await journal.write({ ...entry, step: 'take-back' });
  await reach?.('taking-back');
  const became = await putBack(entry.plan, deps);
  await reach?.('taken-back');
  await state.failed(entry.id, cause.code);
  await end(deps);
  throw new AgentError(cause.code, `${cause.message} ${became}`);
}

/** @returns what became of the configuration, as a sentence */
async function putBack(plan: Plan, { store, state, loading, log }: ApplyDeps): Promise<string> {
  const standing = await store.standing(plan);
  if (standing === 'other') return 'Somebody else has written the configuration since; it stays as it is.';
  if (standing !== 'before' && !(await store.takeBack(plan)))
    return 'It could not be put back: the configuration may hold the new secret.';
  await state.wrote(await store.read(), undefined);
  try {
    await loading.load();
    if (loading.isConfigured) await state.loaded(await store.read());
    return 'The configuration of before was put back.';
  } catch (error) {
    const { code, message } = asAgentError(error);
    log.error('load-after-take-back-failed', { code, detail: message });
    return `The configuration of before was put back, but then: ${message}`;
  }
}

async function untouchedOrBack(entry: Begun, cause: AgentError, deps: ApplyDeps): Promise<never> {
  const standing = await deps.store.standing(entry.plan).catch(() => 'unknown' as const);
  const untouched =
    standing === 'before' || cause.code === 'configuration-changed' || (await deps.journal.read()) === undefined;
  if (!untouched) return takeBack(entry, cause, deps);
  await end(deps);
  throw cause;
}

async function readBack(store: Store, { fingerprints }: Begun): Promise<StoreReading> {
  const reading = await store.read();
  for (const [place, expected] of Object.entries(fingerprints)) {
    const seen = reading.configuration.sections.get(place)?.clientSecretFingerprint;
    if (seen === undefined && reading.configuration.sections.has(place)) continue;
    if (seen !== expected) throw new AgentError('read-back-differs', `After the write ${place} holds something else.`);
  }
  return reading;
}

function expectedOf(change: Change): Record<string, string> {
  return Object.fromEntries([...change].map(([place, { clientSecret }]) => [place, secretFingerprint(clientSecret)]));
}
