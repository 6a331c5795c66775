import type { Facts } from '../decide/facts.ts';
import type { Run } from '../run/context.ts';

/** What a decision rests on, as it stands now: nothing in it changes when the run goes on. */
export function factsOf<Seen>({ credential, request, ledger, runtime, timing, budget }: Run, seen: Seen): Facts<Seen> {
  return {
    credential,
    request,
    known: ledger,
    seen,
    now: runtime.now(),
    leaseMs: timing.leaseMs,
    time: budget.snapshot,
  };
}
