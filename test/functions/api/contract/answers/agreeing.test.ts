import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { agreeing } from '../../../../../functions/api/contract/answers/agreeing.ts';

interface Step {
  readonly name: string;
  readonly ms?: number;
}

describe('agreeing, to the type checker', () => {
  it('takes a schema that is the interface, and gives it back', () => {
    const schema = z.object({ name: z.string(), ms: z.number().exactOptional() });
    expect(agreeing<Step>()(schema)).toBe(schema);
  });

  it('refuses one that lacks a member, has one too many, or another type', () => {
    // @ts-expect-error: an optional member is missing
    agreeing<Step>()(z.object({ name: z.string() }));
    // @ts-expect-error: the interface has no such member
    agreeing<Step>()(z.object({ name: z.string(), ms: z.number().exactOptional(), at: z.string().exactOptional() }));
    // @ts-expect-error: a member that may be left out is demanded
    agreeing<Step>()(z.object({ name: z.string(), ms: z.number() }));
    // @ts-expect-error: another type
    agreeing<{ readonly step: Step }>()(z.object({ step: z.object({ name: z.int(), ms: z.int().exactOptional() }) }));
    expect.assertions(0);
  });
});
