/** A span of time, in milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Which secrets counted from an instant on. A secret is known by a letter: A, B, C, as they came. */
export interface SecretsState {
  /** Milliseconds since the epoch, by a clock that never jumps. */
  readonly at: number;
  /** What the IAM accepts. */
  readonly accepted: readonly string[];
  /** What the connector's runtime section is configured with. */
  readonly configured: string;
}

/** When, in a span, the secret that the connector is configured with was not accepted. */
export function outagesOf(states: readonly SecretsState[], { from, to }: Span): Span[] {
  return states
    .map((state, index) => ({ state, from: Math.max(from, state.at), to: states[index + 1]?.at ?? to }))
    .filter(({ state }) => !state.accepted.includes(state.configured))
    .map(({ state: _, ...span }) => span);
}
