import fc from 'fast-check';
import { GRACE_HOURS } from '../combinations.ts';
import { HOST_DEEDS, OUTAGE_KINDS, type Script } from '../script.ts';
import { AgentScene, DEATHS, FATES, RESTARTS, SILENCES } from './script.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Mostly nothing: each scene meets few things at once. */
function seldom<T>(arbitrary: fc.Arbitrary<T>, otherwise: T): fc.Arbitrary<T> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary });
}

/** Within a request's time, around its end, around the retention of a queue, and much later. */
const delay = fc.oneof(
  fc.nat(10 * SECOND_MS),
  fc.integer({ min: 10 * SECOND_MS, max: 50 * SECOND_MS }),
  fc.integer({ min: 50 * SECOND_MS, max: 3 * MINUTE_MS }),
  fc.integer({ min: 3 * MINUTE_MS, max: 2 * HOUR_MS }),
  fc.integer({ min: 2 * HOUR_MS, max: 3 * GRACE_HOURS * HOUR_MS }),
);

const message = fc.record({
  of: fc.constantFrom('request' as const, 'reply' as const),
  nth: fc.integer({ min: 1, max: 25 }),
  fate: fc.constantFrom(...FATES),
  ms: delay,
});

const death = fc.record({
  step: fc.integer({ min: 1, max: 160 }),
  when: fc.constantFrom(...DEATHS),
  down: fc.oneof(fc.nat(5 * SECOND_MS), fc.nat(5 * MINUTE_MS), fc.nat(2 * HOUR_MS), fc.nat(2 * GRACE_HOURS * HOUR_MS)),
});

const silence = fc.record({
  kind: fc.constantFrom(...SILENCES),
  from: fc.oneof(fc.nat(10 * SECOND_MS), fc.nat(5 * MINUTE_MS), fc.nat((GRACE_HOURS + 1) * HOUR_MS)),
  lasts: fc.oneof(
    fc.integer({ min: SECOND_MS, max: 2 * MINUTE_MS }),
    fc.integer({ min: MINUTE_MS, max: HOUR_MS }),
    fc.integer({ min: HOUR_MS, max: 50 * HOUR_MS }),
  ),
});

const restart = fc.record({
  nth: fc.integer({ min: 1, max: 6 }),
  times: fc.constantFrom(1, 1, 2, 99),
  how: fc.constantFrom(...RESTARTS),
});

/** A clock that is nearly right, one at the edge of what an agent takes, and one that is wrong. */
const clock = fc.oneof(
  fc.integer({ min: -59 * SECOND_MS, max: 59 * SECOND_MS }),
  fc.integer({ min: -62 * SECOND_MS, max: -58 * SECOND_MS }),
  fc.integer({ min: -10 * MINUTE_MS, max: 10 * MINUTE_MS }),
);

const scene = fc.record({
  restartMs: fc.oneof(fc.constant(900), fc.nat(44_000)),
  ahead: seldom(clock, 0),
  messages: seldom(fc.array(message, { minLength: 1, maxLength: 3 }), []),
  deaths: seldom(fc.array(death, { minLength: 1, maxLength: 3 }), []),
  silences: seldom(fc.array(silence, { minLength: 1, maxLength: 2 }), []),
  restarts: seldom(fc.array(restart, { minLength: 1, maxLength: 2 }), []),
});

/** SQS is away for the runs. */
const away = fc.record({
  of: fc.constant('sqs' as const),
  kind: fc.constantFrom(...OUTAGE_KINDS),
  from: fc.oneof(fc.nat(1000), fc.nat(100_000), fc.nat(GRACE_HOURS * HOUR_MS)),
  lasts: fc.oneof(fc.integer({ min: SECOND_MS, max: 2 * MINUTE_MS }), fc.integer({ min: MINUTE_MS, max: 6 * HOUR_MS })),
});

/** What a scene with an agent has more than another one. */
export interface Drawn {
  readonly line: number;
  readonly agent: AgentScene;
  readonly deeds: Script['events'];
  readonly weather: readonly object[];
}

const NONE: Drawn = { line: 0, agent: AgentScene.parse({}), deeds: [], weather: [] };

/**
 * Now and then some connectors are reached by an agent.
 *
 * @param moment when people do something
 * @param isWanted whether that is so in every scene, or in none
 */
export function agentScenes(moment: fc.Arbitrary<number>, isWanted?: boolean): fc.Arbitrary<Drawn> {
  const at = fc.oneof(moment, fc.nat(GRACE_HOURS * HOUR_MS));
  const deed = fc.record({ at, do: fc.constantFrom(...HOST_DEEDS) });
  const drawn = fc.record({
    line: fc.integer({ min: 1, max: 3 }),
    agent: scene,
    deeds: seldom(fc.array(deed, { minLength: 1, maxLength: 2 }), []),
    weather: seldom(fc.array(away, { minLength: 1, maxLength: 2 }), []),
  });
  if (isWanted !== undefined) return isWanted ? drawn : fc.constant(NONE);
  return fc.oneof({ weight: 2, arbitrary: fc.constant(NONE) }, { weight: 1, arbitrary: drawn });
}

/** No scene has an agent. */
export const NO_AGENT = fc.constant(NONE);
