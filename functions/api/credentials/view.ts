import type { ConnectorProof } from '../../credential/outcome.ts';
import type { ConnectorSettings, Credential } from '../../credential/settings/credential.ts';
import type { ShownSettings } from '../../ports/api/overviews.ts';
import type { LedgerEntry } from '../../ports/ledger.ts';
import type { SecretVersion } from '../../ports/secret-store.ts';
import type { Acknowledgement, TaskList } from '../../ports/tasks.ts';
import { taskReport } from '../../rotation/plan/tasks.ts';
import type { CredentialView } from '../contract/answers/credential.ts';
import { type RunViewDeps, viewOf } from '../run-view.ts';

const DAY_MS = 86_400_000;

/** Everything that is shown of a credential. */
export interface CredentialFacts extends Pick<CredentialView, 'id' | 'lastRun' | 'auditedAt' | 'findings'> {
  readonly settings: ShownSettings;
  readonly versions: Versions;
  readonly tasks: TaskList;
}

/** What the labels of a secret say. */
export interface Versions {
  /** The version that is in use. @default - before the first run */
  readonly current?: Pick<SecretVersion, 'id' | 'createdAt'> | undefined;
  readonly pending: boolean;
}

/** A credential as the API shows it. */
export function credentialViewOf({ settings, versions, tasks, ...known }: CredentialFacts, now: Date): CredentialView {
  const { current, pending } = versions;
  const { clientId, iam, strategy, maxAge, schedule, connectors } = settings;
  return {
    id: known.id,
    clientId,
    iam,
    strategy,
    versionId: current?.id ?? null,
    rotatedAt: current?.createdAt.toISOString() ?? null,
    ageDays: current ? Math.floor((now.getTime() - current.createdAt.getTime()) / DAY_MS) : null,
    maxAge,
    lastRun: known.lastRun,
    pending,
    schedule,
    connectors: connectors.map(({ name, via }) => ({
      name,
      via,
      proof: proofOf({ name, via }, { acknowledgements: tasks.acknowledgements, current }),
    })),
    tasks: tasks.tasks.map((task) => taskReport(task, now)),
    auditedAt: known.auditedAt,
    findings: known.findings,
  };
}

/** What is shown of settings. */
export function shownOf({ clientId, iam, strategy, maxAge, schedule, connectors }: Credential): ShownSettings {
  const { expression, timezone, state } = schedule;
  return {
    clientId,
    iam: iam.type,
    strategy,
    maxAge,
    schedule: { expression, timezone, state },
    connectors: connectors.map(({ name, via }) => ({ name, via })),
  };
}

/** What labels say. */
export function versionsOf(versions: readonly SecretVersion[]): Versions {
  return { current: labelled(versions, 'AWSCURRENT'), pending: labelled(versions, 'AWSPENDING') !== undefined };
}

/** The version with a label. */
export function labelled<Version extends Pick<SecretVersion, 'stages'>>(
  versions: readonly Version[],
  label: 'AWSCURRENT' | 'AWSPENDING',
): Version | undefined {
  return versions.find(({ stages }) => stages.includes(label));
}

/** A run, in short. */
export function lastRunView(id: string, entry: LedgerEntry | undefined, deps: RunViewDeps): CredentialView['lastRun'] {
  if (!entry) return null;
  const { requestId, kind, status, requestedAt, outcome, failure } = viewOf(id, entry, deps);
  return { requestId, kind, status, requestedAt, outcome, ...(failure && { failure }) };
}

/** What a person said of an older version says nothing of the current one. */
function proofOf(
  { name, via }: Pick<ConnectorSettings, 'name' | 'via'>,
  known: { readonly acknowledgements: readonly Acknowledgement[] } & Pick<Versions, 'current'>,
): ConnectorProof | null {
  const said = known.acknowledgements.find(({ connector }) => connector === name);
  if (via !== 'manual' || !said || said.versionId !== known.current?.id) return null;
  return { level: 'attested', by: said.by, at: said.at.toISOString() };
}
