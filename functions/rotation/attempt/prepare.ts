import { ConfigurationChangedError } from '../../ports/connector.ts';
import type { ConnectorView } from '../observe/observation.ts';
import { type Run, timed } from '../run/context.ts';

/**
 * Lets connectors do everything of a write but its commit, side by side: what would keep one of them from taking the new secret
 * shows before the IAM is touched.
 *
 * @returns whether every configuration still is the one that was read
 * @throws {RotationError} why a connector could not be written
 */
export async function prepareConnectors(run: Run, views: readonly ConnectorView[]): Promise<boolean> {
  const preparing = views.flatMap(({ connector, configuration }) =>
    connector.prepare && configuration ? [connector.prepare(configuration)] : [],
  );
  if (preparing.length === 0) return true;
  const results = await timed(run, 'prepare', () => Promise.allSettled(preparing));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  const failure = failures.find((one) => !(one instanceof ConfigurationChangedError));
  if (failure) throw failure;
  return failures.length === 0;
}
