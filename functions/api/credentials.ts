import pMap from 'p-map';
import { describeError, isRotationError, RotationError } from '../credential/errors.ts';
import type { ConnectorProof } from '../credential/outcome.ts';
import { type ConnectorSettings, type Credential, hasManualDoor } from '../credential/settings/credential.ts';
import type { AuditRecords } from '../ports/audit/records.ts';
import type { RunLedger } from '../ports/ledger.ts';
import type { Schedules } from '../ports/schedules.ts';
import type { SecretStore, SecretVersion } from '../ports/secret-store.ts';
import type { Acknowledgement, TaskList, Tasks } from '../ports/tasks.ts';
import { taskReport } from '../rotation/plan/tasks.ts';
import { findingsOf } from './audits/findings.ts';
import type {
  CredentialsPage,
  CredentialView,
  RotationView,
  UnreadableCredential,
} from './contract/answers/credential.ts';
import { STATUSES } from './contract/statuses.ts';
import { type RunViewDeps, viewOf } from './run-view.ts';

const DAY_MS = 86_400_000;

/**
 * How many credentials of a page are read at a time. Each takes a call of EventBridge Scheduler and one of Secrets Manager, which
 * allows 50 `ListSecretVersionIds` a second in an account and region; and two of the table.
 *
 * @see [Quotas](https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html)
 */
const READ_AT_A_TIME = 5;

/** What the API reads from. */
export interface CredentialsDeps extends RunViewDeps {
  readonly schedules: Pick<Schedules, 'settings' | 'list'>;
  readonly storeOf: (id: string) => Pick<SecretStore, 'versions'>;
  readonly tasksOf: (id: string) => Pick<Tasks, 'read'>;
  readonly ledgerOf: (id: string) => Pick<RunLedger, 'list'>;
  readonly auditRecords: Pick<AuditRecords, 'read'>;
}

/** @throws {RotationError} `credential-unknown` */
export async function credentialView(id: string, deps: CredentialsDeps): Promise<CredentialView> {
  const now = deps.now();
  const credential = await deps.schedules.settings(id);
  const [versions, { tasks, acknowledgements }, lastRun, audited] = await Promise.all([
    deps.storeOf(id).versions(),
    readTasks(credential, deps),
    lastRunOf(id, deps),
    findingsOf(id, deps.auditRecords),
  ]);
  const current = currentOf(versions);
  const { clientId, strategy, maxAge, schedule, connectors } = credential;
  const { expression, timezone, state } = schedule;
  return {
    id,
    clientId,
    iam: credential.iam.type,
    strategy,
    versionId: current?.id ?? null,
    rotatedAt: current?.createdAt.toISOString() ?? null,
    ageDays: current ? Math.floor((now.getTime() - current.createdAt.getTime()) / DAY_MS) : null,
    maxAge,
    lastRun,
    pending: versions.some(({ stages }) => stages.includes('AWSPENDING')),
    schedule: { expression, timezone, state },
    connectors: connectors.map(({ name, via }) => ({
      name,
      via,
      proof: proofOf({ name, via }, { acknowledgements, current }),
    })),
    tasks: tasks.map((task) => taskReport(task, now)),
    ...audited,
  };
}

/** The version that is in use. */
export function currentOf(versions: readonly SecretVersion[]): SecretVersion | undefined {
  return versions.find(({ stages }) => stages.includes('AWSCURRENT'));
}

/** A ledger that does not answer hides no credential. */
async function lastRunOf(id: string, deps: CredentialsDeps): Promise<CredentialView['lastRun']> {
  try {
    const [entry] = (await deps.ledgerOf(id).list({ limit: 1 })).entries;
    if (!entry) return null;
    const { requestId, kind, status, requestedAt, outcome, failure } = viewOf(id, entry, deps);
    return { requestId, kind, status, requestedAt, outcome, ...(failure && { failure }) };
  } catch (error) {
    if (isRotationError(error)) return null;
    throw error;
  }
}

/** Nobody is asked to do anything where no person has a part. */
async function readTasks(credential: Credential, { tasksOf }: CredentialsDeps): Promise<TaskList> {
  return hasManualDoor(credential) ? await tasksOf(credential.id).read() : { tasks: [], acknowledgements: [] };
}

/** What a person said of an older version says nothing of the current one. */
function proofOf(
  { name, via }: Pick<ConnectorSettings, 'name' | 'via'>,
  known: { readonly acknowledgements: readonly Acknowledgement[]; readonly current: SecretVersion | undefined },
): ConnectorProof | null {
  const said = known.acknowledgements.find(({ connector }) => connector === name);
  if (via !== 'manual' || !said || said.versionId !== known.current?.id) return null;
  return { level: 'attested', by: said.by, at: said.at.toISOString() };
}

/**
 * A page of credentials, in the order of the schedules. A few are read at a time. One that can't be read doesn't hide the others.
 *
 * @throws {RotationError} `schedule-throttled` and the like when AWS is busy: that says nothing about a credential
 */
export async function credentialsPage(
  page: { limit: number; nextToken?: string | undefined },
  deps: CredentialsDeps,
): Promise<CredentialsPage> {
  const { ids, nextToken } = await deps.schedules.list(page);
  const read = (id: string) => credentialView(id, deps).catch((error: unknown) => unreadable(id, error));
  const credentials = await pMap(ids, read, { concurrency: READ_AT_A_TIME });
  return { credentials, ...(nextToken === undefined ? {} : { nextToken }) };
}

function unreadable(id: string, error: unknown): UnreadableCredential {
  if (!isRotationError(error) || STATUSES[error.code] === 503) throw error;
  const { code, detail, next } = describeError(error);
  return { id, problem: { code, title: error.info.title, detail, next } };
}

/** @throws {RotationError} `credential-unknown` or `rotation-unknown` */
export async function rotationView(
  id: string,
  rotationId: string,
  { schedules, storeOf }: Pick<CredentialsDeps, 'schedules' | 'storeOf'>,
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
