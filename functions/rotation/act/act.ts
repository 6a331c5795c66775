import { type Acted, ended } from '../attempt/acted.ts';
import type { ActionOf, RotationAction } from '../decide/terms/action.ts';
import type { Observation } from '../observe/observation.ts';
import type { Run } from '../run/context.ts';
import { ask } from './ask.ts';
import { adopt, begin, resume, revive } from './begin.ts';
import { adoptSubmission, awaitPerson, emptyInbox, refuseSubmission } from './by-person.ts';
import { clearPending, endGrace, finishRetire, planEnd, revokePrevious } from './end-previous.ts';
import { finish } from './finish.ts';
import { handOver } from './hand-over.ts';
import { pushCurrent } from './push-current.ts';
import { regenerate, storeRegenerated } from './regenerate.ts';
import { storeFirst } from './store-first.ts';

type Act<K extends RotationAction['kind']> = (
  run: Run,
  seen: Observation,
  action: ActionOf<K>,
) => Acted | Promise<Acted>;

/** How each action is carried out. */
const ACTS: { readonly [K in RotationAction['kind']]: Act<K> } = {
  rest: (run, _seen, { outcome, failure, note }) =>
    ended(run, { outcome, ...(failure && { failure }), ...(note !== undefined && { reason: note }) }),
  'back-off': (_run, _seen, { failure }) => {
    throw failure;
  },
  refuse: (_run, _seen, { failure }) => {
    throw failure;
  },
  ask: (run, seen, { question }) => ask(run, seen, question),
  begin,
  regenerate,
  'store-regenerated': storeRegenerated,
  resume,
  adopt,
  revive,
  'push-current': pushCurrent,
  finish,
  clear: (run, _seen, action) => clearPending(run, action),
  'await-person': awaitPerson,
  'adopt-submission': adoptSubmission,
  'refuse-submission': refuseSubmission,
  'empty-inbox': emptyInbox,
  'end-grace': endGrace,
  'plan-end': planEnd,
  'revoke-previous': revokePrevious,
  'finish-retire': finishRetire,
  'hand-over': handOver,
  'store-first': storeFirst,
};

/**
 * Carries one action out.
 *
 * @throws {RotationError} what kept it from being carried out
 * @throws {LabelsMovedError} when another run moved the labels
 */
export async function act<K extends RotationAction['kind']>(
  run: Run,
  seen: Observation,
  action: ActionOf<K>,
): Promise<Acted> {
  const carryOut: Act<K> = ACTS[(action as RotationAction).kind as K];
  return await carryOut(run, seen, action);
}
