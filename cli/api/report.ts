import {
  type ConnectorReport,
  type Failure,
  isFailure,
  OUTCOMES,
  type Rotation,
  type TaskReport,
} from '../../functions/credential/outcome.ts';
import type { Result } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { pairs, seconds, shown } from '../terminal/text.ts';
import { exitOf, STATES } from './problems.ts';

/** Failures after which the same call can succeed by itself. */
const NOT_NOW: readonly string[] = [
  'rotation-in-progress',
  'too-soon',
  'lambda-throttled',
  'store-throttled',
  'signer-throttled',
  'schedule-throttled',
  'tasks-throttled',
  'ledger-throttled',
];

/** A run that has ended, as a command's result. */
export function rotationResult(rotation: Rotation): Result {
  return { exit: exitOfRotation(rotation), value: rotation, text: rotationText(rotation) };
}

function exitOfRotation({ outcome, nothingChanged, failure, previousRevoked }: Rotation): ExitCode {
  if (outcome === 'awaiting-person') return EXIT.notNow;
  // What was asked for was not only a new secret: the old one had to end.
  if (previousRevoked === false) return EXIT.changed;
  if (!isFailure(outcome) && failure === undefined) return EXIT.done;
  return failure ? exitOfFailure(failure, nothingChanged) : exitOf(nothingChanged);
}

/** How a command ends that led to a failed run. */
export function exitOfFailure({ code }: Failure, nothingChanged: boolean | null): ExitCode {
  return exitOf(nothingChanged, NOT_NOW.includes(code) ? 0 : undefined);
}

function rotationText(rotation: Rotation): string {
  const { credential, outcome, failure, strategy, steps = [], durationMs, connectors = [], tasks = [] } = rotation;
  const slowest = steps.map(({ name, ms }) => `${name} ${ms} ms`).join(', ');
  const took = durationMs === undefined ? undefined : `${seconds(durationMs)}${slowest ? ` (${slowest})` : ''}`;
  return [
    `${credential}: ${outcome}. ${OUTCOMES[outcome] ?? ''}`.trimEnd(),
    ...pairs([
      ['rotation', rotation.rotationId],
      ['strategy', strategy],
      ['took', took],
      ['previous', previousOf(rotation)],
      ['why', failure && shown(`${failure.code}: ${failure.detail}`)],
      ['state', failure && STATES.get(rotation.nothingChanged)],
      ['do', failure && shown(failure.next)],
      ['goes on', rotation.repeatAt && `by itself at ${rotation.repeatAt}`],
    ]),
    ...connectors.map((one) => `  ${shown(one.name)}: ${connectorText(one)}`),
    ...tasks.map((task) => `  task: ${taskText(task)}`),
  ].join('\n');
}

function previousOf({ previousRevoked, previousValidUntil }: Rotation): string | undefined {
  if (previousRevoked === true) return 'ended: the IAM refuses it';
  if (previousRevoked === false) return 'NOT ended: a connector still uses it, or the IAM could not be asked';
  return previousValidUntil ? `works until ${previousValidUntil}` : undefined;
}

function connectorText({ proof, leftBehind, handedOverUntil, sectionsWritten }: ConnectorReport): string {
  if (leftBehind) return 'left behind: it was not asked, and holds what it held';
  if (handedOverUntil !== undefined) return `a person was asked to enter the secret until ${handedOverUntil}`;
  if (!proof) return 'not known to have the current secret';
  const by = proof.by === undefined ? '' : ` by ${shown(proof.by)}`;
  return `has the current secret (${proof.level}${by}; ${sectionsWritten} sections written)`;
}

/** What a person is asked to do, and with which command. */
export function taskText({ kind, connector, versionId, dueAt, overdue }: TaskReport): string {
  const due = `${overdue ? 'OVERDUE, was due' : 'due'} ${dueAt}`;
  if (kind === 'enter-secret')
    return `enter version ${versionId} in ${shown(connector ?? 'the connector')}, then csr ack (${due})`;
  if (kind === 'submit-secret') return `refresh the client's secret in the IAM, then csr submit (${due})`;
  return `refresh the client that is no longer in use (${due})`;
}
