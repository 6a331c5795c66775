import type { Strategy } from '../../../functions/credential/outcome.ts';
import type { Measured } from '../report/report.ts';
import type { Span } from '../report/secrets-states.ts';
import { PANEL_HEIGHT, WIDTH } from './layout.ts';
import { panel } from './panel.ts';
import { element, STYLE } from './svg.ts';

/** The rows, top to bottom: a strategy's first rotation each, with the part of its time that is shown. */
const ROWS: readonly (readonly [Strategy, (measured: Measured) => Span])[] = [
  ['dual-secret', ({ window }) => window],
  ['in-place', closeUp],
];

/** What is shown before and after an in-place rotation, in milliseconds: the gap would be too narrow to be seen in seconds. */
const BEFORE_MS = 60;
const AFTER_MS = 120;

/**
 * Draws the timeline of the first rotation of each strategy, from its own measurements: which secret the IAM accepts, which one the
 * connector uses, and what became of its requests. It suits light and dark pages.
 *
 * @returns an SVG document
 */
export function timelinePicture(rotations: readonly Measured[]): string {
  const rows = ROWS.flatMap(([strategy, spanOf]) => {
    const measured = rotations.find(({ line }) => line.strategy === strategy);
    return measured ? [{ measured, span: spanOf(measured) }] : [];
  });
  const height = rows.length * PANEL_HEIGHT + 16;
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${WIDTH} ${height}`,
    width: WIDTH,
    height,
    role: 'img',
    'aria-labelledby': 'title desc',
  };
  return `${element('svg', attributes, [
    element('title', { id: 'title' }, ['The timeline of two rotations, as measured']),
    element('desc', { id: 'desc' }, [rows.map(({ measured }) => inWords(measured)).join(' ')]),
    element('style', {}, [STYLE]),
    element('rect', { class: 'card', x: 0.5, y: 0.5, width: WIDTH - 1, height: height - 1, rx: 8 }),
    ...rows.map((row, index) => panel({ ...row, top: 8 + index * PANEL_HEIGHT })),
  ])}\n`;
}

function closeUp({ triggeredAt, states, line }: Measured): Span {
  const first = states.find(({ at }) => at >= triggeredAt)?.at ?? triggeredAt;
  return { from: Math.max(triggeredAt, first - BEFORE_MS), to: first + line.outageMs + AFTER_MS };
}

function inWords({ line }: Measured): string {
  const { strategy, requests, failedRequests, outageMs } = line;
  const gap = outageMs === 0 ? 'at no time' : `for ${Math.round(outageMs)} milliseconds`;
  return `With ${strategy}, the secret that the connector uses was refused ${gap}, and ${failedRequests} of its ${requests} token requests failed.`;
}
