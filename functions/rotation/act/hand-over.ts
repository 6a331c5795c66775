import type { Rotation } from '../../credential/outcome.ts';
import { type Acted, ended, REQUEUE } from '../attempt/acted.ts';
import { readLabels } from '../observe/labels.ts';
import { type Run, timed } from '../run/context.ts';

const POLL_MS = 1000;

/**
 * Lets Secrets Manager rotate (`native: true`): the run, which has found everything at rest, starts the rotation and watches its
 * labels until they come to rest again. What became of the rotation is then looked at, not concluded.
 */
export async function handOver(run: Run): Promise<Acted> {
  const { ports, runtime, ledger, draft, budget, timing } = run;
  const versionId = await timed(run, 'rotate-secret', () =>
    ledger.sent(() => ports.store.startRotation(runtime.newId())),
  );
  draft.isAbout(versionId);
  // What is known of the previous secret is of another one.
  draft.previousWorksUntil(undefined);
  ledger.handOver();
  // Secrets Manager has made the version: a list without it is stale, and says nothing of how the rotation ended.
  ledger.versions.confirmed(versionId);
  return await timed(run, 'wait', async () => {
    for (;;) {
      await runtime.sleep(POLL_MS);
      const { current, pending } = await readLabels(run);
      if (pending?.id !== versionId && current?.id === versionId) return ended(run, { outcome: 'rotated' });
      if (pending?.id !== versionId) return REQUEUE;
      if (!budget.fits(POLL_MS + timing.httpTimeoutMs)) return ended(run, UNDECIDED);
    }
  });
}

const UNDECIDED = {
  outcome: 'interrupted',
  failure: {
    code: 'out-of-time',
    detail: 'Secrets Manager has not ended the rotation yet: the rotation is in progress or unfinished',
    next: 'Look again in a minute, then rotate again.',
  },
} as const satisfies Partial<Rotation>;
