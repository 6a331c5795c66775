import { RotationError } from './errors.ts';
import { graceRuns, type Observation } from './observe.ts';
import type { Strategy } from './outcome.ts';
import { type Run, step } from './run.ts';

/** Whether C stays valid beside the candidate. */
export function keepsCurrent(strategy: Strategy): boolean {
  return strategy !== 'in-place';
}

/**
 * The strategy of a rotation that is about to begin: what the settings name, or what the IAM can do.
 *
 * @throws {RotationError} `overlap-unsupported` when `dual-secret` is named and the IAM can't
 */
export async function chooseStrategy(run: Run, { client }: Observation): Promise<Strategy> {
  const { strategy } = run.credential;
  if (strategy === 'in-place' || strategy === 'alternating-clients') return strategy;
  const overlaps =
    graceRuns(client, run.runtime.now()) || (await step(run, 'probe', () => run.ports.iam.probeOverlap(client)));
  if (overlaps) return 'dual-secret';
  if (strategy === 'auto') return 'in-place';
  throw new RotationError(
    'overlap-unsupported',
    'The IAM would end the old secret at once: no client policy applies to the client',
  );
}

/** The strategy of a rotation whose candidate the IAM holds already: seen, not chosen. */
export function strategyUnderWay(run: Run, { client, target, current }: Observation): Strategy {
  if (target.clientId !== client.clientId) return 'alternating-clients';
  const keeps = graceRuns(client, run.runtime.now()) && client.previous?.secret === current?.document.clientSecret;
  return keeps ? 'dual-secret' : 'in-place';
}
