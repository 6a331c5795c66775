import type * as z from 'zod';
import type { ErrorCode } from '../../credential/errors.ts';

/** A part of a request, and how to write one. */
export interface Form<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  /** What a caller does who sent something else. */
  readonly next: string;
}

/** An answer that is no problem. */
export interface AnswerContract {
  readonly description: string;
  /** One of them; each has a name in `COMPONENTS`. */
  readonly schemas: readonly z.ZodType[];
  /** Headers that it always has, and what they say. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What one route takes and answers. */
export interface RouteContract {
  /** The name of the call for programs: OpenAPI's `operationId`. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** @default - a query that has any member is refused */
  readonly query?: Form;
  /** Of the headers that mean something here, by their names in lower case. Others may be there. @default - none */
  readonly headers?: Form<z.ZodObject>;
  /** An absent or empty body is `{}`. @default - what is sent is not looked at */
  readonly body?: Form;
  /** By status. */
  readonly answers: Readonly<Record<number, AnswerContract>>;
  /** The codes of every problem that it may answer with. */
  readonly problems: readonly ErrorCode[];
  /** Whether a problem may have a rotation's members beside it. @default false */
  readonly runs?: boolean;
}
