import { isRotationError, RotationError } from '../../credential/errors.ts';
import { ConfigurationChangedError } from '../../ports/connector.ts';
import { StageMovedError, VersionTakenError } from '../../ports/secret-store.ts';

/** Whether a write that failed like this may have been carried out all the same. Anything unforeseen may. */
export function leavesInDoubt(error: unknown): boolean {
  if (error instanceof StageMovedError || error instanceof VersionTakenError) return false;
  if (error instanceof ConfigurationChangedError) return false;
  return !isRotationError(error) || error.inDoubt;
}

/** An error that also tells whether the run had changed anything before it met the error. */
export function withChanges(
  { code, message, retryAfter, next }: RotationError,
  changed: boolean | null,
): RotationError {
  return new RotationError(code, message, { retryAfter, next, changed });
}
