import { OUTCOMES } from '../../../../functions/credential/outcome.ts';
import type { Run, Task } from './answers.ts';
import type { Tone } from './standing.ts';

/** How a run ended, in words, and how much that asks of a person. */
export interface End {
  readonly label: string;
  readonly tone: Tone;
  readonly text: string;
}

const TONES: Readonly<Record<string, Tone>> = {
  rotated: 'good',
  adopted: 'good',
  repaired: 'good',
  retired: 'good',
  unchanged: 'calm',
  postponed: 'calm',
  'awaiting-person': 'warn',
  'rolled-back': 'bad',
  'stored-not-applied': 'bad',
  interrupted: 'bad',
  refused: 'bad',
};

const OTHERS: Readonly<Record<string, string>> = {
  retired: 'The previous secret was ended: the IAM refuses it.',
  postponed: 'The previous secret is still in use. It is ended later.',
  ...OUTCOMES,
};

/** A run, as far as it has come. */
export function endOf(run: Pick<Run, 'status' | 'outcome' | 'failure'>): End {
  const { status, outcome, failure } = run;
  if (status === 'accepted')
    return { label: 'accepted', tone: 'busy', text: 'The run was asked for and has not begun.' };
  if (status === 'running') return { label: 'running', tone: 'busy', text: 'The run is under way.' };
  if (status === 'unknown') return { label: 'no known end', tone: 'bad', text: 'Nobody knows how the run ended.' };
  if (outcome) return { label: outcome, tone: TONES[outcome] ?? 'calm', text: OTHERS[outcome] ?? '' };
  return { label: failure?.code ?? 'ended', tone: failure ? 'bad' : 'calm', text: 'The run began nothing.' };
}

/** Sentences one after the other, of which some have no full stop. */
export function joined(...sentences: readonly string[]): string {
  return sentences.map((one) => (/[.!?]$/.test(one) ? one : `${one}.`)).join(' ');
}

/** What a person is asked to do. */
export function taskTitle({ kind, connector = 'the connector' }: Task): string {
  if (kind === 'enter-secret') return `Enter the current secret in ${connector}`;
  if (kind === 'submit-secret') return "Refresh the client's secret in the IAM, and submit it";
  return 'Refresh the client that is no longer in use';
}

/** Who: the last part of a principal's ARN, which names a person. */
export function shortPrincipal(arn: string): string {
  return arn.split('/').at(-1) || arn;
}

/** The first part of a version's id: enough to tell a handful apart. */
export function shortVersion(id: string): string {
  return id.slice(0, 8);
}

/** Made once: making one takes longer than using it a thousand times. */
const numbers = new Intl.NumberFormat();

/** @returns for example `1 task` and `2 tasks` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${numbers.format(count)} ${count === 1 ? one : many}`;
}
