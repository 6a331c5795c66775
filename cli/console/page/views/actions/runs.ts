import type { Action } from './actions.tsx';

/** Actions that lead to a run, or only look at what one would do. */
export type RunAction = Exclude<Action, 'pause' | 'resume'>;

interface Info {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly asks: 'nothing' | 'a reason if you like' | 'a reason';
  /** The call that begins it. @default - none: it only looks */
  readonly order?: 'rotations' | 'rollback';
}

/** What the dialog of each says. */
export const RUNS: Readonly<Record<RunAction, Info>> = {
  plan: { title: 'Plan for', text: '', button: '', asks: 'nothing' },
  rotate: {
    title: 'Rotate',
    text: '',
    button: 'Rotate now',
    asks: 'a reason if you like',
    order: 'rotations',
  },
  rollback: {
    title: 'Roll back',
    text: 'Goes back to the previous document, by a rotation with the same checks. Below is how things stand now.',
    button: 'Roll back now',
    asks: 'a reason',
    order: 'rollback',
  },
  revoke: {
    title: 'Revoke',
    text: 'Replaces a secret that others know, and ends it as soon as every connector has the new one, whatever the grace.',
    button: 'Revoke now',
    asks: 'a reason',
    order: 'rotations',
  },
};
