import type { RotateAnswer } from '../../credential/answer.ts';
import type { OnDemandEvent } from '../../credential/events/on-demand.ts';

/** Lambda has refused a call: no run began. Its name is Lambda's own name for the reason. */
export class RefusedError extends Error {
  /** Too many calls: a later one may be taken. */
  readonly throttled: boolean;

  constructor(name: string, throttled: boolean) {
    super('Lambda has refused the call');
    this.name = name;
    this.throttled = throttled;
  }
}

/**
 * The function `rotate`, as the API calls it. A call is sent once: a second time would be a second run. Both methods throw
 * {@link RefusedError}; after any other error a run may have begun.
 */
export interface RotateFunction {
  /** Runs it and waits. @returns undefined when the function has ended without an answer */
  call(event: OnDemandEvent, signal: AbortSignal): Promise<RotateAnswer | undefined>;

  /** Hands the event over to Lambda, which delivers it again where the function dies. */
  handOver(event: OnDemandEvent, signal: AbortSignal): Promise<void>;
}
