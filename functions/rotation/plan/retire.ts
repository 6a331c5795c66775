import { createHash } from 'node:crypto';
import { durationMs } from '../../credential/duration.ts';
import type { Credential } from '../../credential/settings/credential.ts';
import { type Run, timed } from '../run/context.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A retire that can't be carried out is tried every hour for six days, then once a day: it never gives up in silence. */
const HOURLY_ATTEMPTS = 144;

/** The end of the grace period of a promote. */
export function graceEnd({ grace }: Pick<Credential, 'grace'>, promotedAt: Date): Date {
  return new Date(promotedAt.getTime() + durationMs(grace));
}

/** The previous secret that is to be ended, and when. */
interface PlannedEnd {
  readonly versionId: string;
  readonly promotedAt: Date;
  /** When the IAM ends it by itself, as far as it tells. */
  readonly validUntil?: Date | undefined;
  /** It is known to be accepted until then. */
  readonly works: boolean;
  /** It was not to be kept at all. @default false */
  readonly atOnce?: boolean;
}

/**
 * Plans the end of the previous secret. Planning it twice is planning it once. A retire never meets the run that has planned it:
 * a grace that is over, or of no length, ends one lease from now.
 */
export async function planRetire(
  run: Run,
  { versionId, promotedAt, validUntil, works, atOnce = false }: PlannedEnd,
): Promise<void> {
  const { credential, runtime, timing, draft, ports } = run;
  const soonest = runtime.now().getTime() + timing.leaseMs;
  const at = new Date(atOnce ? soonest : Math.max(graceEnd(credential, promotedAt).getTime(), soonest));
  if (works) draft.previousWorksUntil(validUntil && validUntil < at ? validUntil : at);
  const event = eventFor(run, { versionId, attempt: 0 });
  await timed(run, 'plan-retire', () =>
    ports.schedules.plan({ name: retireName(credential.id, versionId), at, target: 'retire', event }),
  );
}

/** Plans a retire that could not be carried out again. */
export async function planPostponedRetire(
  run: Run,
  { versionId, attempt }: { readonly versionId: string; readonly attempt: number },
): Promise<void> {
  const next = attempt + 1;
  const at = new Date(run.runtime.now().getTime() + (attempt < HOURLY_ATTEMPTS ? HOUR_MS : DAY_MS));
  const name = `${retireName(run.credential.id, versionId)}.${next}`;
  const event = eventFor(run, { versionId, attempt: next });
  await run.ports.schedules.plan({ name, at, target: 'retire', event });
}

function eventFor({ credential, request }: Run, what: { readonly versionId: string; readonly attempt: number }) {
  const { leaveBehind } = request;
  return { trigger: 'retire', id: credential.id, ...what, ...(leaveBehind && { leaveBehind }) };
}

/**
 * The name of the one-time schedule that ends a version's secret. Version ids may begin alike, since whoever starts a rotation by
 * Secrets Manager itself chooses them; a name that is derived from the whole id does not.
 */
export function retireName(id: string, versionId: string): string {
  return `${id}.retire.${createHash('sha256').update(versionId).digest('hex').slice(0, 10)}`;
}
