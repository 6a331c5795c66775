import { AgentError, asAgentError } from '../errors.ts';
import type { Standing } from '../stores/store.ts';
import { type ApplyDeps, end, finish, takeBack } from './apply.ts';

/**
 * Brings to rest what a dead process has left: a write that had replaced the store is finished, one that had not is dropped, and one
 * that was being taken back is taken back. A restart that is outstanding is run.
 *
 * @throws {AgentError} `take-back-failed`, `unrecovered`, or what keeps the store from being read: the journal then stays
 */
export async function recover(deps: ApplyDeps): Promise<void> {
  const { store, journal, log } = deps;
  const entry = await journal.read();
  if (!entry) await store.settle();
  else {
    const standing = await store.standing(entry.plan);
    log.warn('write-cut-off', { request: entry.id, step: entry.step, standing });
    await rest(entry, standing, deps);
  }
  await loadIfPending(deps);
}

type Entry = NonNullable<Awaited<ReturnType<ApplyDeps['journal']['read']>>>;

async function rest(entry: Entry, standing: Standing, deps: ApplyDeps): Promise<void> {
  const cutOff = new AgentError('unrecovered', 'The agent ended while it took a write back.');
  const isBack = entry.step === 'take-back';
  if (standing === 'before' && !isBack) return end(deps);
  if (standing === 'other' || standing === 'unknown') return claimNothing(entry, standing, deps);
  await (isBack ? takeBack(entry, cutOff, deps) : finish(entry, deps)).catch((error: unknown) =>
    logUnlessOpen(error, deps),
  );
}

/**
 * The store has moved, by this write or by a person's: only what the store itself shows counts, and whoever asked for the write is told
 * so. What may be this write's the process has to load.
 */
async function claimNothing({ id }: Entry, standing: Standing, deps: ApplyDeps): Promise<void> {
  const { state, store } = deps;
  if (standing === 'unknown') await state.wrote(await store.read(), undefined);
  await state.failed(id, 'unrecovered');
  await end(deps);
}

/** A write that was taken back has come to rest, too. Where the journal is still there, it has not. */
async function logUnlessOpen(error: unknown, { journal, log }: ApplyDeps): Promise<void> {
  if (await journal.read()) throw error;
  const { code, message } = asAgentError(error);
  log.warn('write-taken-back', { code, detail: message });
}

async function loadIfPending({ state, loading, store, log }: ApplyDeps): Promise<void> {
  if (!loading.isConfigured || !state.loadPending) return;
  log.info('load-outstanding', {});
  try {
    await loading.load();
    await state.loaded(await store.read());
  } catch (error) {
    const { code, message } = asAgentError(error);
    log.error('load-failed', { code, detail: message });
  }
}
