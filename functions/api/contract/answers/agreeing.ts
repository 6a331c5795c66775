import type * as z from 'zod';

/**
 * Holds a schema to an interface: the type checker refuses the schema where the two differ, in either direction, optional members
 * included.
 *
 * @example const Step = agreeing<Step>()(z.object({ name: z.string(), ms: z.number() }));
 */
export function agreeing<T>() {
  return <S extends z.ZodType>(schema: S & (Same<Deep<z.output<S>>, Deep<T>> extends true ? unknown : never)): S =>
    schema;
}

/** Whether two types are one. Assignability would overlook an optional member that only one of them has. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** A type without its `readonly`, which JSON doesn't know. */
type Deep<T> = T extends readonly (infer U)[]
  ? Deep<U>[]
  : T extends object
    ? { -readonly [K in keyof T]: Deep<T[K]> }
    : T;
