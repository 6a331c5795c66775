import * as z from 'zod';
import { OUTCOMES, type RetireReport, type Rotation } from '../../credential/outcome.ts';
import type { LedgerEntry, RunEnd, RunOrigin } from '../../ports/ledger.ts';
import type { Item } from './items.ts';

/** For how long a run is known, in seconds. */
const KEPT_S = 400 * 86_400;

const date = z.iso.datetime().transform((text) => new Date(text));
const steps = z.array(z.object({ name: z.string(), ms: z.number() }));

/** A report is ours: what an older release wrote of it is shown as it is, member by member, if it is one. */
function reportText<Report>(outcome: z.ZodType) {
  const form = z.object({ outcome, steps });
  return z.custom<Report>((value) => form.safeParse(value).success);
}
const RotationText = reportText<Rotation>(z.enum(Object.keys(OUTCOMES)));
const RetireText = reportText<RetireReport>(z.enum(['retired', 'unchanged', 'postponed']));
const ProblemText = z.object({
  code: z.string().transform((code) => code as never),
  detail: z.string(),
  next: z.string(),
  retryAfter: z.number().optional(),
  nothingChanged: z.boolean().nullable(),
  pointer: z.string().optional(),
});

const Origin = z.object({
  requestId: z.string(),
  kind: z.enum(['rotation', 'retire']),
  trigger: z.enum(['schedule', 'api', 'secrets-manager']),
  requestedBy: z.string().optional(),
  reason: z.string().optional(),
  asked: z
    .object({
      force: z.boolean().optional(),
      attended: z.boolean().optional(),
      leaveBehind: z.array(z.string()).optional(),
      revokePrevious: z.boolean().optional(),
      rollback: z.boolean().optional(),
    })
    .optional(),
  requestedAt: date,
});
const End = z.union([
  z.object({ endedAt: date, rotation: RotationText }),
  z.object({ endedAt: date, retire: RetireText }),
  z.object({ endedAt: date, problem: ProblemText }),
]);

/** A run out of its item; undefined for an item of another form, which another release has written. */
export function readEntry(item: Item): LedgerEntry | undefined {
  const origin = Origin.safeParse(jsonIn(item, 'origin')).data;
  if (!origin) return undefined;
  const begunAt = date.safeParse(item.begunAt?.S).data;
  const end = End.safeParse(jsonIn(item, 'end')).data as RunEnd | undefined;
  return { ...origin, ...(begunAt && { begunAt }), ...(end && { end }) };
}

/** What is known of a run before it begins. */
export function originItem(run: RunOrigin): Item {
  return { origin: text(run), expiresAt: expiry(run.requestedAt) };
}

/** An ended run, with the facts that people look for as attributes of their own. */
export function endItem(run: RunOrigin, end: RunEnd): Item {
  const { rotation, retire, problem } = end;
  const facts = {
    trigger: run.trigger,
    requestedBy: run.requestedBy,
    reason: run.reason,
    outcome: (rotation ?? retire)?.outcome,
    strategy: rotation?.strategy ?? undefined,
    rotationId: rotationIdOf(end),
    versionId: retire?.versionId,
    previousValidUntil: rotation?.previousValidUntil ?? undefined,
    failure: (problem ?? rotation?.failure ?? retire?.failure)?.code,
    requestedAt: run.requestedAt.toISOString(),
    endedAt: end.endedAt.toISOString(),
  };
  const known = Object.entries(facts).flatMap(([name, S]) => (S === undefined ? [] : [[name, { S }] as const]));
  return { ...originItem(run), ...Object.fromEntries(known), end: text(end) };
}

/** The rotation that a run was about. */
export function rotationIdOf({ rotation }: RunEnd): string | undefined {
  return rotation?.rotationId ?? undefined;
}

/** What makes a rotation lead to its run. */
export function pointerItem({ requestId, requestedAt }: RunOrigin): Item {
  return { requestId: { S: requestId }, expiresAt: expiry(requestedAt) };
}

function text(value: object) {
  return { S: JSON.stringify(value) };
}

function expiry(requestedAt: Date) {
  return { N: String(Math.floor(requestedAt.getTime() / 1000) + KEPT_S) };
}

function jsonIn(item: Item, name: string): unknown {
  try {
    return JSON.parse(item[name]?.S ?? '');
  } catch {
    return undefined;
  }
}
