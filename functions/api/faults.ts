import type * as z from 'zod';
import type { FieldFault } from './contract/answers/problem.ts';
import { type ApiResponse, problem } from './problem.ts';

/** More faults than this help nobody, and would let an answer grow beyond what was sent. */
const MOST_FAULTS = 10;

/**
 * The problem of a part of a request that is not valid.
 *
 * @param what the part, as the subject of a sentence: `The body is`
 */
export function invalid(what: string, { error, next }: { error: z.ZodError; next: string }): ApiResponse {
  const { errors, omitted } = faultsIn(error);
  const more = omitted === 0 ? '' : `; ${omitted} more faults are not listed`;
  return problem('request-invalid', { detail: `${what} not valid${more}`, nothingChanged: true, next, errors });
}

/** The faults, each with its place, ten at most: an answer is never much larger than what it answers. */
function faultsIn({ issues }: z.ZodError): { readonly errors: FieldFault[]; readonly omitted: number } {
  // Zod's own message of unknown members repeats all of them.
  const places = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key], detail: 'is not known here' }))
      : [{ path: issue.path, detail: issue.message }],
  );
  const errors = places.slice(0, MOST_FAULTS).map(({ path, detail }) => ({ pointer: jsonPointer(path), detail }));
  return { errors, omitted: places.length - errors.length };
}

/** @see [RFC 6901 §3](https://www.rfc-editor.org/rfc/rfc6901#section-3) */
function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
