import fc from 'fast-check';
import { byHand, type Combination, GRACE_HOURS } from './combinations.ts';
import { type Dimension, judgementsIn } from './dimensions.ts';
import { DEEDS, DEPENDENCIES, OUTAGE_KINDS, type Script } from './script.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Mostly nothing: each scene meets few things at once. */
function seldom<T>(arbitrary: fc.Arbitrary<T>, otherwise: T): fc.Arbitrary<T> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary });
}

/** Those that there are with two connectors come more often. */
const dependency = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('iam', 'ifs-1', 'ifs-2', 'store', 'scheduler') },
  { weight: 1, arbitrary: fc.constantFrom(...DEPENDENCIES) },
);

const latency = fc.oneof(
  fc.record({ of: dependency, ms: fc.nat(12_000), tail: fc.constant(0) }),
  fc.record({ of: dependency, ms: fc.nat(500), tail: fc.nat(11_500) }),
);

/** Days cost a run each hour: they are tried, but not often. */
const duration = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: SECOND_MS, max: 2 * MINUTE_MS }) },
  { weight: 4, arbitrary: fc.integer({ min: MINUTE_MS, max: 40 * MINUTE_MS }) },
  { weight: 2, arbitrary: fc.integer({ min: HOUR_MS, max: 6 * HOUR_MS }) },
  { weight: 1, arbitrary: fc.integer({ min: 10 * HOUR_MS, max: 50 * HOUR_MS }) },
);

const REQUESTS = [
  'PUT',
  'PUT secret',
  'POST',
  'GET',
  'DELETE',
  'PATCH',
  'PutSecretValue',
  'UpdateSecretVersionStage',
  'ListSecretVersionIds',
  'CreateSchedule',
] as const;

const away = fc.record({
  of: dependency,
  kind: fc.constantFrom(...OUTAGE_KINDS),
  from: fc.oneof(fc.constant(0), fc.nat(1000), fc.nat(100_000), fc.nat(GRACE_HOURS * HOUR_MS)),
  after: fc.option(
    fc.record({
      request: fc.constantFrom(...REQUESTS),
      nth: fc.integer({ min: 1, max: 4 }),
      itself: fc.boolean(),
    }),
    { nil: undefined },
  ),
  lasts: duration,
});

type Conditions = Partial<Omit<Script, 'latency' | 'weather'>> & { latency?: object[]; weather?: object[] };

/** What dependencies and clocks are like. */
export function conditions(dimensions: readonly Dimension[]): fc.Arbitrary<Conditions> {
  const draw = <T>(dimension: Dimension, arbitrary: fc.Arbitrary<T>, otherwise: T) =>
    dimensions.includes(dimension) ? seldom(arbitrary, otherwise) : fc.constant(otherwise);
  const clock = fc.integer({ min: -300_000, max: 300_000 });
  const stale = fc.record({ ms: fc.integer({ min: 1000, max: 3000 }), every: fc.integer({ min: 1, max: 2 }) });
  return fc
    .record({
      latency: draw('latency', fc.uniqueArray(latency, { minLength: 1, maxLength: 3, selector: ({ of }) => of }), []),
      weather: draw('weather', fc.array(away, { minLength: 1, maxLength: 3 }), []),
      lag: draw('nodes', fc.integer({ min: 1, max: 500 }), 0),
      stale: draw<Script['stale']>('stale', stale, undefined),
      clocks: draw('clocks', fc.array(clock, { minLength: 1, maxLength: 3 }), []),
      quota: draw('throttling', fc.integer({ min: 2, max: 20 }), 0),
      versions: draw('quota', fc.integer({ min: 93, max: 100 }), 0),
      sharedIds: draw('ids', fc.constant(true), false),
    })
    .map((drawn) => ({ ...drawn, judge: judgementsIn(dimensions) }));
}

