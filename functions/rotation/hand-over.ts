import type { Next } from './attempt.ts';
import { readLabels } from './label-reading.ts';
import { type Run, report, step } from './run.ts';

const POLL_MS = 1000;

/**
 * With `native: true` a rotation belongs to Secrets Manager: the run, which has found everything at rest, starts it and watches its
 * labels until they come to rest again. What became of it is then looked at, not concluded.
 */
export async function handOver(run: Run): Promise<Next> {
  run.atRest = false;
  const versionId = await step(run, 'rotate-secret', () =>
    run.ledger.write(() => run.ports.store.startRotation(run.runtime.newId())),
  );
  run.rotationId = versionId;
  run.handedOver = true;
  // Secrets Manager has made the version: a list without it is stale, and says nothing of how the rotation ended.
  run.confirmed.add(versionId);
  return await step(run, 'wait', async () => {
    for (;;) {
      await run.runtime.sleep(POLL_MS);
      const { current, pending } = await readLabels(run);
      if (pending?.id !== versionId && current?.id === versionId) return report(run, { outcome: 'rotated' });
      if (pending?.id !== versionId) return 'observe';
      if (!run.budget.fits(POLL_MS + run.timing.httpTimeoutMs)) return report(run, UNDECIDED);
    }
  });
}

/** The state that was seen after Secrets Manager gave a rotation up: everything is as it was before. */
export function givenUp(run: Run): Next {
  const detail = 'Secrets Manager gave the rotation up; the log of its steps says why';
  return report(run, {
    outcome: 'rolled-back',
    failure: { code: 'native-failed', detail, next: 'Look at the log, then rotate again.' },
  });
}

const UNDECIDED: Parameters<typeof report>[1] = {
  outcome: 'interrupted',
  failure: {
    code: 'out-of-time',
    detail: 'Secrets Manager has not ended the rotation yet: AWSPENDING stands, and it may go on',
    next: 'Look again in a minute, then rotate again.',
  },
};
