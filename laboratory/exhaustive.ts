import { STATES as NAMES, type State } from '../functions/rotation/observe/states.ts';
import { findSecret } from '../local/stand-ins/secrets-manager/model.ts';
import { addVersion, attach } from '../local/stand-ins/secrets-manager/versions.ts';
import { type Combination, GRACE_HOURS, nameOf } from './combinations.ts';
import { Deeds } from './deeds.ts';
import { Laboratory } from './laboratory.ts';
import { SECRET_ID } from './parts.ts';
import { idFor, PERMANENT, type Permanent } from './permanent.ts';
import { Player } from './player.ts';
import { discord, snapshot } from './snapshot.ts';
import { wordFor } from './truth.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long a fault lasts that nothing but a person ends. */
const LASTS_MS = 3 * HOUR_MS;
/** The longest pause between two repeats, a lease, and the runs themselves. */
const HEALED_WITHIN_MS = 75 * MINUTE_MS;

/** What became of a state under a fault that lasts. */
export interface Row {
  readonly state: State;
  readonly combination: string;
  readonly fault: string;
  /** How the first runs ended. */
  readonly words: readonly string[];
  /** What ended the state, and when. */
  readonly ended: 'under the fault' | 'by a repeat' | 'by the schedule' | 'never';
  /** Minutes after the fault was over; 0 when it was before that. */
  readonly minutes: number;
  /** Whether there was, at any time at which something was left to do, no run that was planned. */
  readonly forgotten: boolean;
}

const IN_PLACE: Combination = { strategy: 'in-place', renewal: 'set', native: false };
const DUAL: Combination = { strategy: 'dual-secret', renewal: 'set', native: false };
const REGENERATE: Combination = { strategy: 'in-place', renewal: 'regenerate', native: false };

/** How each state comes about, and with which strategies. */
const MAKE: Readonly<Record<State, { with: readonly Combination[]; make: (found: Found) => Promise<void> | void }>> = {
  'at-rest': { with: [IN_PLACE, DUAL], make: () => undefined },
  'intent-open': { with: [REGENERATE], make: (found) => dies(found, /^iam POST .*client-secret/, 'dies-before') },
  'regenerated-unstored': {
    with: [REGENERATE],
    make: (found) => dies(found, /^iam POST .*client-secret/, 'dies-after'),
  },
  'candidate-unset': { with: [IN_PLACE, DUAL], make: (found) => dies(found, /^iam PUT .* secret$/, 'dies-before') },
  'candidate-set': { with: [IN_PLACE, DUAL], make: (found) => dies(found, /^iam PUT .* secret$/, 'dies-after') },
  'promoted-uncleared': {
    with: [IN_PLACE, DUAL],
    make: (found) => dies(found, /UpdateSecretVersionStage AWSCURRENT/, 'dies-after'),
  },
  'changed-by-hand': { with: [IN_PLACE, DUAL], make: ({ deeds }) => deeds.regenerate() },
  expired: { with: [IN_PLACE, DUAL], make: ({ deeds }) => deeds.expire() },
  'connector-differs': { with: [IN_PLACE, DUAL], make: restored },
  'first-run': { with: [IN_PLACE, DUAL], make: () => undefined },
  'empty-pending': { with: [IN_PLACE, DUAL], make: marked },
  'retire-open': { with: [DUAL], make: (found) => retireDies(found) },
};

interface Found {
  readonly laboratory: Laboratory;
  readonly deeds: Deeds;
  readonly player: Player;
}

/** Each state under each fault that lasts. */
export async function playStates(wanted: (state: State, fault: string) => boolean = () => true): Promise<Row[]> {
  const rows: Row[] = [];
  for (const state of Object.keys(NAMES) as State[]) {
    for (const combination of MAKE[state].with) {
      for (const fault of PERMANENT) {
        if (wanted(state, fault.name)) rows.push(await playState(state, combination, fault));
      }
    }
  }
  return rows;
}

