import type { Completed } from '../../stand-ins/connector/counts.ts';
import type { Measured } from '../report/report.ts';
import type { SecretsState, Span } from '../report/secrets-states.ts';
import { axis, BAR, type Frame, LANES, LEFT, RIGHT } from './layout.ts';
import { element, rounded, text } from './svg.ts';

/** One row of the picture. */
export interface PanelInput {
  readonly measured: Measured;
  readonly span: Span;
  readonly top: number;
}

/** Draws one rotation: two bars for what the IAM accepts, one for what the connector uses, a line for each request. */
export function panel({ measured, span, top }: PanelInput): string {
  const scale = (RIGHT - LEFT) / (span.to - span.from);
  const x = (at: number) => rounded(LEFT + (Math.min(Math.max(at, span.from), span.to) - span.from) * scale);
  const frame: Frame = { span, old: measured.states[0]?.configured ?? '', x };
  return element('g', { transform: `translate(0 ${top})` }, [
    text(16, 22, heading(measured), { class: 'heading' }),
    ...gaps(measured, frame),
    ...marks(measured, frame),
    ...lane('the IAM accepts', LANES.accepted + 15),
    ...bars(measured.states, frame),
    ...lane('the connector uses', LANES.configured + 12),
    ...lane('its token requests', LANES.requests + 12),
    ...requests(measured, frame),
    ...axis(measured, frame),
  ]);
}

function heading({ line }: Measured): string {
  const { strategy, failedRequests, requests: sent, outageMs } = line;
  const gap = outageMs === 0 ? 'no outage' : `outage ${Math.round(outageMs)} ms`;
  return `${strategy}: ${gap}, ${failedRequests} of ${sent} requests failed`;
}

function lane(words: string, y: number): string[] {
  return [text(LEFT - 10, y, words, { 'text-anchor': 'end' })];
}

/** Each state lasts until the next one; what belongs together is drawn as one bar. */
function bars(states: readonly SecretsState[], { span, old, x }: Frame): string[] {
  const letters = [...new Set(states.flatMap(({ accepted, configured }) => [...accepted, configured]))].sort();
  const until = (index: number) => states[index + 1]?.at ?? span.to;
  const drawn = (holds: (state: SecretsState) => boolean, y: number, letter: string) =>
    states
      .map((state, index) => ({ state, from: x(state.at), to: x(until(index)) }))
      .filter(({ state }) => holds(state))
      .reduce<{ from: number; to: number }[]>(joined, [])
      .flatMap((piece) => bar(piece, { y, letter, old }));
  return letters.flatMap((letter) => [
    ...drawn(({ accepted }) => accepted.includes(letter), LANES.accepted + (letter === old ? 0 : BAR + 2), letter),
    ...drawn(({ configured }) => configured === letter, LANES.configured, letter),
  ]);
}

function joined(pieces: { from: number; to: number }[], { from, to }: { from: number; to: number }) {
  const last = pieces.at(-1);
  if (last && last.to === from) last.to = to;
  else pieces.push({ from, to });
  return pieces;
}

function bar(
  piece: { from: number; to: number },
  { y, letter, old }: { y: number; letter: string; old: string },
): string[] {
  const width = rounded(piece.to - piece.from);
  if (width <= 0) return [];
  const rect = { class: letter === old ? 'old' : 'new', x: piece.from, y, width, height: BAR, rx: 2 };
  const words = letter === old ? 'old secret' : 'new secret';
  const label = width > 80 ? [text(piece.from + 8, y + 12, words, { class: 'bar' })] : [];
  return [element('rect', rect), ...label];
}

function requests({ requests: all, outages }: Measured, { span, x }: Frame): string[] {
  const drawn = all.map((request) => ({ ...request, drawnAt: judgedAt(request, outages) }));
  const visible = drawn.filter(({ drawnAt }) => drawnAt >= span.from && drawnAt <= span.to);
  return visible.map(({ drawnAt, error }) => {
    const at = x(drawnAt);
    const reach = error === undefined ? 0 : 5;
    const line = { x1: at, x2: at, y1: LANES.requests - reach, y2: LANES.requests + BAR + reach };
    return element('line', { class: error === undefined ? 'ok' : 'failed', ...line });
  });
}

/** When a request can have been refused at the earliest: one that was on its way when the gap began was refused in the gap. */
function judgedAt({ startedAt, endedAt, error }: Completed, outages: readonly Span[]): number {
  const gap = error === undefined ? undefined : outages.find(({ from, to }) => startedAt <= to && endedAt >= from);
  return Math.max(startedAt, gap?.from ?? startedAt);
}

function gaps({ outages }: Measured, { x }: Frame): string[] {
  return outages.map(({ from, to }) => {
    const area = {
      x: x(from),
      y: LANES.accepted - 4,
      width: rounded(x(to) - x(from)),
      height: LANES.axis - LANES.accepted,
    };
    return element('rect', { class: 'gap', ...area });
  });
}

/** What happened when: found where the states change. */
function marks(measured: Measured, { span, old, x }: Frame): string[] {
  const visible = changes(measured.states, old).filter(({ at }) => at > span.from && at < span.to);
  return visible.flatMap(({ at, words }, index) => {
    // Two that are close lean away from each other.
    const next = visible[index + 1];
    const anchor = next && x(next.at) - x(at) < 70 ? 'end' : 'start';
    return [
      element('line', { class: 'mark', x1: x(at), x2: x(at), y1: LANES.marks + 2, y2: LANES.axis }),
      text(x(at) + (anchor === 'end' ? -3 : 3), LANES.marks - 1, words, { class: 'small', 'text-anchor': anchor }),
    ];
  });
}

function changes(states: readonly SecretsState[], old: string): { at: number; words: string }[] {
  return states.slice(1).map((state, index) => {
    const before = states[index];
    if (before?.configured !== state.configured) return { at: state.at, words: 'pushed' };
    return {
      at: state.at,
      words: state.accepted.includes(old) || before.accepted.join() === old ? 'renewed' : 'retired',
    };
  });
}
