import type { Category } from '../faults.ts';
import type { Scene } from '../scene.ts';
import { HOST_DEEDS, type Script } from '../script.ts';
import type { AgentScene } from './script.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** A single thing that goes wrong at an agent, or on the way to it. */
export interface Misfortune {
  readonly fault: Category;
  readonly name: string;
  /** Milliseconds from the beginning of the scene. */
  readonly at: number;
  /** The same scene with it. */
  readonly add: (script: Script) => Script;
}

/** It is started again at once, or when whoever asked has given up. */
const DOWN_MS = [SECOND_MS, 20 * MINUTE_MS] as const;

/** Still in time; after the request's time, and before the queue drops it; and when all is over. */
const DELAYS_MS = [20 * SECOND_MS, 50 * SECOND_MS, 20 * MINUTE_MS] as const;

/** Everything that can go wrong at each step of the agent, with each message, and at each restart of a scene that has been played. */
export function misfortunesIn({ trace }: Scene): Misfortune[] {
  const end = trace.findIndex(({ process, text }) => process === -1 && text.startsWith('from here on'));
  let restarts = 0;
  return trace
    .slice(0, end === -1 ? undefined : end)
    .filter(({ process }) => process === -1)
    .flatMap(({ at, text }) => {
      const [, number = '', what = ''] = /^agent (\d+): ([^⟵]+)/.exec(text) ?? [];
      const [, of, nth] = /^message: (request|reply) (\d+)/.exec(text) ?? [];
      if (of !== undefined) return messages({ at, of: of as Message['of'], nth: Number(nth) });
      if (what === '') return [];
      const step = { at, number: Number(number), what: what.trim() };
      const restarted = step.what.startsWith('restart') ? restartsGoWrong(step, ++restarts) : [];
      return [...deaths(step), ...byHand(step), ...restarted];
    });
}

interface Step {
  readonly at: number;
  readonly number: number;
  readonly what: string;
}

type Message = Pick<AgentScene['messages'][number], 'of' | 'nth'> & { readonly at: number };

/** What comes after a step comes before the next one; but for the step that replaces the file, of which the middle is another case. */
function deaths({ at, number: step, what }: Step): Misfortune[] {
  const moments = /^(replace|take back)/.test(what) ? (['before', 'within', 'after'] as const) : (['before'] as const);
  return moments.flatMap((when) =>
    DOWN_MS.map((down) => ({
      fault: 'agent-dies' as const,
      name: `the agent is killed ${when} ${step} ${what}, for ${down / SECOND_MS} s`,
      at,
      add: scenesWith('deaths', { step, when, down }),
    })),
  );
}

/** Somebody at the host acts right before a step; one that touches nothing there is left out. */
function byHand({ at, number, what }: Step): Misfortune[] {
  if (what.startsWith('sqs')) return [];
  return HOST_DEEDS.map((deed) => ({
    fault: 'by-hand' as const,
    name: `${deed} before ${number} ${what}`,
    at,
    add: (script) => ({ ...script, events: [...script.events, { at, do: deed }] }),
  }));
}

function messages({ at, of, nth }: Message): Misfortune[] {
  const mishaps = [
    { fate: 'lost' as const, ms: 0 },
    ...DELAYS_MS.flatMap((ms) => (['late', 'doubled'] as const).map((fate) => ({ fate, ms }))),
  ];
  return mishaps.map(({ fate, ms }) => ({
    fault: 'message' as const,
    name: `${of} ${nth} is ${fate}${ms > 0 ? ` (${ms / SECOND_MS} s)` : ''}`,
    at,
    add: scenesWith('messages', { of, nth, fate, ms }),
  }));
}

/** Once, also when the file is put back, and from then on. */
function restartsGoWrong({ at, what }: Step, nth: number): Misfortune[] {
  return [1, 2, 99].flatMap((times) =>
    (['fails', 'not-ready'] as const).map((how) => ({
      fault: 'restart' as const,
      name: `${what} ${nth}: ${how}, ${times} times`,
      at,
      add: scenesWith('restarts', { nth, times, how }),
    })),
  );
}

function scenesWith<K extends 'deaths' | 'messages' | 'restarts'>(
  kind: K,
  one: AgentScene[K][number],
): Misfortune['add'] {
  return (script) => ({ ...script, agent: { ...script.agent, [kind]: [...script.agent[kind], one] } });
}
