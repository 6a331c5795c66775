import type { Mark, TimeLine } from './timeline.ts';

/** A mark with the row in which its text has room: 0 is the highest. */
export interface PlacedMark extends Mark {
  readonly row: number;
}

/**
 * The marks of a time line and `now`, each in the first row where no other text is in its way.
 *
 * @param x where a point of time is, in percent
 * @param width of a text, in percent
 */
export function placedMarks({ now, marks }: TimeLine, x: (at: number) => number, width: number): PlacedMark[] {
  const ends: number[] = [];
  return [{ at: now, text: 'now' }, ...marks]
    .toSorted((one, other) => one.at - other.at)
    .map((mark) => {
      const free = ends.findIndex((end) => end <= x(mark.at));
      const row = free < 0 ? ends.length : free;
      ends[row] = x(mark.at) + width;
      return { ...mark, row };
    });
}

/** Where things of some heights are, one below the other. */
export function topsOf(heights: readonly number[], top: number): { readonly tops: number[]; readonly bottom: number } {
  let bottom = top;
  const tops = heights.map((height) => {
    const mine = bottom;
    bottom += height;
    return mine;
  });
  return { tops, bottom };
}
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 5, 15, 30].map((count) => count * SECOND),
  ...[1, 5, 15, 30].map((count) => count * MINUTE),
  ...[1, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 30, 60, 90, 180, 365, 730].map((count) => count * DAY),
];

/** Round points of time on an axis, at most `most`; in between lie whole steps. */
export function ticksOf(from: number, to: number, most: number): { readonly step: number; readonly at: number[] } {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? 3650 * DAY;
  const at: number[] = [];
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) at.push(time);
  return { step, at };
}
