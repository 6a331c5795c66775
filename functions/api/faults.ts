import type * as z from 'zod';
import type { FieldFault } from './problem.ts';

/** More faults than this help nobody, and would let an answer grow beyond what was sent. */
const MOST_FAULTS = 10;

/**
 * The faults of a body or a query, each with its place, ten at most: an answer is never much larger than what it answers.
 *
 * @returns `omitted` counts those that are not listed
 */
export function faultsIn({ issues }: z.ZodError): { readonly errors: FieldFault[]; readonly omitted: number } {
  // Zod's own message of unknown members repeats all of them.
  const places = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key], detail: 'is not known here' }))
      : [{ path: issue.path, detail: issue.message }],
  );
  const errors = places.slice(0, MOST_FAULTS).map(({ path, detail }) => ({ pointer: jsonPointer(path), detail }));
  return { errors, omitted: places.length - errors.length };
}

/** `The body is not valid`, and how many faults are not listed. */
export function faultsDetail(what: string, omitted: number): string {
  return omitted === 0 ? `${what} is not valid` : `${what} is not valid; ${omitted} more faults are not listed`;
}

/** @see [RFC 6901 §3](https://www.rfc-editor.org/rfc/rfc6901#section-3) */
function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
