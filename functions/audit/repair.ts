import { FINDINGS } from '../credential/published/findings.ts';
import type { Finding } from '../ports/audit/records.ts';
import type { OneTime } from '../ports/schedules.ts';
import type { Sight } from './findings/sight.ts';

/** A repair comes so long after the audit that has found it, in milliseconds. */
const SOON_MS = 60_000;

/**
 * What `rotate` is asked to do about what an audit has found: it finishes what was left and puts right what differs, and begins no
 * rotation that was not begun.
 *
 * @returns undefined where no finding can be put right so, where a run is at work, or where one comes anyway
 */
export function repairOf(
  { credential, undisturbed, planned, now }: Sight,
  findings: readonly Finding[],
): OneTime | undefined {
  if (!undisturbed || !planned || !findings.some(isRepairable)) return undefined;
  if (planned.some(({ what, at }) => what === 'repeat' && at > now)) return undefined;
  const at = new Date(now.getTime() + SOON_MS);
  const { id } = credential;
  const name = `${id}.repeat.${Math.floor(at.getTime() / 1000).toString(36)}`;
  const event = { trigger: 'schedule', id, scheduledTime: at.toISOString(), repeat: { attempt: 1, due: false } };
  return { name, at, target: 'rotate', event };
}

function isRepairable({ kind }: Finding): boolean {
  return 'repairable' in FINDINGS[kind];
}