async function playState(state: State, combination: Combination, fault: Permanent): Promise<Row> {
  const laboratory = new Laboratory({ combination, connectors: 2, adopted: state !== 'first-run' });
  const { simulation, monitor } = laboratory;
  const player = new Player(laboratory);
  const deeds = new Deeds(laboratory);
  await MAKE[state].make({ laboratory, deeds, player });
  // Longer than any lease.
  await simulation.run(simulation.wait(10 * MINUTE_MS));
  monitor.look();
  player.records.length = 0;
  const end = fault.begin(laboratory);
  await simulation.run(player.schedule());
  const words = player.records.map(wordFor);
  const over = simulation.now + LASTS_MS;
  let forgotten = false;
  const looks = async (until: number) => {
    while (simulation.now < until) {
      forgotten ||= !atRest(laboratory) && !isPlanned(laboratory, player) && !fault.plansNothing;
      await simulation.run(simulation.wait(MINUTE_MS * 10));
      if (atRest(laboratory)) return;
    }
  };
  await looks(over);
  const healed = atRest(laboratory);
  end();
  if (healed && atRest(laboratory)) {
    return {
      state,
      combination: nameOf(combination),
      fault: fault.name,
      words,
      ended: 'under the fault',
      minutes: 0,
      forgotten,
    };
  }
  await looks(simulation.now + HEALED_WITHIN_MS);
  const minutes = Math.round((simulation.now - over) / MINUTE_MS);
  const row = { state, combination: nameOf(combination), fault: fault.name, words, minutes, forgotten };
  if (atRest(laboratory)) return { ...row, ended: 'by a repeat' };
  await simulation.run(player.schedule());
  return { ...row, ended: atRest(laboratory) ? 'by the schedule' : 'never' };
}

function atRest({ parts }: Laboratory): boolean {
  return discord(snapshot(parts)).length === 0;
}

/** A repeat waits for its time, or a run is at work that may plan one. */
function isPlanned({ planned, simulation }: Laboratory, _player: Player): boolean {
  return (
    [...planned.values()].some(({ target }) => target === 'rotate') || simulation.processes.some(({ alive }) => alive)
  );
}

/** A run that dies at a request. */
async function dies({ laboratory }: Found, request: RegExp, fault: 'dies-before' | 'dies-after'): Promise<void> {
  const { simulation } = laboratory;
  simulation.setWeather((name) => (request.test(name) ? { fault } : undefined));
  await simulation.run(laboratory.rotate({ trigger: 'schedule', scheduledTime: new Date(simulation.now) }));
  simulation.setWeather();
}

async function restored({ laboratory, player, deeds }: Found): Promise<void> {
  const { simulation } = laboratory;
  await simulation.run(player.schedule());
  await simulation.run(simulation.wait((GRACE_HOURS + 1) * HOUR_MS));
  deeds.restore();
}

/** As RotateSecret leaves it. */
function marked({ laboratory }: Found): void {
  const { store } = laboratory.parts.secrets;
  const secret = findSecret(store, SECRET_ID);
  addVersion(secret, idFor('mark'), { now: store.clock() });
  attach(secret, 'AWSPENDING', idFor('mark'));
}

async function retireDies({ laboratory, player }: Found): Promise<void> {
  const { simulation } = laboratory;
  await simulation.run(player.schedule());
  await simulation.run(simulation.wait((GRACE_HOURS - 1) * HOUR_MS));
  const [name, oneTime] = [...laboratory.planned].find(([, { target }]) => target === 'retire') ?? [];
  if (!name || !oneTime) throw new Error('no retire is planned');
  laboratory.planned.delete(name);
  simulation.setWeather((request) => (request.includes('PutSecretValue') ? { fault: 'dies-after' } : undefined));
  await simulation.run(laboratory.retire(oneTime.event as Parameters<Laboratory['retire']>[0]));
  simulation.setWeather();
}

/** The rows for a terminal. */
export function statesText(rows: readonly Row[]): string {
  return rows
    .map(({ state, combination, fault, words, ended, minutes, forgotten }) =>
      [
        state.padEnd(20),
        combination.padEnd(22),
        fault.padEnd(34),
        `${ended}${minutes > 0 ? `, ${minutes} min after it` : ''}`.padEnd(34),
        `${forgotten ? 'NOTHING WAS PLANNED; ' : ''}${words.join(', ')}`,
      ].join('  '),
    )
    .join('\n');
}
