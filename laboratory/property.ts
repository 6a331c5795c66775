import fc from 'fast-check';
import { agentScenes, NO_AGENT } from './agents/draws.ts';
import { BY_HAND, byHand, COMBINATIONS, type Combination, GRACE_HOURS, NATIVE } from './combinations.ts';
import { type Dimension, NEW_DIMENSIONS } from './dimensions.ts';
import { conditions, hands, people, setups } from './draws.ts';
import { KINDS_OF_A_REQUEST } from './faults.ts';
import { play } from './scene.ts';
import { Script, STARTS } from './script.ts';
import type { Only, Progress, Violation } from './singles.ts';

const GRACE_MS = GRACE_HOURS * 3_600_000;

/** What came of the property test. */
export interface PropertyResult {
  runs: number;
  readonly seed: number;
  readonly violations: Violation[];
}

/** How many different failures are looked for before the rest is left. */
const MAX_FAILURES = 5;

/** Moments close together, within a lease, within the repeats, and around the end of a grace. */
const moment = fc.oneof(
  fc.nat(150),
  fc.nat(5000),
  fc.nat(250_000),
  fc.integer({ min: GRACE_MS - 100_000, max: GRACE_MS + 200_000 }),
);

const fault = fc.record({
  run: fc.nat(5),
  point: fc.integer({ min: 1, max: 45 }),
  fault: fc.constantFrom(...KINDS_OF_A_REQUEST),
  times: fc.constantFrom(1, 1, 3, 99),
  late: fc.nat(9999),
});

/**
 * Anything: faults, two to five rotators that take turns at every request, whatever asks for them, and now and then a person who
 * changes something in between.
 *
 * @param dimensions what it may meet besides that
 */
export function anyScript(only: Only, dimensions: readonly Dimension[] = NEW_DIMENSIONS): fc.Arbitrary<Script> {
  const isWanted = ({ strategy, renewal, desk = false }: Combination) =>
    (only.strategy ?? strategy) === strategy &&
    (only.renewal ?? renewal) === renewal &&
    (only.desk ?? String(desk)) === String(desk);
  const usual = [...COMBINATIONS, ...NATIVE].filter(isWanted);
  const manual = dimensions.includes('doors') ? BY_HAND.filter(isWanted) : [];
  const drawn = [usual, manual].filter((list) => list.length > 0).map((list) => fc.constantFrom(...list));
  const [one] = drawn;
  // A choice of one would draw a number, and all that comes after it would be another.
  return (drawn.length === 1 && one ? one : fc.oneof(...drawn))
    .chain((combination) => fc.tuple(fc.constant(combination), setups(combination, dimensions)))
    .chain(([combination, setup]) => scripts(combination, { only, dimensions, setup }));
}

function scripts(
  combination: Combination,
  { only, dimensions, setup }: { only: Only; dimensions: readonly Dimension[]; setup: Partial<Script['setup']> },
): fc.Arbitrary<Script> {
  const isManual = byHand(combination);
  const own = combination.desk ? DESK_TRIGGERS : OWN_TRIGGERS;
  const triggers = combination.native ? NATIVE_TRIGGERS : own;
  const asked = setup.second ? ([...triggers, 'second', 'second'] as const) : triggers;
  return fc
    .record({
      start: fc.constantFrom(...BEGINNINGS.filter((one) => (only.start ?? one) === one)),
      connectors: fc.integer({ min: 1, max: dimensions.includes('connectors') ? 5 : 2 }),
      rotators: fc.array(fc.record({ at: moment, do: fc.constantFrom(...asked) }), { minLength: 2, maxLength: 5 }),
      deeds: people(dimensions, moment),
      errands: isManual ? hands(combination, moment) : fc.constant([]),
      faults: fc.array(fault, { maxLength: 4 }),
      turns: fc.array(fc.nat(6), { maxLength: 150 }),
      more: conditions(dimensions),
      // Drawn last, and only with an agent: a scene without one stays the same.
      ...(dimensions.includes('line') && { beside: setup.second ? NO_AGENT : agentScenes(moment, wantedAgent(only)) }),
    })
    .map(({ rotators, deeds, errands, more, beside, ...rest }) =>
      Script.parse({
        ...combination,
        ...rest,
        ...more,
        setup,
        nextRun: true,
        ...(beside && {
          line: Math.min(beside.line, rest.connectors),
          agent: beside.agent,
          weather: [...(more.weather ?? []), ...beside.weather],
        }),
        events: [...rotators, ...deeds, ...errands, ...(beside?.deeds ?? [])],
      }),
    );
}

function wantedAgent({ agent }: Only): boolean | undefined {
  return agent === undefined ? undefined : agent === 'true';
}

/** At rest more often than otherwise. */
const BEGINNINGS = ['rest', ...STARTS] as const;

const OWN_TRIGGERS = [
  ...(['schedule', 'schedule', 'api', 'api', 'retire', 'rollback'] as const),
  ...(['revoke', 'revoke', 'leaving-revoke'] as const),
];
const DESK_TRIGGERS = [
  ...OWN_TRIGGERS,
  ...(['attended', 'attended', 'attended-rollback', 'attended-revoke'] as const),
] as const;
const NATIVE_TRIGGERS = [
  ...(['schedule', 'api', 'secrets-manager', 'secrets-manager', 'retire'] as const),
  ...(['rollback', 'revoke'] as const),
];

/** Plays random scripts. A failure is made as small as it can be, and the search goes on behind it. */
export async function playProperty({
  runs,
  seed,
  only,
  dimensions,
  progress,
}: {
  runs: number;
  seed: number;
  only: Only;
  dimensions?: readonly Dimension[];
  progress: Progress;
}): Promise<PropertyResult> {
  const result: PropertyResult = { runs: 0, seed, violations: [] };
  progress(`property test: ${runs} runs, seed ${seed}`);
  const holds = counted(progress);
  for (let failures = 0; result.runs < runs && failures < MAX_FAILURES; failures++) {
    const details = await fc.check(fc.asyncProperty(anyScript(only, dimensions), holds), {
      numRuns: runs - result.runs,
      seed: seed + failures,
      timeout: 60_000,
    });
    result.runs += details.numRuns;
    const [script] = details.counterexample ?? [];
    if (!script) break;
    const { violations } = await play(script);
    const message = violations.join('; ') || String(details.errorInstance);
    result.violations.push({ point: `seed ${details.seed}, run ${details.numRuns}`, script, message });
    progress(`violation: ${message}\n${JSON.stringify(script)}`);
  }
  return result;
}

/** Plays a script, and tells now and then how many have been played: those that make a violation smaller count as well. */
function counted(progress: Progress): (script: Script) => Promise<void> {
  let played = 0;
  return async (script) => {
    const { violations } = await play(script);
    played += 1;
    if (played % 100 === 0) progress(`scenes played: ${played}`);
    if (violations.length > 0) throw new Error(violations.join('; '));
  };
}
