import { Script } from './script.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const GRACE_MS = 12 * HOUR_MS;
const IN_PLACE = { strategy: 'in-place', renewal: 'set' };
const DUAL = { strategy: 'dual-secret', renewal: 'set' };
const ALTERNATING = { strategy: 'alternating-clients', renewal: 'set' };
const now = (what = 'schedule') => [{ at: 0, do: what }];

/** Scenes that a person thought of: one for each way in which a rotation may do harm although no request fails by chance. */
const SCENES: Readonly<Record<string, object>> = {
  'two runs that ask at once what the IAM can do': {
    ...DUAL,
    events: [
      { at: 910, do: 'schedule' },
      { at: 910, do: 'schedule' },
    ],
  },
  'a person regenerates during a grace': {
    ...DUAL,
    events: [...now(), { at: HOUR_MS, do: 'regenerate' }],
  },
  'a person regenerates after a retire has died': {
    ...DUAL,
    start: 'retire-due',
    events: [...now('retire'), { at: 50_000, do: 'regenerate' }, { at: 5 * MINUTE_MS, do: 'schedule' }],
    faults: [
      { run: 0, point: 9, fault: 'dies-after' },
      { run: 1, point: 1, fault: 'dies-before' },
      { run: 2, point: 1, fault: 'dies-before' },
    ],
  },
  'every answer takes almost as long as may be': {
    ...IN_PLACE,
    connectors: 2,
    events: now(),
    latency: ['iam', 'ifs-1', 'ifs-2'].map((of) => ({ of, ms: 9900 })),
  },
  'an undo while everything is slow': {
    ...IN_PLACE,
    connectors: 2,
    events: now(),
    latency: ['iam', 'ifs-1'].map((of) => ({ of, ms: 5000 })),
    weather: [
      { of: 'ifs-2', kind: '503', after: { request: 'PATCH /ifs-2', nth: 1, itself: true }, lasts: 3 * HOUR_MS },
    ],
  },
  'a connector that is dark from its write on': {
    ...IN_PLACE,
    connectors: 2,
    events: now(),
    weather: [
      { of: 'ifs-2', kind: 'dark', after: { request: 'PATCH /ifs-2', nth: 1, itself: true }, lasts: 3 * HOUR_MS },
    ],
  },
  'a run dies after its write to the IAM, and one connector is dark since': {
    ...IN_PLACE,
    connectors: 2,
    events: now(),
    faults: [{ run: 0, point: 15, fault: 'dies-after' }],
    weather: [
      {
        of: 'ifs-2',
        kind: 'dark',
        after: { request: 'PUT secret', nth: 1, itself: true },
        from: 5000,
        lasts: 6 * HOUR_MS,
      },
    ],
  },
  'a secret that was changed by hand, and one connector away': {
    ...IN_PLACE,
    start: 'foreign',
    connectors: 2,
    events: now(),
    weather: [{ of: 'ifs-2', kind: 'refused', lasts: 6 * HOUR_MS }],
  },
  'an expired secret, and one connector away': {
    ...DUAL,
    start: 'expired',
    connectors: 3,
    events: now(),
    weather: [{ of: 'ifs-3', kind: 'refused', lasts: 6 * HOUR_MS }],
  },
  'a freeze begins while a rotation is half done': {
    ...IN_PLACE,
    events: [{ at: 28_000, do: 'schedule' }],
    faults: [{ run: 0, point: 16, fault: 'dies-after' }],
    setup: { freeze: 'begins' },
  },
  'the IAM takes the new secret and is away for five minutes': {
    ...IN_PLACE,
    events: now(),
    weather: [
      { of: 'iam', kind: '503', after: { request: 'PUT secret', nth: 1, itself: false }, lasts: 5 * MINUTE_MS },
    ],
  },
  'the same, when a person has called': {
    ...IN_PLACE,
    events: now('api'),
    weather: [
      { of: 'iam', kind: '503', after: { request: 'PUT secret', nth: 1, itself: false }, lasts: 5 * MINUTE_MS },
    ],
  },
  'the idle client is disabled while a connector is behind': {
    ...ALTERNATING,
    start: 'behind',
    events: [
      { at: 0, do: 'disable-idle' },
      { at: 10, do: 'schedule' },
    ],
  },
  'a grace that is longer than what the IAM keeps': {
    strategy: 'dual-secret',
    renewal: 'regenerate',
    events: now(),
    setup: { grace: 'P14D' },
  },
  'in-place beside a policy that keeps previous secrets': {
    strategy: 'in-place',
    renewal: 'regenerate',
    events: now(),
    setup: { named: true, policy: 'any-client' },
  },
  'no grace, and a clock that is behind': {
    ...DUAL,
    events: now(),
    setup: { grace: 'PT0S' },
    clocks: [-60_000],
  },
  'version ids that begin alike': {
    ...DUAL,
    native: true,
    sharedIds: true,
    events: [0, 5, 10].map((minutes) => ({ at: minutes * MINUTE_MS, do: 'secrets-manager' })),
  },
  'a replica that does not know the version in AWSCURRENT yet': {
    ...ALTERNATING,
    start: 'first-run',
    events: [
      { at: 0, do: 'schedule' },
      { at: 500, do: 'api' },
      { at: 1000, do: 'api' },
    ],
    stale: { ms: 2998, every: 2 },
  },
  'a first run whose connector can not be written': {
    ...IN_PLACE,
    start: 'first-run',
    events: [
      { at: 0, do: 'enter-wrong' },
      { at: 10, do: 'schedule' },
    ],
    weather: [{ of: 'ifs-1', kind: '403', after: { request: 'PATCH', nth: 1, itself: true }, lasts: HOUR_MS }],
  },
  'two credentials in the same configurations': {
    ...IN_PLACE,
    connectors: 2,
    events: [...now(), ...now('second')],
    turns: Array.from({ length: 80 }, (_, i) => i),
    setup: { second: true },
  },
  'a node of the IAM that lags': { ...DUAL, events: now(), lag: 400 },
  'a repeat in a freeze': {
    ...DUAL,
    start: 'behind',
    events: now(),
    weather: [{ of: 'ifs-1', kind: '503', lasts: GRACE_MS / 4 }],
    setup: { freeze: 'covers' },
  },
  'the quota of versions is used up in the middle of a rotation': {
    strategy: 'in-place',
    renewal: 'regenerate',
    events: now(),
    versions: 99,
  },
  'Secrets Manager takes few calls a second': { ...IN_PLACE, connectors: 2, events: now(), quota: 4 },
};

/** Each with its title, judged by everything. */
export function namedScenes(judge: Script['judge']): [string, Script][] {
  return Object.entries(SCENES).map(([title, scene]) => [title, Script.parse({ ...scene, judge })]);
}
