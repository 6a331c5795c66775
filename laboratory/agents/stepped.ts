import type { Journal } from '../../agent/apply/journal.ts';
import type { State } from '../../agent/engine/state.ts';
import type { Store } from '../../agent/stores/store.ts';
import type { Life } from './life.ts';
import type { Ears } from './program.ts';

interface About {
  readonly life: Life;
  /** The configuration's name. */
  readonly name: string;
  readonly ears: Ears;
}

/** A store of which each call is a step. */
export function steppedStore(store: Store, { life, name, ears }: About): Store {
  const step = <T>(what: string, perform: () => Promise<T>) => life.step(`${what} ${name}`, perform);
  return {
    read: () =>
      step('read', async () => {
        const reading = await store.read();
        ears.wasRead(name);
        return reading;
      }),
    prepare: () => step('prepare', () => store.prepare()),
    stage: async (reading, change) => {
      const { plan, commit } = await step('stage', () => store.stage(reading, change));
      const replace = async () => {
        await commit();
        ears.replaced(name, false);
      };
      return { plan, commit: () => step('replace', replace) };
    },
    standing: (plan) => step('standing', () => store.standing(plan)),
    takeBack: (plan) =>
      step('take back', async () => {
        const isDone = await store.takeBack(plan);
        ears.replaced(name, true);
        return isDone;
      }),
    settle: () => step('settle', () => store.settle()),
  };
}

/** A state of which each change is a step. */
export function steppedState(state: State, { life, name, ears }: About): State {
  return {
    get loadPending() {
      return state.loadPending;
    },
    isOwnWrite: (reading) => state.isOwnWrite(reading),
    fingerprintsOf: (reading) => state.fingerprintsOf(reading),
    observe: (reading) =>
      life.step(`observe ${name}`, async () => {
        const etag = await state.observe(reading);
        ears.gaveEtag(name, etag);
        return etag;
      }),
    outcomeOf: (request) => state.outcomeOf(request),
    wrote: (reading, write) => life.step(`note write ${name}`, () => state.wrote(reading, write)),
    failed: (request, code) => life.step(`note failure ${name}`, () => state.failed(request, code)),
    loaded: (reading) => life.step(`note load ${name}`, () => state.loaded(reading)),
  };
}

/** A journal of which each call is a step. */
export function steppedJournal(journal: Journal, { life, name, ears }: About): Journal {
  return {
    read: () =>
      life.step(`read journal ${name}`, async () => {
        const entry = await journal.read();
        if (entry) ears.began(name, entry.id);
        return entry;
      }),
    write: (entry) =>
      life.step(`write journal ${name}`, () => {
        ears.began(name, entry.id);
        return journal.write(entry);
      }),
    end: () => life.step(`end journal ${name}`, () => journal.end()),
  };
}
