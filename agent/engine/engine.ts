import { type ApplyDeps, apply } from '../apply/apply.ts';
import { recover } from '../apply/recover.ts';
import { AgentError } from '../errors.ts';
import type { StoreReading } from '../stores/store.ts';
import { type Change, type ConfigurationView, type StoredConfiguration, viewOf } from './contract.ts';
import { demandOurs } from './ours.ts';
import { createSerial } from './serial.ts';

/** A configuration as it is answered. */
export interface Answer {
  readonly etag: string;
  readonly body: ConfigurationView;
}

/** What a write needs. */
interface WriteRequest {
  /** The request's id. */
  readonly id: string;
  /** The ETag as it was received, or several, or `*`. */
  readonly ifMatch: string;
  /** What is to be written, of what is there. */
  readonly change: (configuration: StoredConfiguration) => Promise<Change> | Change;
  /** Asked right before the store is touched; throws where the write may no longer begin. */
  readonly lastLook?: () => void;
}

/** One configuration of a connector: the contract's `GET` and `PATCH`, whatever line they come over. All methods throw AgentError. */
export interface Engine {
  /** Brings to rest what an earlier process has left. Called once, before everything else. */
  start(): Promise<void>;
  read(): Promise<Answer>;
  /** Everything but the commit: what would refuse a write is found out. */
  prepare(ifMatch: string): Promise<Answer>;
  write(request: WriteRequest): Promise<Answer>;
}

/** What an engine is made of. */
export interface EngineDeps extends ApplyDeps {
  /** The two clients of a credential that alternates. */
  readonly clientIds: readonly string[];
  /** Asks for a token with what is about to be written. @default - not asked */
  readonly checkToken?: ((change: Change) => Promise<void>) | undefined;
}

/** Builds the engine of one configuration. Its work is done one piece at a time. */
export function createEngine(deps: EngineDeps): Engine {
  const { store, state, loading, clientIds, checkToken } = deps;
  const serial = createSerial();
  const answer = async (reading: StoreReading): Promise<Answer> => {
    const etag = await state.observe(reading);
    const proof =
      loading.isHot || (loading.isConfigured && !state.loadPending && state.isOwnWrite(reading)) ? 'loaded' : 'written';
    return { etag, body: viewOf(reading.configuration, state.fingerprintsOf(reading), proof) };
  };
  const readAt = async (ifMatch: string): Promise<StoreReading> => {
    const reading = await store.read();
    if (matches(ifMatch, await state.observe(reading))) return reading;
    throw new AgentError('configuration-changed', 'The ETag is not the present one. Nothing was changed.');
  };
  const write = async ({ id, ifMatch, change: choose, lastLook }: WriteRequest): Promise<Answer> => {
    await demandAtRest(deps);
    // The queue brings a request again of which a dead process has not said what became of it. Others may have written since.
    const known = state.outcomeOf(id);
    if (known?.failed) throw new AgentError(known.failed, 'The request has been carried out before, and has failed.');
    if (known) return answer(await store.read());
    const reading = await readAt(ifMatch);
    const change = await choose(reading.configuration);
    demandOurs(reading.configuration, change, clientIds);
    await checkToken?.(change);
    await apply({ id, reading, change, lastLook: lastLook ?? (() => {}) }, deps);
    return answer(await store.read());
  };

  return {
    start: () => serial(() => recover(deps)),
    read: () => serial(async () => answer(await store.read())),
    prepare: (ifMatch) =>
      serial(async () => {
        await demandAtRest(deps);
        const reading = await readAt(ifMatch);
        await store.prepare();
        await loading.check();
        return answer(reading);
      }),
    write: (request) => serial(() => write(request)),
  };
}

/** A journal that is still there belongs to a write that could not be taken back: it is tried again before a new one begins. */
async function demandAtRest(deps: EngineDeps): Promise<void> {
  if (await deps.journal.read()) await recover(deps);
}

/** The strong comparison of RFC 9110 §13.1.1: a weak tag never matches. */
function matches(ifMatch: string, etag: string): boolean {
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  return tags.includes('*') || tags.includes(etag);
}
