import { ALTERNATING, change, IN_PLACE, type Mutation, SCHEDULED, scene } from './mutation.ts';

const SLOW = (ms: number, ...names: string[]) => names.map((of) => ({ of, ms }));
/** The second connector, from its first write on. */
const WRITTEN = (kind: string) => [
  { of: 'ifs-2', kind, after: { request: 'PATCH /ifs-2', nth: 1, itself: true }, lasts: 10_800_000 },
];
const TWO = { ...IN_PLACE, connectors: 2, events: [SCHEDULED] };

/** A run ends by itself, and leaves nothing half done for lack of time. */
export const TIME: readonly Mutation[] = [
  {
    safeguard: 'nothing is begun that does not fit into what is left',
    edits: [
      {
        file: 'rotation/run/budget.ts',
        from: "return this.leftMs >= ms + (this.#phase === 'forward' ? this.needs(UNDO) : 0);",
        to: 'return ms >= 0;',
      },
      {
        file: 'rotation/decide/terms/checks.ts',
        from: 'return time.leftMs >= ms ? undefined : outOfTime();',
        to: 'return time.leftMs >= -ms ? undefined : outOfTime();',
      },
    ],
    lab: scene({ ...TWO, latency: SLOW(4000, 'iam', 'ifs-1', 'ifs-2'), weather: WRITTEN('503') }),
  },
  {
    safeguard: 'what answers slowly is measured',
    ...change('run/budget.ts', 'this.#slowest[dependency] = Math.max', 'this.#slowest[dependency] = 0 * Math.max'),
    // A repair comes first: by the renewal so much time is over that what it needs in all does not fit any more.
    lab: scene({ ...TWO, start: 'behind', latency: [...SLOW(7000, 'iam', 'store'), ...SLOW(600, 'ifs-1', 'ifs-2')] }),
  },
  {
    safeguard: 'a request waits no longer than the rest of the run allows',
    edits: [{ file: 'lambda/compose/budgeted.ts', from: 'fetch(url, { ...init, timeoutMs })', to: 'fetch(url, init)' }],
    lab: scene({ ...TWO, latency: SLOW(5000, 'iam'), weather: WRITTEN('dark') }),
  },
  {
    safeguard: 'no undo waits longer than there is time',
    ...change('attempt/undo.ts', 'if (!run.budget.fits(ms)) {', 'if (false) {'),
    lab: scene({ ...TWO, latency: SLOW(3500, 'iam', 'ifs-1', 'ifs-2'), weather: WRITTEN('503') }),
  },
  {
    safeguard: 'nothing is pushed without time to take it back',
    ...change('attempt/push.ts', 'assertFits(run.budget, run.budget.needs(WRITE_AND_READ));', ''),
    lab: scene({
      strategy: 'dual-secret',
      renewal: 'set',
      connectors: 2,
      events: [SCHEDULED],
      latency: SLOW(9900, 'ifs-2'),
      weather: [{ of: 'ifs-2', kind: '503', after: { request: 'PATCH', nth: 1, itself: false }, lasts: 60_000 }],
    }),
  },
  {
    safeguard: 'a connector that is dark costs one time-out',
    edits: [
      {
        file: 'adapters/http/repeat.ts',
        from: "error instanceof HttpError && error.kind === 'connection'",
        to: 'error instanceof HttpError',
      },
      {
        file: 'rotation/attempt/push.ts',
        from: "if (error.code === 'connector-timeout' && reading) throw error;",
        to: '',
      },
      {
        file: 'lambda/compose/budgeted.ts',
        from: "impatient = dependency === 'connector' && error instanceof HttpError && error.kind === 'timeout'",
        to: 'impatient = false',
      },
    ],
    lab: scene({ ...TWO, latency: SLOW(3000, 'iam'), weather: WRITTEN('dark') }),
  },
  {
    safeguard: 'nothing is planned without time left',
    edits: [
      {
        file: 'lambda/compose/budgeted.ts',
        from: '(remainingMs - LAST_WORDS_MS - PAUSES_MS)',
        to: '(remainingMs - LAST_WORDS_MS)',
      },
      {
        file: 'lambda/compose/budgeted.ts',
        from: "if (tryMs <= 0) throw new RotationError('schedule-",
        to: "if (tryMs < -1e9) throw new RotationError('schedule-",
      },
    ],
    lab: scene({
      strategy: 'dual-secret',
      renewal: 'set',
      events: [SCHEDULED],
      setup: { named: true },
      latency: SLOW(9900, 'iam', 'scheduler').map((one) => (one.of === 'scheduler' ? { ...one, ms: 12_000 } : one)),
    }),
  },
  {
    safeguard: 'what is throttled leaves the end of the run its time',
    edits: [
      {
        file: 'lambda/compose/run-deps.ts',
        from: "    isOver: (ms) => budget.leftMs < ms + budget.estimate('store'),\n",
        to: '',
      },
    ],
    lab: scene({
      ...ALTERNATING,
      start: 'foreign',
      events: [{ at: 0, do: 'revoke' }],
      faults: [
        { run: 0, point: 2, fault: 'throttled', times: 99 },
        { run: 0, point: 25, fault: 'throttled', times: 99 },
      ],
    }),
  },
];
