import type { FleetRequest } from '../../../../functions/credential/events/fleet-rotation.ts';
import { FLEET_OUTCOMES } from '../../../../functions/credential/outcome.ts';
import type { FleetAbout, FleetSummary } from '../../../../functions/many/about.ts';
import type { FleetProgress, WaveProgress } from '../../../../functions/many/progress.ts';
import type { Tone } from './standing.ts';
import { counted } from './words.ts';

export type Summary = FleetSummary;
export type ManyProgress = FleetProgress;

/** What a person fills in to rotate many. */
export interface Wishes {
  readonly who: 'all' | 'some';
  /** `environment=prod, owner=flow` */
  readonly tags: string;
  readonly match: string;
  /** One a line: a tag and its value, or a pattern of ids. */
  readonly waves: string;
  /** `3` or `5%` */
  readonly tolerated: string;
  readonly reason: string;
  readonly revokePrevious: boolean;
  readonly force: boolean;
}

export const NO_WISHES: Wishes = {
  who: 'all',
  tags: '',
  match: '',
  waves: '',
  tolerated: '10%',
  reason: '',
  revokePrevious: false,
  force: false,
};

/** The body of a call: what was not said is left out. The API has the default of the rest. */
export type ManyBody = Pick<FleetRequest, 'select' | 'waves' | 'tolerated' | 'reason' | 'revokePrevious' | 'force'>;

type Tags = Readonly<Record<string, string>>;

/** @returns the body, or what is wrong with the wishes; what the API judges is left to it */
export function bodyOf(wishes: Wishes): { readonly body: ManyBody } | { readonly fault: string } {
  const { who, match, revokePrevious, force } = wishes;
  const reason = wishes.reason.trim();
  const tags = tagsIn(linesIn(wishes.tags.replaceAll(',', '\n')));
  const waves = linesIn(wishes.waves).map(waveIn);
  const tolerated = toleratedIn(wishes.tolerated);
  if (!tags) return { fault: 'A tag is written as environment=prod.' };
  if (!tolerated) return { fault: 'Failures are tolerated as a whole number, or as a percentage such as 5%.' };
  const some = { ...(Object.keys(tags).length > 0 && { tags }), ...(match.trim() !== '' && { match: match.trim() }) };
  if (who === 'some' && Object.keys(some).length === 0) return { fault: 'Name a tag, or a pattern of ids.' };
  if ((revokePrevious || force) && reason === '') return { fault: 'Say why: it stands in every history.' };
  return {
    body: {
      select: who === 'all' ? { all: true } : some,
      ...(waves.length > 0 && { waves }),
      tolerated,
      ...(reason !== '' && { reason }),
      ...(revokePrevious && { revokePrevious }),
      ...(force && { force }),
    },
  };
}

function linesIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

function tagsIn(parts: readonly string[]): Tags | undefined {
  const pairs = parts.map((part) => /^([^=]+)=(.*)$/.exec(part));
  if (pairs.includes(null)) return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1]?.trim() ?? '', pair?.[2]?.trim() ?? '']));
}

function waveIn(line: string): NonNullable<FleetRequest['waves']>[number] {
  return line.includes('=') ? { tags: tagsIn([line]) ?? {} } : { match: line };
}

function toleratedIn(text: string): FleetRequest['tolerated'] {
  const [, number = '', percent] = /^\s*(\d{1,5})\s*(%?)\s*$/.exec(text) ?? [];
  if (number === '') return undefined;
  return percent ? { percent: Number(number) } : { count: Number(number) };
}

/** Where a fleet rotation stands, in a word with a tone, and in a sentence. */
export function standOf({ status, outcome }: Pick<FleetAbout, 'status' | 'outcome'>): {
  readonly label: string;
  readonly tone: Tone;
  readonly text: string;
} {
  if (outcome) return { label: outcome, tone: TONES[outcome], text: FLEET_OUTCOMES[outcome] };
  return { label: status, ...GOING_ON[status] };
}

const TONES: Readonly<Record<NonNullable<FleetAbout['outcome']>, Tone>> = {
  planned: 'calm',
  completed: 'good',
  stopped: 'bad',
  aborted: 'warn',
  broken: 'bad',
};

const GOING_ON: Readonly<Record<FleetAbout['status'], { readonly tone: Tone; readonly text: string }>> = {
  choosing: { tone: 'busy', text: 'The credentials are being chosen.' },
  rotating: { tone: 'busy', text: 'It goes on, whether this page is open or not.' },
  stopping: { tone: 'warn', text: 'Somebody has ended it: nothing more is begun, and what has begun is finished.' },
  ended: { tone: 'calm', text: 'It has ended.' },
};

/** How far it is, over all waves: `12 of 400 done, 1 failed, 4 running`. */
export function sumText(waves: readonly WaveProgress[]): string {
  const sum = (of: 'total' | 'done' | 'failed' | 'running') => waves.reduce((all, wave) => all + wave[of], 0);
  const more = (['failed', 'running'] as const).flatMap((of) => (sum(of) > 0 ? [`${sum(of)} ${of}`] : []));
  return [`${sum('done')} of ${counted(sum('total'), 'credential')} done`, ...more].join(', ');
}

/** What was asked for: `all, first env=test` */
export function askedText({ select, waves = [], revokePrevious, force }: FleetRequest): string {
  const of = ({ tags = {}, match }: { readonly tags?: Tags | undefined; readonly match?: string | undefined }) =>
    [...Object.entries(tags).map(([key, value]) => `${key}=${value}`), ...(match === undefined ? [] : [match])].join(
      ' ',
    );
  return [
    select.all ? 'every credential' : of(select),
    ...(waves.length > 0 ? [`in waves: ${waves.map(of).join(', then ')}`] : []),
    ...(revokePrevious ? ['previous secrets ended at once'] : []),
    ...(force ? ['in spite of freezes'] : []),
  ].join('; ');
}
