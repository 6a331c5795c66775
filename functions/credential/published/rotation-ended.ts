import * as z from 'zod';
import { ERRORS } from '../errors.ts';
import { OUTCOMES, type Outcome, type Rotation } from '../outcome.ts';
import { credential, instant, keysOf, type Message, next, requestId } from './parts.ts';

const RotationEnded = z.object({
  credential,
  requestId,
  rotationId: z.string().nullable().describe('Version id of the candidate; null when nothing was begun.'),
  outcome: z.enum(keysOf(OUTCOMES)),
  trigger: z.enum(['schedule', 'api', 'secrets-manager']),
  strategy: z
    .enum(['dual-secret', 'alternating-clients', 'in-place'])
    .nullable()
    .describe('Null when the run ended before it was chosen.'),
  startedAt: instant,
  durationMs: z.number(),
  requestedBy: z.string().optional().describe('Who called; absent for a run that nobody asked for.'),
  reason: z.string().optional().describe('Why the run was asked for, in the words of whoever did.'),
  code: z.enum(keysOf(ERRORS)).optional().describe('Why the run did not end well.'),
  detail: z.string().optional().describe('What happened, in plain words, with facts.'),
  next: next.optional(),
  repeatAt: instant.nullable().describe('When the run goes on by itself; null when nothing is planned.'),
});

const endedAs = <O extends Outcome>(...outcomes: [O, ...O[]]) => RotationEnded.extend({ outcome: z.enum(outcomes) });

/** A rotation did what was due. */
export const RotationSucceeded = endedAs('rotated', 'adopted', 'repaired');

/** An attempt failed and was undone. */
export const RolledBack = endedAs('rolled-back');

/** A rotation was refused, or ended with something left to do. */
export const Failed = endedAs('refused', 'stored-not-applied', 'interrupted');

/** Where the runbook tells of an outcome. */
const SECTIONS: Readonly<Partial<Record<Outcome, string>>> = {
  'rolled-back': 'rolled-back',
  'stored-not-applied': 'stored-not-applied',
  interrupted: 'interrupted',
  refused: 'a-rotation-failed',
};

/** The end of a rotation in words. */
export function rotationMessage({ credential, detail, ...rest }: z.infer<typeof RotationEnded>): Message {
  const { outcome, code, startedAt, next = 'Nothing.', repeatAt } = rest;
  const facts = detail === undefined ? '' : ` (${detail})`;
  const cause = code === undefined ? '' : ` ${ERRORS[code].title}${facts}.`;
  const goesOn = repeatAt === null ? '' : ` The run is repeated at ${repeatAt}.`;
  const runbook = SECTIONS[outcome] ?? 'outcomes';
  return { title: `${credential}: ${OUTCOMES[outcome]}${cause}`, since: startedAt, next: `${next}${goesOn}`, runbook };
}

const DETAIL_TYPES = {
  rotated: 'Rotation Succeeded',
  adopted: 'Rotation Succeeded',
  repaired: 'Rotation Succeeded',
  unchanged: undefined,
  // The task that was opened is an event of its own.
  'awaiting-person': undefined,
  'rolled-back': 'Rolled Back',
  'stored-not-applied': 'Failed',
  interrupted: 'Failed',
  refused: 'Failed',
} as const satisfies Record<Outcome, string | undefined>;

type RotationEvent =
  | { readonly detailType: 'Rotation Succeeded'; readonly detail: z.infer<typeof RotationSucceeded> }
  | { readonly detailType: 'Rolled Back'; readonly detail: z.infer<typeof RolledBack> }
  | { readonly detailType: 'Failed'; readonly detail: z.infer<typeof Failed> };

/**
 * What is published of a rotation. Members are named one by one: nothing gets into an event by being in the report.
 *
 * @returns undefined for an outcome that is no news
 */
export function rotationEvent(rotation: Rotation): RotationEvent | undefined {
  const detailType = DETAIL_TYPES[rotation.outcome];
  if (detailType === undefined) return undefined;
  const { credential, rotationId, outcome, trigger, strategy, startedAt, durationMs, repeatAt } = rotation;
  const { requestId, requestedBy, reason, failure } = rotation;
  const detail = {
    credential,
    requestId,
    rotationId,
    outcome,
    trigger,
    strategy,
    startedAt,
    durationMs,
    requestedBy,
    reason,
    code: failure?.code,
    detail: failure?.detail,
    next: failure?.next,
    repeatAt,
  };
  // The table has the outcomes of each event, as its schema has.
  return { detailType, detail } as RotationEvent;
}
