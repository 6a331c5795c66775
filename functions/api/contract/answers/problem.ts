import * as z from 'zod';
import type { Outcome } from '../../../credential/outcome.ts';
import { errorCode, RotationAnswer, recorded } from './rotation.ts';

/** Ends of a run that are a problem in themselves, whatever caused them. */
export const TROUBLE = ['rolled-back', 'stored-not-applied', 'interrupted'] as const satisfies readonly Outcome[];

/** A fault of a body, a query or a header. */
const Fault = z.object({
  pointer: z.string().describe('JSON Pointer (RFC 6901).'),
  detail: z.string(),
});

/** A problem (RFC 9457). */
export const ProblemAnswer = z.object({
  type: z.string().describe('`/problems/` and the code.'),
  title: z.string(),
  status: z.int(),
  code: errorCode,
  detail: z.string(),
  credential: z.string().exactOptional(),
  requestId: z.string().exactOptional().describe('With a request for a run.'),
  executionId: z.string().exactOptional().describe('With `fleet-rotation-in-progress`: the one that is under way.'),
  nothingChanged: z.boolean().nullable().describe('Whether everything is as it was; null when nobody knows.'),
  next: z.string().describe('What to do.'),
  retryAfter: z.int().min(0).exactOptional().describe('Seconds, as in `Retry-After`.'),
  errors: z.array(Fault).max(10).exactOptional().describe('The faults of the request, each with its place.'),
  recorded,
});

/** A problem that a run ended with: the rotation's members stand beside those of the problem. */
export const RotationProblemAnswer = RotationAnswer.extend({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.union([errorCode, z.enum(TROUBLE)]).describe("The outcome, or the failure's code."),
  detail: z.string(),
  next: z.string(),
  cause: errorCode.describe("The failure's code."),
  retryAfter: z.int().min(0).exactOptional(),
});

/** What the gateway answers by itself. The form is not ours: there may be more. */
export const GatewayAnswer = z.looseObject({ message: z.string().nullable() });

/** A fault of a request. */
export type FieldFault = z.infer<typeof Fault>;
