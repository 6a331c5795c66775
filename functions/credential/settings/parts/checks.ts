import * as z from 'zod';

/** Tells one fault, at a path below the value that is checked. */
export type Tell = (path: PropertyKey[], message: string) => void;

/**
 * A check that also runs where other faults were found, so that all of them are told at once. It must not rely on the shape of
 * what it looks at.
 *
 * @param look tells what is wrong with a value
 */
export function anyway<T>(look: (value: T, tell: Tell) => void): z.core.$ZodCheck<T> {
  return z.superRefine<T>(
    (value, { addIssue }) => look(value, (path, message) => addIssue({ code: 'custom', path, message })),
    { when: ({ value }) => typeof value === 'object' && value !== null },
  );
}

/**
 * Refuses an element whose key was seen before.
 *
 * @param member the member that the key is made of, for the fault's path and words
 * @param keyOf two elements with the same key are the same; undefined is like nothing
 */
export function distinct(member: string, keyOf: (value: unknown) => unknown = (value) => value) {
  return anyway<unknown[]>((elements, tell) => {
    if (!Array.isArray(elements)) return;
    const firsts = new Map<string, number>();
    const keys = elements.map((element) => (element as Record<string, unknown> | null)?.[member]).map(keyOf);
    for (const [index, key] of keys.entries()) {
      if (typeof key !== 'string') continue;
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, index);
      else tell([index, member], `is already the ${member} of element ${first}`);
    }
  });
}
