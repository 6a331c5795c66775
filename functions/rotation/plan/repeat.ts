import { createHash } from 'node:crypto';
import { ERRORS, type ErrorCode } from '../../credential/errors.ts';
import type { Rotation } from '../../credential/outcome.ts';
import { type RotationRequest, type Run, timed } from '../run/context.ts';

const MINUTE_MS = 60_000;
const FIRST_MS = 5 * MINUTE_MS;
const LONGEST_MS = 60 * MINUTE_MS;
/** How often a rotation that costs an outage each time is begun again by itself. */
const COSTLY_ATTEMPTS = 2;

/**
 * Plans the repeat of a run that has left something to do: after about 5 minutes, doubling to an hour, until everything is at rest.
 *
 * @returns when it will run
 * @throws {RotationError} `schedule-unavailable`
 */
export async function planRepeat(run: Run, { due }: { readonly due: boolean }): Promise<Date> {
  const attempt = (run.request.repeat?.attempt ?? 0) + 1;
  const delay = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS);
  const { id } = run.credential;
  const at = onGrid(run.runtime.now().getTime(), { id, delay });
  const event = {
    trigger: 'schedule',
    id,
    scheduledTime: (run.request.scheduledTime ?? at).toISOString(),
    repeat: { attempt, due },
  };
  const name = `${id}.repeat.${Math.floor(at.getTime() / 1000).toString(36)}`;
  await timed(run, 'plan-repeat', () => run.ports.schedules.plan({ name, at, target: 'rotate', event }));
  return at;
}

/**
 * The time on a credential's own grid that is nearest to a delay from now: several runs that end alike plan one repeat between
 * them, and credentials that fail together don't come back together.
 */
function onGrid(now: number, { id, delay }: { readonly id: string; readonly delay: number }): Date {
  const offset = createHash('sha256').update(id).digest().readUInt32BE(0) % delay;
  return new Date(Math.floor((now + 1.5 * delay - offset) / delay) * delay + offset);
}

/**
 * Whether the repeat of a run may begin the rotation that was due: not when a caller asked for it, who was told how it ended; nor
 * when no repeat can cure what went wrong; and only now and then where each try costs an outage.
 */
export function isStillDue(
  { request, credential }: Run,
  { outcome, failure }: Pick<Rotation, 'outcome' | 'failure'>,
): boolean {
  if (request.trigger !== 'schedule' || request.repeat?.due === false) return false;
  if (failure === undefined || outcome === 'stored-not-applied' || outcome === 'unchanged') return false;
  if (outcome === 'refused') return true;
  const overlaps = ['dual-secret', 'alternating-clients'].includes(credential.strategy);
  const cheap = overlaps || (request.repeat?.attempt ?? 0) < COSTLY_ATTEMPTS;
  return cheap && mayPass(failure?.code);
}

/**
 * Whether an invocation is to be tried again at once by whoever invoked it: when nothing else will, and when a run was interrupted,
 * since a connector may be cut off meanwhile. All else waits for the repeat that was planned.
 */
export function isUrgent({ outcome, failure, repeatAt }: Rotation, request: Pick<RotationRequest, 'repeat'>): boolean {
  if (!failure) return false;
  return repeatAt === null || (outcome === 'interrupted' && request.repeat === undefined);
}

/** Whether the same call can succeed later without anybody's doing. */
function mayPass(code: ErrorCode | undefined): boolean {
  return code !== undefined && ERRORS[code].retryable;
}
