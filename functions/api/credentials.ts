import pMap from 'p-map';
import { describeError, type ErrorCode, isRotationError, RotationError } from '../credential/errors.ts';
import type { Credential } from '../credential/settings/credential.ts';
import type { Schedules } from '../ports/schedules.ts';
import type { SecretStore, SecretVersion } from '../ports/secret-store.ts';
import { STATUSES } from './statuses.ts';

const DAY_MS = 86_400_000;

/**
 * How many credentials of a page are read at a time. Each takes a call of EventBridge Scheduler and one of Secrets Manager, which
 * allows 50 `ListSecretVersionIds` a second in an account and region.
 *
 * @see [Quotas](https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html)
 */
const READ_AT_A_TIME = 5;

/** A credential as the API shows it: settings and labels, never a value. */
export interface CredentialView {
  readonly id: string;
  readonly clientId: string | readonly string[];
  readonly strategy: Credential['strategy'];
  /** The version in use; null before the first run. */
  readonly versionId: string | null;
  readonly rotatedAt: string | null;
  readonly ageDays: number | null;
  /** Whether a rotation is under way, or was left behind. */
  readonly pending: boolean;
  readonly schedule: Pick<Credential['schedule'], 'expression' | 'timezone' | 'state'>;
}

/** Where a rotation stands, by its labels. */
export interface RotationView {
  readonly rotationId: string;
  readonly credential: string;
  readonly state: 'pending' | 'current' | 'previous' | 'superseded';
  readonly createdAt: string;
}

/** What the API reads from. */
export interface CredentialsDeps {
  readonly schedules: Pick<Schedules, 'settings' | 'list'>;
  readonly storeOf: (id: string) => Pick<SecretStore, 'versions'>;
  readonly now: () => Date;
}

/** @throws {RotationError} `credential-unknown` */
export async function credentialView(
  id: string,
  { schedules, storeOf, now }: CredentialsDeps,
): Promise<CredentialView> {
  const { clientId, strategy, schedule } = await schedules.settings(id);
  const versions = await storeOf(id).versions();
  const current = versions.find(({ stages }) => stages.includes('AWSCURRENT'));
  const { expression, timezone, state } = schedule;
  return {
    id,
    clientId,
    strategy,
    versionId: current?.id ?? null,
    rotatedAt: current?.createdAt.toISOString() ?? null,
    ageDays: current ? Math.floor((now().getTime() - current.createdAt.getTime()) / DAY_MS) : null,
    pending: versions.some(({ stages }) => stages.includes('AWSPENDING')),
    schedule: { expression, timezone, state },
  };
}

/** A credential of which only the id can be shown, and why. */
export interface UnreadableCredential {
  readonly id: string;
  readonly problem: {
    readonly code: ErrorCode;
    readonly title: string;
    readonly detail: string;
    readonly next: string;
  };
}

/**
 * A page of credentials, in the order of the schedules. A few are read at a time. One that can't be read doesn't hide the others.
 *
 * @throws {RotationError} `schedule-throttled` and the like when AWS is busy: that says nothing about a credential
 */
export async function credentialsPage(
  page: { limit: number; nextToken?: string | undefined },
  deps: CredentialsDeps,
): Promise<{ credentials: (CredentialView | UnreadableCredential)[]; nextToken?: string }> {
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
  { schedules, storeOf }: CredentialsDeps,
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
