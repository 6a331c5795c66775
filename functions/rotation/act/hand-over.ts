import type { Rotation } from '../../credential/outcome.ts';
import { type Acted, ended, REQUEUE } from '../attempt/acted.ts';
import { readLabels } from '../observe/labels.ts';
import type { Requests } from '../run/budget.ts';
import { type Run, timed } from '../run/context.ts';

/** What the four steps send, one request after the other: settings, connectors, labels and IAM for each, and their writes. */
const STEPS: Requests = { iam: 7, connector: 4, connectorWrite: 1, store: 11 };
/** The steps begin cold, and Secrets Manager pauses between them. */
const HEADROOM = 1.25;
/** The next look comes after this part of the time that was waited so far. */
const LATER_PART = 4;
const SHORTEST_MS = 250;
/** The first look comes no later, however slow the dependencies are. */
const FIRST_MOST_MS = 10_000;

/**
 * Lets Secrets Manager rotate (`native: true`): the run, which has found everything at rest, starts the rotation and watches its
 * labels until they come to rest again: first when the steps can be expected to be through, by what the run has measured itself, then
 * at growing pauses. What became of the rotation is then looked at, not concluded.
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
    const begunAt = runtime.now().getTime();
    let pause = Math.min(FIRST_MOST_MS, budget.expectedMs(STEPS) * HEADROOM);
    for (;;) {
      const spare = budget.leftMs - timing.httpTimeoutMs;
      if (spare < SHORTEST_MS) return ended(run, UNDECIDED);
      await runtime.sleep(Math.min(spare, Math.max(SHORTEST_MS, pause)));
      const { current, pending } = await readLabels(run);
      if (pending?.id !== versionId && current?.id === versionId) return ended(run, { outcome: 'rotated' });
      if (pending?.id !== versionId) return REQUEUE;
      pause = (runtime.now().getTime() - begunAt) / LATER_PART;
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
