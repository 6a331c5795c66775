import { RotationError } from '../credential/errors.ts';
import type { Strategy } from '../credential/outcome.ts';
import type { IamClient } from '../ports/iam.ts';
import { graceRuns, type Observation } from './observe.ts';
import { type Run, step } from './run.ts';

/**
 * Whether C stays valid beside the candidate: it has to; it does where the IAM can do it, and only a look after the change tells;
 * or it does not.
 */
export type Overlap = 'required' | 'where-possible' | 'none';

/** What the settings ask for. */
export function overlapWanted({ credential }: Run): Overlap {
  const wanted = {
    'dual-secret': 'required',
    'alternating-clients': 'required',
    auto: 'where-possible',
    'in-place': 'none',
  } as const;
  return wanted[credential.strategy];
}

/**
 * Makes certain, before anything is begun, that a strategy which is named can be carried out. With `auto` there is nothing to ask:
 * the previous secret is sent along, and a look afterwards tells whether the IAM keeps it.
 *
 * @throws {RotationError} `overlap-unsupported` when `dual-secret` is named and the IAM can't
 */
export async function assertStrategy(run: Run, { client, answer }: Observation): Promise<void> {
  const { strategy, iam } = run.credential;
  const prepares = iam.renewal === 'regenerate' && strategy === 'auto';
  if (strategy !== 'dual-secret' && !prepares) return;
  // A secret that the IAM refuses already is not to be kept, and the probe would bring it back to life.
  if (!answer.accepted || graceRuns(client, run.runtime.now())) return;
  const overlaps = await step(run, 'probe', () => run.ports.iam.probeOverlap(client));
  if (overlaps || strategy === 'auto') return;
  throw new RotationError(
    'overlap-unsupported',
    'The IAM would end the old secret at once: no client policy applies to the client',
  );
}

/** Whether the IAM keeps a secret beside its current one. A read tells; a token request can't tell the two apart. */
export function keepsBeside(client: IamClient, clientSecret: string, now: Date): boolean {
  return graceRuns(client, now) && client.previous?.secret === clientSecret;
}

/** The strategy of a rotation whose candidate the IAM holds already: seen, not chosen. */
export function strategyUnderWay(run: Run, { client, target, current }: Observation): Strategy {
  if (target.clientId !== client.clientId) return 'alternating-clients';
  const keeps = current && keepsBeside(client, current.document.clientSecret, run.runtime.now());
  return keeps ? 'dual-secret' : 'in-place';
}
