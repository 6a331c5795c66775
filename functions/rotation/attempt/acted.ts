import type { Outcome, Rotation } from '../../credential/outcome.ts';
import { type Run, report } from '../run/context.ts';

/** What became of an action: the run has ended, or observes anew, or decides again with an answer that it has got. */
export type Acted =
  | { readonly kind: 'ended'; readonly rotation: Rotation }
  | { readonly kind: 'requeue' }
  | { readonly kind: 'answered' };

/** The run observes anew. */
export const REQUEUE: Acted = { kind: 'requeue' };

/** The run decides again about the same observation. */
export const ANSWERED: Acted = { kind: 'answered' };

/** The run has ended. */
export function ended(run: Run, ending: { readonly outcome: Outcome } & Partial<Rotation>): Acted {
  return { kind: 'ended', rotation: report(run, ending) };
}
