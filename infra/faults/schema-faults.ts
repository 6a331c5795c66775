import type * as z from 'zod';
import { settingsBelow } from '../schema.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Fault } from './fault.ts';

/** So many unknown keys of one object are told. */
const MAX_UNKNOWN = 10;

const SECRET_KEY = /secret|passw|token|api-?_?key|private|^(pw|pwd|key)$/i;
const RENEW = 'does not belong into this file: renew it, and put the new one into Secrets Manager';

/** A schema's issues as faults: unknown keys one by one, with what they may have been meant to be. */
export function schemaFaults(error: z.ZodError, value: unknown): Fault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: explain(issue, value) }];
    const told = issue.keys.slice(0, MAX_UNKNOWN).map((key) => unknownKey(issue.path, key));
    const left = issue.keys.length - told.length;
    return left > 0 ? [...told, { path: issue.path, message: `${left} more unknown keys` }] : told;
  });
}

function unknownKey(path: readonly PropertyKey[], key: string): Fault {
  const known = settingsBelow(path.filter((part) => typeof part === 'string'));
  const hint = didYouMean(key, known);
  const otherCase = known.some((one) => one.toLowerCase() === key.toLowerCase());
  const secret = SECRET_KEY.test(key) && !otherCase ? `if it holds a secret, that ${RENEW}` : undefined;
  const message = ['unknown key', hint, secret].filter((part) => part !== undefined).join('; ');
  return { path: [...path, key.slice(0, 60)], message };
}

/** Where a name of a secret is asked for, the secret itself may have been pasted. Names have a slash in them. */
function explain({ path, message }: z.core.$ZodIssue, value: unknown): string {
  if (path.at(-1) !== 'secretId') return message;
  const given = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  if (typeof given !== 'string' || /^[\w+=.@-]+\/[\w/+=.@-]+$/.test(given)) return message;
  return `${message}; if it is the secret itself, that ${RENEW}`;
}
