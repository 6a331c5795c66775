import type { Measured } from '../report/report.ts';
import type { Span } from '../report/secrets-states.ts';
import { element, text } from './svg.ts';

/** How wide the picture is, and how high each of its panels. */
export const WIDTH = 860;
export const PANEL_HEIGHT = 196;

/** Where time begins and ends, from the left. */
export const LEFT = 150;
export const RIGHT = WIDTH - 24;
/** Where things lie in a panel, from its top. */
export const LANES = { marks: 44, accepted: 56, configured: 98, requests: 132, axis: 160 } as const;
/** How high a bar is. */
export const BAR = 16;

/** What a panel's parts have in common. */
export interface Frame {
  readonly span: Span;
  /** The letter of the secret that was in use before. */
  readonly old: string;
  readonly x: (at: number) => number;
}

/** Distances between the axis's ticks, in milliseconds. */
const STEPS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
const MOST_TICKS = 8;

/** The axis: time since the trigger. */
export function axis({ triggeredAt }: Measured, { span, x }: Frame): string[] {
  const step = STEPS.find((one) => (span.to - span.from) / one <= MOST_TICKS) ?? 10_000;
  const first = Math.ceil((span.from - triggeredAt) / step);
  const count = Math.floor((span.to - triggeredAt) / step) - first + 1;
  const ticks = Array.from({ length: count }, (_, index) => (first + index) * step);
  return [
    element('line', { class: 'axis', x1: LEFT, x2: RIGHT, y1: LANES.axis, y2: LANES.axis }),
    ...ticks.flatMap((ms) => [
      element('line', {
        class: 'axis',
        x1: x(triggeredAt + ms),
        x2: x(triggeredAt + ms),
        y1: LANES.axis,
        y2: LANES.axis + 4,
      }),
      text(x(triggeredAt + ms), LANES.axis + 17, label(ms, step), { class: 'small', 'text-anchor': 'middle' }),
    ]),
  ];
}

function label(ms: number, step: number): string {
  if (ms === 0) return 'trigger';
  const amount = step >= 500 ? `${ms / 1000} s` : `${ms} ms`;
  return ms > 0 ? `+${amount}` : amount;
}
