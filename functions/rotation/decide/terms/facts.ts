import type { Credential } from '../../../credential/settings/credential.ts';
import { activeFreeze } from '../../../credential/settings/schedule.ts';
import type { Found, Observation } from '../../observe/observation.ts';
import type { TimeLeft } from '../../run/budget.ts';
import type { RotationRequest, Run } from '../../run/context.ts';
import type { Known } from '../../run/known.ts';

/** Everything that a decision rests on, as data. */
export interface Facts<Seen = Found> {
  readonly credential: Credential;
  readonly request: RotationRequest;
  /** What the run has done and seen so far. */
  readonly known: Known;
  readonly seen: Seen;
  readonly now: Date;
  /** How long a pending version belongs to a run that may be alive, in milliseconds. */
  readonly leaseMs: number;
  readonly time: TimeLeft;
}

/** What the first run rests on: there is no current document. */
export type FirstFacts = Facts<Observation>;

/** The freeze that keeps this run from beginning anything, unless the caller insists. */
export function freezeFor({ request, credential, now }: Facts<unknown>): ReturnType<typeof activeFreeze> {
  return request.force ? undefined : activeFreeze(credential, now);
}

/** Whether this run may change the IAM's secret on its own account: what others have begun is finished, or taken back. */
export function mayRenew(facts: Facts<unknown>): boolean {
  return freezeFor(facts) === undefined && facts.request.repeat?.due !== false;
}

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
