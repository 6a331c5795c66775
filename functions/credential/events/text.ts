import * as z from 'zod';

/**
 * A text of so many characters. They are counted as JSON Schema counts them, by code point: zod counts the halves of a character
 * that UTF-16 writes in two. One half alone is refused: it can't be written in UTF-8, so a table or a log may refuse it later.
 */
export function text(least: number, most: number) {
  return z
    .string()
    .refine((value) => {
      const { length } = [...value];
      return length >= least && length <= most;
    }, `must have ${least} to ${most} characters`)
    .refine((value) => value.isWellFormed(), 'has half of a character in it')
    .meta({ minLength: least, maxLength: most });
}
