import { type CredentialDocument, parseDocument } from './document.ts';
import { describeError, isRotationError, RotationError } from './errors.ts';
import { endPrevious, planPostponedRetire } from './grace.ts';
import { parsePending, retireIntent } from './journal.ts';
import { clear, journal, LabelsMovedError } from './labels.ts';
import { holds, type Labels, readConnectors, readLabels } from './observe.ts';
import type { Failure } from './outcome.ts';
import { beginRun, leaseLeft, type Ports, type Run, type Runtime, type Timing } from './run.ts';
import type { Credential } from './settings.ts';

/** An hour between tries: six days of them, then the IAM's own end of the previous secret is near. */
const MAX_ATTEMPTS = 144;

/** How a retire ended. `postponed` and `given-up` are for people to look at when they last. */
export interface RetireReport {
  readonly credential: string;
  /** The version whose secret was to be ended. */
  readonly versionId: string;
  readonly outcome: 'retired' | 'unchanged' | 'postponed' | 'given-up';
  readonly steps: readonly { readonly name: string; readonly ms: number }[];
  readonly failure?: Failure;
}

/** What is to be ended, and how often it was postponed. */
export interface RetireRequest {
  readonly versionId: string;
  readonly attempt: number;
}

/**
 * Ends the grace period: the secret of the version that it names is ended in the IAM, and proven to be refused. It does nothing
 * unless that version is AWSPREVIOUS, and postpones itself while a connector holds the old secret or another run stands.
 */
export async function retire(
  credential: Credential,
  request: RetireRequest,
  deps: { ports: Ports; runtime: Runtime; timing: Timing },
): Promise<RetireReport> {
  const run = beginRun(credential, { trigger: 'schedule' }, deps);
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
    const planned = await planPostponedRetire(run, request, MAX_ATTEMPTS);
    return report(planned ? 'postponed' : 'given-up', describeError(failure));
  }
}

const MOVED = new RotationError('rotation-in-progress', 'Another run moved the labels meanwhile');

async function tryRetire(run: Run, { versionId }: RetireRequest): Promise<'retired' | 'unchanged'> {
  // Connectors before labels: a rotation that pushes after this look moves AWSPENDING first.
  const connectors = await readConnectors(run);
  const labels = await readLabels(run);
  if (labels.previous?.id !== versionId || !labels.current) return 'unchanged';
  const old = await readDocument(run, versionId);
  const current = await readDocument(run, labels.current.id);
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
    'AWSPENDING stands: a rotation is under way or has to be finished first',
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
    await endPrevious(run, old, current);
  } finally {
    await clear(run, id);
  }
}
