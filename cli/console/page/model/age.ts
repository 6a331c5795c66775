import { parseDuration } from '../../../../functions/credential/duration.ts';
import type { Credential, Listed } from './answers.ts';

const DAY_MS = 86_400_000;

/** How old the secret in use is, in milliseconds; undefined before the first run. */
export function ageOf(one: Listed, now: number): number | undefined {
  if ('problem' in one || one.rotatedAt === null) return undefined;
  return Math.max(0, now - Date.parse(one.rotatedAt));
}

/** How old the secret should become at most, in days. */
export function maxAgeDays({ maxAge }: Pick<Credential, 'maxAge'>): number | undefined {
  const ms = parseDuration(maxAge ?? '');
  return ms === undefined ? undefined : ms / DAY_MS;
}

export function isTooOld(one: Credential, now: number): boolean {
  const age = ageOf(one, now);
  const most = maxAgeDays(one);
  return age !== undefined && most !== undefined && age > most * DAY_MS;
}
