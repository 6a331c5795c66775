import type { Climate } from './climate.ts';
import type { Laboratory } from './laboratory.ts';
import type { Player } from './player.ts';
import { type RunRecord, stoodDown, wordFor } from './truth.ts';

/** A scene that has been played as far as the calm. */
export interface Played {
  readonly laboratory: Laboratory;
  readonly player: Player;
  readonly climate: Climate;
}

/**
 * Nobody plans anything who dies, or has to stand aside; nobody sees what comes after the last run; and a step that fails is Secrets
 * Manager's to repeat.
 */
export function nobodyCould(records: readonly RunRecord[], lastDisturbance: number): boolean {
  const last = records.findLast(({ name }) => name !== 'retire');
  if (!last?.name.startsWith('rotate') || last.startedAt < lastDisturbance) return true;
  const word = wordFor(last);
  // Whoever is ended by the time-out has planned too late.
  const killed = word === 'died' && !last.timedOut;
  // Whoever can't read the settings can't plan anything either: both are the scheduler's.
  const blind = last.ending.kind === 'threw' && word.startsWith('schedule-');
  const isTold = ['frozen', 'not-available'].includes(word) || (last.asked.rollback === true && word === 'refused');
  return killed || blind || stoodDown(last) || isTold;
}
