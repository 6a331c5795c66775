import { createHash, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

/** What stands wherever a secret would be printed. */
const PRINTED = '[secret]';

/**
 * A value that nobody is to see: logs, messages, JSON, templates and `util.inspect` show `[secret]`. Only {@link Secret.reveal} opens it,
 * and `test/secrets.test.ts` lists the files that may. Two of them are compared with {@link sameSecret}: `===` compares objects.
 */
export class Secret {
  readonly #value: string;

  /** @param value in clear */
  constructor(value: string) {
    this.#value = value;
  }

  /** The value in clear, for whatever sends or stores it in the same breath. */
  reveal(): string {
    return this.#value;
  }

  /** Whether there is nothing in it. */
  get isEmpty(): boolean {
    return this.#value === '';
  }

  /** Whether both are the same text. Compares digests, so that the time it takes tells neither where they differ nor how long one is. */
  equals(other: Secret): boolean {
    return timingSafeEqual(this.#digest(), other.#digest());
  }

  #digest(): Buffer {
    return createHash('sha256').update(this.#value, 'utf8').digest();
  }

  toString(): string {
    return PRINTED;
  }

  toJSON(): string {
    return PRINTED;
  }

  /** What `util.inspect` and `console` print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return PRINTED;
  }
}

/** What stands where no secret is known. */
export const NO_SECRET = new Secret('');

/** Whether two secrets are the same text. Two that are both missing are none. */
export function sameSecret(one: Secret | undefined, other: Secret | undefined): boolean {
  return one !== undefined && other !== undefined && one.equals(other);
}

/** Whether two secrets are the same text, or both are missing. */
export function bothOrNone(one: Secret | undefined, other: Secret | undefined): boolean {
  return one === undefined ? other === undefined : sameSecret(one, other);
}

/** Opens all secrets of an object, for whatever sends or stores it in the same breath. */
export function inClear<T extends Readonly<Record<keyof T, string | Secret>>>(values: T): Record<keyof T, string> {
  const entries = Object.entries<string | Secret>(values);
  const opened = entries.map(([name, value]) => [name, typeof value === 'string' ? value : value.reveal()]);
  return Object.fromEntries(opened) as Record<keyof T, string>;
}

/** A text of a JSON document that is a secret: a schema that wraps it as soon as it was read. */
export const secretText = z
  .string()
  .min(1)
  .transform((value) => new Secret(value));
