import type { Run } from '../run/context.ts';
import { retryUntil } from './looks.ts';
import type { Labels } from './observation.ts';

/**
 * Reads the labels anew. Secrets Manager is eventually consistent: an answer that lacks what this run has put or seen, or shows
 * a label where this run has taken it away, is older than the run, and is asked for again.
 */
export async function readLabels(run: Run): Promise<Labels> {
  const versions = await retryUntil(
    run,
    () => run.ports.store.versions(),
    (answer) => !run.ledger.versions.isOutdated(answer),
  );
  const holder = (label: string) => versions.find(({ stages }) => stages.includes(label));
  const [current, previous, pending] = [holder('AWSCURRENT'), holder('AWSPREVIOUS'), holder('AWSPENDING')];
  const labels = { ...(current && { current }), ...(previous && { previous }), ...(pending && { pending }) };
  run.ledger.sawLabels(labels, versions);
  return { versions, ...labels };
}
