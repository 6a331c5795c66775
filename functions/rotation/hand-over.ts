import { readLabels } from './observe.ts';
import type { Rotation } from './outcome.ts';
import { type Run, report, step } from './run.ts';

const POLL_MS = 1000;

/**
 * With `native: true` a rotation belongs to Secrets Manager: the run, which has found everything at rest, starts it and watches its
 * labels until they come to rest again.
 */
export async function handOver(run: Run): Promise<Rotation> {
  const versionId = await step(run, 'rotate-secret', () => run.ports.store.startRotation(run.runtime.newId()));
  run.rotationId = versionId;
  return await step(run, 'wait', async () => {
    for (;;) {
      await run.runtime.sleep(POLL_MS);
      const { current, pending } = await readLabels(run);
      if (pending?.id !== versionId) return report(run, ending(current?.id === versionId));
      if (run.runtime.remainingMs() < run.timing.undoReserveMs) return report(run, UNDECIDED);
    }
  });
}

function ending(rotated: boolean): Parameters<typeof report>[1] {
  if (rotated) return { outcome: 'rotated' };
  const detail = 'Secrets Manager gave the rotation up; the log of its steps says why';
  return {
    outcome: 'rolled-back',
    failure: { code: 'native-failed', detail, next: 'Look at the log, then rotate again.' },
  };
}

const UNDECIDED: Parameters<typeof report>[1] = {
  outcome: 'interrupted',
  failure: { code: 'out-of-time', detail: 'Secrets Manager is still rotating', next: 'Look again in a minute.' },
};
