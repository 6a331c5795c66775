import * as z from 'zod';

/** The faults that the matrix counts. Each has variants: what becomes of the request. */
export const CATEGORIES = [
  'dies-before',
  'dies-after',
  'reply-lost',
  'time-out',
  '5xx',
  'throttled',
  '409',
  'ignored',
  'refused',
  '403',
  // Of a dependency, not of a request.
  'away',
  'slow',
  // Of an agent, and of the line to it.
  'agent-dies',
  'message',
  'restart',
  'by-hand',
] as const;

export type Category = (typeof CATEGORIES)[number];

/** What the process hears. */
export type Answer =
  | 'reply'
  | 'dies'
  | 'reset'
  | 'timeout'
  | 'unavailable'
  | 'throttled'
  | 'conflict'
  | 'ignored'
  | 'distorted'
  | 'refused'
  | 'forbidden';

interface Action {
  readonly category: Category;
  /** Whether the neighbour carries the request out: never, at once, or after the process has given it up. */
  readonly carried: 'never' | 'now' | 'late';
  readonly answer: Exclude<Answer, 'reply'>;
}

const ACTIONS = {
  'dies-before': { category: 'dies-before', carried: 'never', answer: 'dies' },
  'dies-after': { category: 'dies-after', carried: 'now', answer: 'dies' },
  'dies-late': { category: 'dies-after', carried: 'late', answer: 'dies' },
  'reply-lost': { category: 'reply-lost', carried: 'now', answer: 'reset' },
  'reply-lost-late': { category: 'reply-lost', carried: 'late', answer: 'reset' },
  'time-out': { category: 'time-out', carried: 'never', answer: 'timeout' },
  'time-out-done': { category: 'time-out', carried: 'now', answer: 'timeout' },
  'time-out-late': { category: 'time-out', carried: 'late', answer: 'timeout' },
  '5xx': { category: '5xx', carried: 'never', answer: 'unavailable' },
  '5xx-done': { category: '5xx', carried: 'now', answer: 'unavailable' },
  '5xx-late': { category: '5xx', carried: 'late', answer: 'unavailable' },
  throttled: { category: 'throttled', carried: 'never', answer: 'throttled' },
  '409': { category: '409', carried: 'never', answer: 'conflict' },
  // A success that is none: Keycloak is known for it.
  ignored: { category: 'ignored', carried: 'never', answer: 'ignored' },
  // It is carried out, and something else is stored.
  distorted: { category: 'ignored', carried: 'now', answer: 'distorted' },
  // Nobody listens there.
  refused: { category: 'refused', carried: 'never', answer: 'refused' },
  '403': { category: '403', carried: 'never', answer: 'forbidden' },
} as const satisfies Record<string, Action>;

export type FaultKind = keyof typeof ACTIONS;

const FAULT_KINDS = Object.keys(ACTIONS) as [FaultKind, ...FaultKind[]];

/** One request's misfortune. */
export const PlannedFault = z.strictObject({
  /** Which process, in the order of their starts, from 0. */
  run: z.int().nonnegative(),
  /** Which of its requests, from 1. */
  point: z.int().positive(),
  fault: z.enum(FAULT_KINDS),
  /** How many requests of this name in this run meet the fault, this one included. @default 1 */
  times: z.int().positive().optional(),
  /** With `…-late`: how long after it was given up it is carried out, in milliseconds. @default 9900 */
  late: z.int().nonnegative().max(9999).optional(),
});

export type PlannedFault = z.infer<typeof PlannedFault>;

/** What a fault does. */
export function actionOf(fault: FaultKind): Action {
  return ACTIONS[fault];
}

/** A fault with all that it needs beside its place. */
export type Variant = Pick<PlannedFault, 'fault' | 'times' | 'late'>;

/** What any single request may meet. The others come with an outage, or where a scene asks for them. */
export const KINDS_OF_A_REQUEST = FAULT_KINDS.filter((fault) => !['refused', '403', 'distorted'].includes(fault));

/** One of each kind. */
export const SINGLE: readonly Variant[] = KINDS_OF_A_REQUEST.map((fault) => ({ fault }));

const LATE_SOON_MS = 350;
/** More than any repeat can sit out. */
const LASTING = 99;

/** Also those that come soon, and those that last. */
export const THOROUGH: readonly Variant[] = KINDS_OF_A_REQUEST.flatMap((fault): Variant[] => {
  const { carried, answer } = actionOf(fault);
  const once: Variant[] = carried === 'late' ? [{ fault }, { fault, late: LATE_SOON_MS }] : [{ fault }];
  if (answer === 'dies') return once;
  return [...once, { fault, times: 3 }, { fault, times: LASTING }];
});

const CAN_CONFLICT = /PutSecretValue|^iam (PUT|POST .*client-secret|DELETE)|PATCH/;

/** Not the probe for an overlap: its answer is what the IAM can do. */
const CAN_PRETEND = /^iam (PUT .* secret$|POST .*client-secret|DELETE)|^connector PATCH/;

/** Whether a neighbour can answer a request like that, and whether it makes a difference. */
export function isPossible(fault: FaultKind, request: string): boolean {
  const { answer, carried } = actionOf(fault);
  if (answer === 'conflict') return CAN_CONFLICT.test(request);
  if (answer === 'ignored') return CAN_PRETEND.test(request);
  if (answer === 'distorted') return request.startsWith('connector PATCH');
  if (isWrite(request)) return true;
  // A read that was carried out and one that was not are the same thing; each kind of fault is tried once.
  return carried === 'never' || fault === 'dies-after' || fault === 'reply-lost';
}

/** Whether a request can change anything. */
export function isWrite(request: string): boolean {
  return /Put|Update|Create|RotateSecret|SendMessage|^iam (PUT|DELETE|POST .*client-secret)|PATCH/.test(request);
}

/** Which dependency a request goes to: `iam`, `store`, `scheduler`, or a connector by its name. */
export function dependencyOf(request: string): string {
  const [system = '', , path = ''] = request.split(' ');
  if (system === 'connector') return path.split('/')[1] ?? system;
  return system === 'secrets-manager' ? 'store' : system;
}
