import type * as z from 'zod';
import { didYouMean } from './did-you-mean.ts';

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object { … }',
  array: 'a list [ … ]',
  record: 'an object { … }',
  tuple: 'a list of two',
};

/** What zod finds, in words for whoever wrote the file. Our own rules bring their own words, which come first. */
export const inPlainWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kind(issue.expected)}, not ${kindOf(issue.input)}`;
    case 'invalid_value':
      return oneOf(issue.values.map(String), issue.input);
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `needs at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `is longer than ${issue.maximum} characters`
        : `has more than ${issue.maximum}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is not a key that can be used';
    case 'invalid_format':
      return issue.format === 'date'
        ? 'is not a day of the calendar; for example 2026-12-20'
        : 'cannot be used as it is';
    default:
      return 'cannot be used as it is';
  }
};

/**
 * Says which words are taken.
 *
 * @param input is repeated by a hint only where it is near one of them
 */
function oneOf(words: readonly string[], input: unknown): string {
  const hint = typeof input === 'string' ? didYouMean(input, words) : undefined;
  const [last = '', ...others] = [...words].reverse();
  const list = others.length > 0 ? `${others.reverse().join(', ')} or ${last}` : last;
  return hint ? `must be ${list}; ${hint}` : `must be ${list}`;
}

function kind(expected: string): string {
  return KINDS[expected] ?? `a ${expected}`;
}

function kindOf(input: unknown): string {
  if (input === null) return 'null';
  return kind(Array.isArray(input) ? 'array' : typeof input);
}
