import { setTimeout as sleep } from 'node:timers/promises';
import { jsonResponse } from '../../stand-ins/secrets-manager/request.ts';

/** A moment at which time went by at once, both in seconds. */
interface Leap {
  readonly at: number;
  readonly seconds: number;
}

/** Time that goes by for single secrets, without anybody waiting for it. */
export interface PassedTime {
  /** Lets time go by for a secret: everything that happened to it so far is longer ago, and what happens next is not. */
  pass(secretName: string, ms: number): Promise<void>;
  /** An answer about a secret with the dates that it has then. */
  dated(secretName: string, response: Response): Promise<Response>;
}

/** No time has passed yet. */
export function passedTime(): PassedTime {
  const leaps = new Map<string, Leap[]>();
  return {
    pass: async (secretName, ms) => {
      const at = await nextSecond();
      leaps.set(secretName, [...(leaps.get(secretName) ?? []), { at, seconds: Math.ceil(ms / 1000) }]);
    },
    dated: async (secretName, response) => {
      const ofSecret = leaps.get(secretName);
      if (!ofSecret || !response.ok) return response;
      return jsonResponse(JSON.parse(await response.text(), (key, value) => setBack(key, value, ofSecret)));
    },
  };
}

/** The emulator's dates are whole seconds, rounded down: within one second nobody could tell before from after. */
async function nextSecond(): Promise<number> {
  const at = Math.floor(Date.now() / 1000) + 1;
  while (Date.now() < at * 1000) await sleep(at * 1000 - Date.now());
  return at;
}

function setBack(key: string, value: unknown, leaps: readonly Leap[]): unknown {
  if (!key.endsWith('Date') || typeof value !== 'number') return value;
  const since = leaps.filter(({ at }) => at > value);
  return since.reduce((date, { seconds }) => date - seconds, value);
}
