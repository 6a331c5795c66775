import type { Credential, Run } from './answers.ts';
import { connectorLanes } from './connector-lanes.ts';
import { nextRun } from './next-run.ts';
import { type Promotion, promotionsOf } from './promotions.ts';

/** A version in a lane. */
export interface Segment {
  readonly version: string;
  readonly from: number;
  readonly to: number;
  /** `goes-on`: it lasts now. `planned`: it ends then, unless something comes before. `unproven`: nobody has proven which version it was. */
  readonly end: 'ended' | 'goes-on' | 'planned' | 'unproven';
}

/** What one system, or one label, held in the course of time. */
export interface Lane {
  readonly name: string;
  readonly segments: readonly Segment[];
}

/** A point of time with a name. */
export interface Mark {
  readonly at: number;
  readonly text: string;
}

/** Which secret counted where and when, as the reports of the runs tell. */
export interface TimeLine {
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly lanes: readonly Lane[];
  readonly marks: readonly Mark[];
}

/** How many changes are drawn. */
const MOST_PROMOTIONS = 5;
/** A next run that is farther ahead than this share of the past would press the past together. */
const MOST_AHEAD = 0.5;
/** How much of the width is left free after the last point. */
const MARGIN = 0.04;

/**
 * The time line of a credential.
 *
 * @param runs newest first
 * @param now milliseconds since 1970
 * @returns undefined as long as nothing is known of any version
 */
export function timeLineOf(credential: Credential, runs: readonly Run[], now: number): TimeLine | undefined {
  const promotions = promotionsOf(credential, runs).slice(-MOST_PROMOTIONS);
  const first = promotions[0];
  if (!first) return undefined;
  const marks = marksOf(credential, promotions, now);
  const last = Math.max(now, ...marks.map(({ at }) => at));
  const to = last + (last - first.from) * MARGIN;
  const lanes = [
    { name: 'The IAM accepts', segments: promotions.map((one, index) => accepted(one, promotions[index + 1], now)) },
    ...connectorLanes(credential, promotions, runs, now),
    { name: 'AWSCURRENT', segments: promotions.map((one, index) => current(one, promotions[index + 1], now)) },
    {
      name: 'AWSPREVIOUS',
      segments: promotions.slice(0, -1).map((one, index) => previous(one, promotions, index, now)),
    },
  ];
  return { from: first.from, to, now, lanes: lanes.filter(({ segments }) => segments.length > 0), marks };
}

function accepted({ version, from, acceptedUntil }: Promotion, next: Promotion | undefined, now: number): Segment {
  if (!next) return { version, from, to: now, end: 'goes-on' };
  const to = acceptedUntil ?? next.at;
  return { version, from, to: Math.max(from, to), end: to > now ? 'planned' : 'ended' };
}

function current({ version, at }: Promotion, next: Promotion | undefined, now: number): Segment {
  return { version, from: at, to: next?.at ?? now, end: next ? 'ended' : 'goes-on' };
}

function previous({ version }: Promotion, promotions: readonly Promotion[], index: number, now: number): Segment {
  const [next, later] = [promotions[index + 1], promotions[index + 2]];
  return { version, from: next?.at ?? now, to: later?.at ?? now, end: later ? 'ended' : 'goes-on' };
}

/** What comes next: the end of a grace, and the next run. */
function marksOf({ schedule }: Credential, promotions: readonly Promotion[], now: number): Mark[] {
  const end = promotions.at(-2)?.acceptedUntil;
  const run = nextRun(schedule, now);
  const marks: Mark[] = [];
  if (end !== undefined && end > now) marks.push({ at: end, text: 'grace ends' });
  const past = now - (promotions[0]?.from ?? now);
  if (run.kind === 'at' && run.at - now < past * MOST_AHEAD) marks.push({ at: run.at, text: 'next run' });
  return marks.toSorted((one, other) => one.at - other.at);
}
