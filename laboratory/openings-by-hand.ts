import { BY_HAND, type Combination, overlaps, type Trigger } from './combinations.ts';
import { Script } from './script.ts';
import type { Opening } from './singles.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type Events = readonly (readonly [at: number, what: Script['events'][number]['do']])[];

/** What happens, and which trigger it counts for. */
interface Beginning {
  readonly trigger: Trigger;
  readonly starts: readonly Script['start'][];
  readonly events: Events;
}

/** Every way in which a scene can begin in which a person has a part. */
export function openingsByHand(): Opening[] {
  return BY_HAND.flatMap((combination) =>
    beginnings(combination).flatMap(({ trigger, starts, events }) =>
      starts.map((start) => ({
        trigger,
        script: Script.parse({ ...combination, start, events: events.map(([at, what]) => ({ at, do: what })) }),
      })),
    ),
  );
}

function beginnings(combination: Combination): readonly Beginning[] {
  return combination.renewal === 'by-person' ? ofManualIam(combination) : ofDesk(combination);
}

/** A rotation into the desk, which a person enters or not. In place somebody has to be at hand. */
function ofDesk(combination: Combination): readonly Beginning[] {
  const found = ['foreign', 'restored', 'expired'] as const;
  if (!overlaps(combination))
    return [
      { trigger: 'schedule', starts: ['rest', 'first-run', ...found], events: [[0, 'schedule']] },
      { trigger: 'attended', starts: ['rest'], events: [[0, 'attended']] },
      {
        trigger: 'attended',
        starts: ['rest'],
        events: [
          [0, 'attended'],
          [20 * MINUTE_MS, 'enter'],
          [HOUR_MS, 'attended'],
        ],
      },
      { trigger: 'revoke', starts: ['rest', 'grace'], events: [[0, 'attended-revoke']] },
      ...rollbackOf(combination, 'attended-rollback'),
    ];
  return [
    { trigger: 'schedule', starts: ['rest', 'grace', 'behind', 'first-run', ...found], events: [[0, 'schedule']] },
    {
      trigger: 'api',
      starts: ['rest'],
      events: [
        [0, 'api'],
        [20 * MINUTE_MS, 'enter'],
        [HOUR_MS, 'api'],
      ],
    },
    {
      trigger: 'revoke',
      starts: ['rest', 'grace'],
      events: [
        [0, 'revoke'],
        [20 * MINUTE_MS, 'enter'],
      ],
    },
    ...rollbackOf(combination, 'rollback'),
    { trigger: 'retire', starts: ['retire-due'], events: [[0, 'retire']] },
    {
      trigger: 'retire',
      starts: ['rest'],
      events: [
        [0, 'schedule'],
        [10 * MINUTE_MS, 'retire'],
        [20 * MINUTE_MS, 'enter'],
        [HOUR_MS, 'retire'],
      ],
    },
  ];
}

/** Where an IAM makes the secrets, a rollback is refused. */
function rollbackOf({ renewal }: Combination, call: 'rollback' | 'attended-rollback'): readonly Beginning[] {
  return renewal === 'set' ? [{ trigger: 'rollback', starts: ['grace', 'restored'], events: [[0, call]] }] : [];
}

/** A person refreshes and submits; and does so wrongly, or not at all. */
function ofManualIam(combination: Combination): readonly Beginning[] {
  const alternating: readonly Beginning[] = [
    {
      trigger: 'retire',
      starts: ['retire-due'],
      events: [
        [0, 'retire'],
        [HOUR_MS, 'refresh'],
        [2 * HOUR_MS, 'retire'],
      ],
    },
    {
      trigger: 'api',
      starts: ['rest'],
      events: [
        [0, 'refresh-in-use'],
        [MINUTE_MS, 'submit'],
        [2 * MINUTE_MS, 'api'],
      ],
    },
  ];
  return [
    { trigger: 'schedule', starts: ['rest', 'restored'], events: [[0, 'schedule']] },
    {
      trigger: 'schedule',
      starts: ['first-run'],
      events: [
        [0, 'submit'],
        [MINUTE_MS, 'schedule'],
      ],
    },
    {
      trigger: 'api',
      starts: ['rest', 'restored'],
      events: [
        [0, 'refresh'],
        [MINUTE_MS, 'submit'],
        [2 * MINUTE_MS, 'api'],
      ],
    },
    {
      trigger: 'schedule',
      starts: ['rest'],
      events: [
        [0, 'refresh'],
        [MINUTE_MS, 'schedule'],
        [2 * HOUR_MS, 'submit'],
        [2 * HOUR_MS, 'api'],
      ],
    },
    {
      trigger: 'api',
      starts: ['rest'],
      events: [
        [0, 'submit-wrong'],
        [MINUTE_MS, 'api'],
      ],
    },
    {
      trigger: 'api',
      starts: ['rest'],
      events: [
        [0, 'refresh'],
        [0, 'refresh'],
        [MINUTE_MS, 'submit-older'],
        [2 * MINUTE_MS, 'api'],
        [20 * MINUTE_MS, 'submit'],
        [20 * MINUTE_MS, 'api'],
      ],
    },
    {
      trigger: 'revoke',
      starts: ['rest', 'restored'],
      events: [
        [0, 'refresh'],
        [MINUTE_MS, 'submit'],
        [2 * MINUTE_MS, 'revoke'],
      ],
    },
    { trigger: 'rollback', starts: ['grace'], events: [[0, 'rollback']] },
    ...(overlaps(combination) ? alternating : []),
  ];
}