/** How the credential and its realm are set up. */
export function setups(
  { strategy, native, renewal, desk = false }: Combination,
  dimensions: readonly Dimension[],
): fc.Arbitrary<Partial<Script['setup']>> {
  const named = strategy !== 'dual-secret';
  const settings = fc.record({
    // Beside a policy, `auto` would keep the previous secret.
    named: named ? fc.constant(true) : fc.boolean(),
    policy: fc.constantFrom(...(named ? ([undefined, 'any-client'] as const) : (['marked', 'any-client'] as const))),
    grace: fc.constantFrom('PT12H', 'PT0S', 'P14D'),
    firstRun: fc.constantFrom('adopt', 'renew'),
  });
  const usual = fc.constant<Partial<Script['setup']>>({});
  const freezes = fc.constantFrom<Script['setup']['freeze']>('covers', 'begins', 'ends');
  return fc
    .tuple(
      dimensions.includes('settings')
        ? fc.oneof({ weight: 2, arbitrary: usual }, { weight: 1, arbitrary: settings })
        : usual,
      dimensions.includes('freezes') ? seldom(freezes, undefined) : fc.constant(undefined),
      dimensions.includes('second') && !native && !byHand({ renewal, desk })
        ? seldom(fc.constant(true), false)
        : fc.constant(false),
      dimensions.includes('crowds') ? seldom(fc.integer({ min: 50, max: 400 }), 0) : fc.constant(0),
    )
    .map(([setup, freeze, second, crowd]) => ({
      ...setup,
      ...(freeze && { freeze }),
      ...(second && { second }),
      ...(crowd > 0 && { crowd }),
    }));
}

/**
 * What the person does who has a part in each rotation: errands in the order that they are asked for, and now and then something else.
 *
 * @param moment when
 */
export function hands({ desk = false, renewal }: Combination, moment: fc.Arbitrary<number>): fc.Arbitrary<Event[]> {
  const manual = renewal === 'by-person';
  const at = fc.oneof(moment, fc.nat(GRACE_HOURS * HOUR_MS));
  const gap = fc.oneof(fc.nat(500), fc.nat(200_000), fc.nat(HOUR_MS));
  const errands = fc.record({
    at,
    gap,
    do: fc.constantFrom(...(manual ? ERRANDS : []), ...(desk ? DESK_ERRANDS : [])),
  });
  const steps = errands.map(({ at: begin, gap: pause, do: all }) =>
    all.map((one, i) => ({ at: begin + i * pause, do: one })),
  );
  return fc.array(steps, { minLength: 1, maxLength: 3 }).map((all) => all.flat());
}

type Event = Script['events'][number];

const ERRANDS: readonly Event['do'][][] = [
  ['refresh', 'submit', 'api'],
  ['refresh', 'submit', 'api'],
  ['refresh', 'submit', 'schedule'],
  ['refresh', 'submit', 'submit', 'api'],
  ['refresh', 'submit-wrong', 'api', 'submit', 'api'],
  ['refresh'],
  ['submit', 'api'],
  ['submit-wrong', 'api'],
  ['refresh', 'refresh', 'submit-older', 'api'],
  ['refresh', 'submit', 'refresh', 'submit', 'api'],
  ['refresh-in-use', 'submit', 'api'],
];

const DESK_ERRANDS: readonly Event['do'][][] = [
  ['enter'],
  ['enter'],
  ['attended', 'enter'],
  ['schedule', 'enter', 'schedule'],
  ['enter-only'],
  ['acknowledge-only'],
  ['acknowledge-former'],
];

/** What people did before the laboratory knew of more. */
const FEW_DEEDS = ['regenerate', 'restore', 'stale-save', 'forget', 'remove-policy'] as const;

/** Now and then a person does something; with `people` also while a grace runs, and more of it. */
export function people(dimensions: readonly Dimension[], moment: fc.Arbitrary<number>) {
  const more = dimensions.includes('people');
  const at = more ? fc.oneof(moment, fc.nat(GRACE_HOURS * HOUR_MS)) : moment;
  const deed = fc.record({ at, do: more ? fc.constantFrom(...DEEDS) : fc.constantFrom(...FEW_DEEDS) });
  return fc.oneof(
    { weight: more ? 1 : 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(deed, { minLength: 1, maxLength: 2 }) },
  );
}
