import { RotationError } from '../../credential/errors.ts';
import type { Credential } from '../../credential/settings/credential.ts';
import type { RotationRequest } from './context.ts';

/**
 * Refuses what a credential can't do, whatever state it is in.
 *
 * @throws {RotationError} `not-available` where Secrets Manager itself rotates; `request-invalid` when a connector that is to be left
 *   behind is none of the credential's
 */
export function assertAvailable({ connectors, native }: Credential, request: RotationRequest): void {
  const { leaveBehind = [], revokePrevious } = request;
  if (native && revokePrevious)
    throw new RotationError(
      'not-available',
      'revokePrevious: a rotation by Secrets Manager itself ends nothing at once',
    );
  if (native && leaveBehind.length > 0)
    throw new RotationError('not-available', 'leaveBehind: a rotation by Secrets Manager itself leaves nobody behind');
  const unknown = leaveBehind.find((name) => !connectors.some((connector) => connector.name === name));
  if (unknown === undefined) return;
  const names = connectors.map(({ name }) => `'${name}'`).join(', ');
  const detail = `leaveBehind: there is no connector '${unknown}'; there is ${names}`;
  throw new RotationError('request-invalid', detail, { pointer: `/leaveBehind/${leaveBehind.indexOf(unknown)}` });
}
