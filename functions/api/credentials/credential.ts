import { isRotationError, RotationError } from '../../credential/errors.ts';
import type { AuditRecords } from '../../ports/audit/records.ts';
import type { RunLedger } from '../../ports/ledger.ts';
import type { Schedules } from '../../ports/schedules.ts';
import type { SecretStore, SecretVersion } from '../../ports/secret-store.ts';
import type { TaskList, Tasks } from '../../ports/tasks.ts';
import { findingsOf } from '../audits/findings.ts';
import type { CredentialView, RotationView } from '../contract/answers/credential.ts';
import type { RunViewDeps } from '../run-view.ts';
import { type CredentialFacts, credentialViewOf, lastRunView, shownOf, versionsOf } from './view.ts';

/** What the API reads one credential from. */
export interface CredentialDeps extends RunViewDeps {
  readonly schedules: Pick<Schedules, 'settings'>;
  readonly storeOf: (id: string) => Pick<SecretStore, 'versions'>;
  readonly tasksOf: (id: string) => Pick<Tasks, 'read'>;
  readonly ledgerOf: (id: string) => Pick<RunLedger, 'list'>;
  readonly auditRecords: Pick<AuditRecords, 'read'>;
}

/**
 * One credential, as it is now.
 *
 * @throws {RotationError} `credential-unknown`
 */
export async function credentialView(id: string, deps: CredentialDeps): Promise<CredentialView> {
  const now = deps.now();
  const settings = shownOf(await deps.schedules.settings(id));
  const [versions, tasks, lastRun, audited] = await Promise.all([
    deps.storeOf(id).versions(),
    tasksOf({ id, settings }, deps),
    lastRunOf(id, deps),
    findingsOf(id, deps.auditRecords),
  ]);
  return credentialViewOf({ id, settings, versions: versionsOf(versions), tasks, lastRun, ...audited }, now);
}

/** A ledger that does not answer hides no credential. */
async function lastRunOf(id: string, deps: CredentialDeps): Promise<CredentialView['lastRun']> {
  try {
    const [entry] = (await deps.ledgerOf(id).list({ limit: 1 })).entries;
    return lastRunView(id, entry, deps);
  } catch (error) {
    if (isRotationError(error)) return null;
    throw error;
  }
}

/** The tasks of a credential. Nobody is asked to do anything where no person has a part. */
export async function tasksOf(
  { id, settings: { iam, connectors } }: Pick<CredentialFacts, 'id' | 'settings'>,
  deps: Pick<CredentialDeps, 'tasksOf'>,
): Promise<TaskList> {
  const attended = iam === 'manual' || connectors.some(({ via }) => via === 'manual');
  return attended ? await deps.tasksOf(id).read() : { tasks: [], acknowledgements: [] };
}

/** @throws {RotationError} `credential-unknown` or `rotation-unknown` */
export async function rotationView(
  id: string,
  rotationId: string,
  { schedules, storeOf }: Pick<CredentialDeps, 'schedules' | 'storeOf'>,
): Promise<RotationView> {
  await schedules.settings(id);
  const version = (await storeOf(id).versions()).find((one) => one.id === rotationId);
  if (!version) throw new RotationError('rotation-unknown', `There is no rotation ${rotationId} of ${id}`);
  return { rotationId, credential: id, state: stateOf(version), createdAt: version.createdAt.toISOString() };
}

/** A version that is current and pending still has to be given to a connector, yet is the truth. */
function stateOf({ stages }: SecretVersion): RotationView['state'] {
  if (stages.includes('AWSCURRENT')) return 'current';
  if (stages.includes('AWSPENDING')) return 'pending';
  return stages.includes('AWSPREVIOUS') ? 'previous' : 'superseded';
}
