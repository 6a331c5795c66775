import type { SecretVersion } from '../ports/secret-store.ts';
import { lookRepeatedly } from './proofs.ts';
import type { Run } from './run.ts';

/** The labels and ids of one answer. */
export interface Labels {
  readonly versions: readonly SecretVersion[];
  readonly current?: SecretVersion;
  readonly previous?: SecretVersion;
  readonly pending?: SecretVersion;
}

/**
 * Reads the labels anew. Secrets Manager is eventually consistent: an answer that lacks what this run has put or seen, or shows a
 * label where this run has taken it away, is older than the run, and is asked for again.
 */
export async function readLabels(run: Run): Promise<Labels> {
  const versions = await lookRepeatedly(
    run,
    () => run.ports.store.versions(),
    (answer) => isRecent(run, answer),
  );
  const holder = (stage: string) => versions.find(({ stages }) => stages.includes(stage));
  const [current, previous, pending] = [holder('AWSCURRENT'), holder('AWSPREVIOUS'), holder('AWSPENDING')];
  run.pendingStands = pending !== undefined;
  remember(run, [current, previous, pending]);
  return { versions, ...(current && { current }), ...(previous && { previous }), ...(pending && { pending }) };
}

function isRecent(run: Run, versions: readonly SecretVersion[]): boolean {
  const known = new Map(versions.map(({ id, stages }) => [id, stages]));
  const complete = [...run.confirmed, ...run.shown].every((id) => known.has(id));
  const former = run.currents.slice(0, -1).some((id) => known.get(id)?.includes('AWSCURRENT'));
  return complete && !former && [...run.movedFrom].every(([stage, id]) => !known.get(id)?.includes(stage));
}

function remember(run: Run, [current, ...others]: readonly (SecretVersion | undefined)[]): void {
  for (const version of [current, ...others]) if (version) run.shown.add(version.id);
  if (current && !run.currents.includes(current.id)) run.currents.push(current.id);
}
