import type { Span } from '../secrets-watch.ts';

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
