import type { ConnectorConfiguration } from '../ports/connector.ts';
import { type Attempt, execute, type Next } from './attempt.ts';
import { begin, mayRenew } from './begin.ts';
import { serializeDocument } from './document.ts';
import { RotationError } from './errors.ts';
import { readLabels } from './label-reading.ts';
import { assertLabels, assertQuiet, assertStillCurrent, journal, LabelsMovedError } from './labels.ts';
import { assertUsable, type ConnectorView, documentOf, type Found, type Observation } from './observe.ts';
import { askToken, refused } from './proofs.ts';
import { push } from './push.ts';
import type { Run } from './run.ts';

/**
 * State 7: somebody changed the secret in the IAM. It is adopted, so that every connector that can be reached works, and then
 * renewed.
 */
export async function adoptForeign(run: Run, seen: Found): Promise<Next> {
  assertUsable(seen.client);
  if (run.quiet !== true) assertQuiet(run);
  await assertSameVersions(run, seen);
  const document = documentOf(run, seen.client);
  const answer = await askToken(run, document);
  const change = answer.accepted ? {} : { change: unexpired(seen, answer, run.runtime.now()) };
  const id = await journal(run, seen.labels, serializeDocument(document));
  // A secret that a person saw is no secret.
  run.renewAdopted = run.credential.iam.renewal === 'set' && mayRenew(run);
  return await execute(run, { ...adoption(seen), ...change, candidate: { id, document } });
}

/** The attempt that makes C what the IAM holds. The IAM stays as it is, whatever happens. */
function adoption(seen: Found) {
  return {
    ...seen,
    overlap: 'where-possible' as const,
    adopts: true as const,
    honoured: seen.answer.accepted,
    wayBack: 'labels' as const,
    achieves: 'repaired' as const,
  };
}

/** State 8: C is held, but refused. Its expiry passed: set it again with one in the far future, or let a new one be made. */
export async function repairExpired(run: Run, seen: Found): Promise<Next> {
  assertUsable(seen.client);
  assertQuiet(run);
  if (seen.answer.accepted) throw new RotationError('internal-error', 'C is accepted');
  const change = unexpired(seen, seen.answer, run.runtime.now());
  // Only the IAM can make a secret here; nothing works before it does.
  if (run.credential.iam.renewal === 'regenerate') return await begin(run, seen);
  const { document } = seen.current;
  const id = await journal(run, seen.labels, serializeDocument(document));
  return await execute(run, { ...adoption(seen), overlap: 'none', change, candidate: { id, document } });
}

/** The write that makes an expired secret valid again: the same secret; every write carries a new expiry. */
function unexpired(
  seen: Observation,
  answer: Parameters<typeof refused>[0],
  now: Date,
): NonNullable<Attempt['change']> {
  const { secret, previous, secretExpiresAt } = seen.client;
  if (!secretExpiresAt || secretExpiresAt > now) throw refused(answer);
  return previous ? { secret, previous } : { secret };
}

/** State 9: a connector holds something else than C, which the IAM accepts. Each that can be reached is given C. */
export async function pushCurrent(run: Run, seen: Found): Promise<Next> {
  const { current, connectors, labels } = seen;
  // What connectors hold may be younger than the answer that names the current version.
  await assertStillCurrent(run, labels);
  const views = connectors.filter((view) => !view.error);
  const fence = async (reread: ConnectorView) => {
    // Another run has pushed what labels that are merely old don't show yet.
    if (!views.some((view) => holdsTheSame(view, reread))) throw new LabelsMovedError();
    await assertLabels(run, { current: current.id, pending: labels.pending?.id });
  };
  const [failure] = (await push(run, { views, document: current.document, fence })).values();
  if (failure)
    throw new RotationError(
      'connector-behind',
      `It holds another secret and could not be given the current one: ${failure.message}`,
    );
  run.achieved ??= 'repaired';
  return 'observe';
}

/** Whether a connector's sections of ours are as they were, whatever else of its configuration has changed. */
function holdsTheSame(before: ConnectorView, { connector, configuration }: ConnectorView): boolean {
  const form = (sections: ConnectorConfiguration['sections'] = []) =>
    sections.map(({ path, clientId, secretFingerprint }) => `${path} ${clientId} ${secretFingerprint}`).join('\n');
  return before.connector === connector && form(before.configuration?.sections) === form(configuration?.sections);
}

/** @throws {LabelsMovedError} when a version came or a label moved since the observation */
async function assertSameVersions(run: Run, { labels }: Observation): Promise<void> {
  const form = ({ versions }: Observation['labels']) =>
    versions
      .map(({ id, stages }) => `${id} ${[...stages].sort()}`)
      .sort()
      .join('\n');
  if (form(await readLabels(run)) !== form(labels)) throw new LabelsMovedError();
}
