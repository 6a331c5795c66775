import { errorName } from '../../credential/errors.ts';

/**
 * The name of an SDK's error, which the SDK takes from the answer.
 *
 * @returns `unknown error` for what doesn't look like one
 */
export function awsErrorName(error: unknown): string {
  return errorName(error);
}
