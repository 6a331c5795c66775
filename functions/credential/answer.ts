import type { Failure, Rotation } from './outcome.ts';
import type { Plan } from './plan.ts';

/** What `rotate` answers to the API: how the run ended, what it would do, or why there was none. */
export type RotateAnswer =
  | { readonly rotation: Rotation; readonly problem?: never; readonly plan?: never }
  | { readonly plan: Plan; readonly rotation?: never; readonly problem?: never }
  | {
      readonly problem: Failure & {
        readonly retryAfter?: number | undefined;
        readonly nothingChanged: boolean | null;
        /** The place of the fault in the request: a JSON Pointer. */
        readonly pointer?: string | undefined;
        /** The run could not be written to the ledger. */
        readonly recorded?: false;
      };
      readonly rotation?: never;
      readonly plan?: never;
    };
