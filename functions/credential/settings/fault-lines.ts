import type * as z from 'zod';

/** So many unknown keys of one object are told by name. */
const MAX_UNKNOWN = 10;

/** A schema's issues, one line each: `credentials[3].schedule.timezone: 'Mars/X' is not an IANA time zone; …`. */
export function faultLines(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [`${pathText(issue.path) || 'the file'}: ${issue.message}`];
    // As many as help: an answer must not grow with what somebody else sent.
    const told = issue.keys
      .slice(0, MAX_UNKNOWN)
      .map((key) => `${pathText([...issue.path, key.slice(0, 60)])}: unknown key`);
    const left = issue.keys.length - told.length;
    return left > 0 ? [...told, `${pathText(issue.path) || 'the file'}: ${left} more unknown keys`] : told;
  });
}

/** A path as people read it: `credentials[3].schedule`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index > 0 ? `.${String(key)}` : String(key)))
    .join('');
}
