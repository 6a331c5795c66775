import { type CredentialDocument, parseDocument } from './document.ts';
import { describeError, isRotationError, RotationError } from './errors.ts';
import { endPrevious, planPostponedRetire } from './grace.ts';
import { parsePending, retireIntent } from './journal.ts';
import { type Labels, readLabels } from './label-reading.ts';
import { assertStillCurrent, clear, journal, LabelsMovedError } from './labels.ts';
import { holds, readConnectors } from './observe.ts';
import type { Failure } from './outcome.ts';
import { planRepeat } from './repeats.ts';
import { beginRun, leaseLeft, type Run, type RunDeps, withLedger } from './run.ts';
import type { Credential } from './settings.ts';

/** How a retire ended. `postponed` is for people to look at when it lasts. */
export interface RetireReport {
  readonly credential: string;
  /** The version whose secret was to be ended. */
  readonly versionId: string;
  readonly outcome: 'retired' | 'unchanged' | 'postponed';
  readonly steps: readonly { readonly name: string; readonly ms: number }[];
  readonly failure?: Failure;
}

/** What is to be ended, and how often it was postponed. */
export interface RetireRequest {
  readonly versionId: string;
  readonly attempt: number;
  /** Connectors that the end does not wait for: a call has left them behind. */
  readonly leaveBehind?: readonly string[] | undefined;
}

/**
 * Ends the grace period: the secret of the version that it names is ended in the IAM, and proven to be refused. It does nothing
 * unless that version is AWSPREVIOUS, and postpones itself while a connector holds the old secret or another run stands.
 */
export async function retire(credential: Credential, request: RetireRequest, deps: RunDeps): Promise<RetireReport> {
  const { leaveBehind } = request;
  const run = beginRun(credential, { trigger: 'schedule', ...(leaveBehind && { leaveBehind }) }, deps);
  const report = (outcome: RetireReport['outcome'], failure?: Failure): RetireReport => ({
    credential: credential.id,
    versionId: request.versionId,
    outcome,
    steps: run.steps,
    ...(failure ? { failure } : {}),
  });
  try {
    return report(await tryRetire(run, request));
  } catch (error) {
    const failure = error instanceof LabelsMovedError ? MOVED : error;
    if (!isRotationError(failure)) throw error;
    await planAgain(run, request, failure);
    return report('postponed', describeError(failure));
  }
}

/** @throws {RotationError} `schedule-unavailable`: Lambda tries again. It tells whether the run had changed anything */
async function planAgain(run: Run, request: RetireRequest, failure: RotationError): Promise<void> {
  try {
    await planPostponedRetire(run, request);
    // What keeps a secret from being ended is put right by a run that may do so, and begins nothing.
    if (isRotationError(failure, 'not-at-rest', 'connector-behind')) await planRepeat(run, { due: false });
  } catch (error) {
    throw isRotationError(error) ? withLedger(run, error) : error;
  }
}

const MOVED = new RotationError('rotation-in-progress', 'Another run moved the labels meanwhile');

async function tryRetire(run: Run, { versionId }: RetireRequest): Promise<'retired' | 'unchanged'> {
  // Connectors before labels: a rotation that pushes after this look moves AWSPENDING first.
  const connectors = await readConnectors(run);
  const labels = await readLabels(run);
  if (labels.previous?.id !== versionId || !labels.current) {
    // An answer that is merely old shows the labels as they were before the promote.
    await assertStillCurrent(run, labels);
    return 'unchanged';
  }
  const [old, current] = await Promise.all([readDocument(run, versionId), readDocument(run, labels.current.id)]);
  if (old.clientSecret === current.clientSecret) return 'unchanged';
  await standAside(run, labels);
  for (const view of connectors) {
    if (view.error) throw view.error;
    if (holds(view, current)) continue;
    throw new RotationError('connector-behind', `${view.connector.name} does not hold the new secret yet`);
  }
  await retireUnderLease(run, labels, { old, current });
  return 'retired';
}

async function readDocument(run: Run, versionId: string): Promise<CredentialDocument> {
  return parseDocument((await run.ports.store.read(versionId)) ?? '');
}

/** Only the intent of a retire that died is in nobody's hands. */
async function standAside(run: Run, { pending, current }: Labels): Promise<void> {
  if (!pending) return;
  const abandoned = leaseLeft(run, pending.createdAt) === 0 && pending.id !== current?.id;
  const content = abandoned ? parsePending(await run.ports.store.read(pending.id)) : undefined;
  if (content?.kind === 'retire') return await clear(run, pending.id);
  throw new RotationError(
    'rotation-in-progress',
    'A rotation is in progress or unfinished: AWSPENDING is on a version',
  );
}

async function retireUnderLease(
  run: Run,
  labels: Labels,
  { old, current }: { old: CredentialDocument; current: CredentialDocument },
): Promise<void> {
  const intent = { run: run.runtime.newId(), versionId: labels.previous?.id ?? '' };
  const id = await journal(run, labels, retireIntent(intent));
  try {
    await endPrevious(run, { old, current, lease: { current: labels.current?.id ?? '', pending: id } });
  } finally {
    await clear(run, id);
  }
}
