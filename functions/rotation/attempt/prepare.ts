import { isRotationError } from '../../credential/errors.ts';
import { ConfigurationChangedError } from '../../ports/connector.ts';
import type { ConnectorView, Found } from '../observe/observation.ts';
import { type Run, timed } from '../run/context.ts';

/**
 * Lets connectors do everything of a write but its commit, side by side: what would keep one of them from taking the new secret
 * shows before the IAM is touched. Where the IAM refuses the current secret, they are cut off already: who can't be written is
 * left behind, as long as somebody can be.
 *
 * @returns whether every configuration still is the one that was read
 * @throws {RotationError} why a connector could not be written
 */
export async function prepareConnectors(run: Run, { connectors, answer }: Found): Promise<boolean> {
  const preparing = connectors.flatMap(({ connector, configuration }) =>
    connector.prepare && configuration ? [connector.prepare(configuration)] : [],
  );
  if (preparing.length === 0) return true;
  const results = await timed(run, 'prepare', () => Promise.allSettled(preparing));
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const failures = reasons.filter((reason) => !(reason instanceof ConfigurationChangedError));
  const leavesBehind = !answer.accepted && failures.length < connectors.filter(canBeWritten).length;
  const failure = failures.find((one) => !(leavesBehind && isRotationError(one)));
  if (failure) throw failure;
  return reasons.length === failures.length;
}

function canBeWritten({ configuration }: ConnectorView): boolean {
  return configuration !== undefined;
}
