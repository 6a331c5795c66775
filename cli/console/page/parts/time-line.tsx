import { formatMoment, formatTick } from '../format.ts';
import { placedMarks, ticksOf, topsOf } from '../model/layout.ts';
import type { Lane, Segment, TimeLine } from '../model/timeline.ts';
import { shortVersion } from '../model/words.ts';
import { TimeTable } from './time-table.tsx';

const TITLE = 20;
const BAR = 22;
const GAP = 14;
const AXIS = 26;
const MARK = 16;
/** What a name takes within a bar, and a mark above all, in pixels. */
const NAME_PX = 72;
const MARK_PX = 76;

/** Which secret counted where and when. The table says the same. */
export function TimeLineView({ line }: { line: TimeLine }) {
  const versions = versionsOf(line);
  const share = (px: number) => (100 * px) / Math.min(innerWidth - 70, 1340);
  const x = (at: number) =>
    (100 * (Math.min(line.to, Math.max(line.from, at)) - line.from)) / (line.to - line.from || 1);
  const marks = placedMarks(line, x, share(MARK_PX));
  const head = MARK * (1 + Math.max(...marks.map(({ row }) => row))) + 6;
  const { tops, bottom } = topsOf(line.lanes.map(heightOf), head);
  return (
    <figure class="time-line">
      <svg height={bottom + AXIS} role="img" aria-label="Time line; the table below says the same">
        <Axis line={line} x={x} top={head} bottom={bottom} />
        {line.lanes.map((lane, index) => (
          <LaneView
            key={lane.name}
            lane={lane}
            top={tops[index] ?? 0}
            x={x}
            versions={versions}
            narrow={share(NAME_PX)}
          />
        ))}
        <g class="marks">
          {marks.map(({ at, text, row }) => (
            <g key={text} class={text === 'now' ? 'now' : ''}>
              <line x1={`${x(at)}%`} x2={`${x(at)}%`} y1={MARK * (row + 1)} y2={bottom} />
              <text x={`${x(at)}%`} y={MARK * (row + 1) - 4} text-anchor={anchorOf(x(at), share(MARK_PX))}>
                {text}
              </text>
            </g>
          ))}
        </g>
      </svg>
      <TimeTable line={line} />
    </figure>
  );
}

type X = (at: number) => number;

interface AxisProps {
  readonly line: TimeLine;
  readonly x: X;
  readonly top: number;
  readonly bottom: number;
}

function Axis({ line: { from, to }, x, top, bottom }: AxisProps) {
  const { step, at } = ticksOf(from, to, innerWidth < 700 ? 3 : 8);
  return (
    <g class="axis">
      {at.map((time) => (
        <g key={time}>
          <line x1={`${x(time)}%`} x2={`${x(time)}%`} y1={top} y2={bottom} />
          <text x={`${x(time)}%`} y={bottom + 18} text-anchor={anchorOf(x(time), 8)}>
            {formatTick(time, step)}
          </text>
        </g>
      ))}
    </g>
  );
}

interface LaneProps {
  readonly lane: Lane;
  readonly top: number;
  readonly x: X;
  readonly versions: readonly string[];
  /** A bar that is narrower has no room for a name, in percent. */
  readonly narrow: number;
}

function LaneView({ lane, top, x, versions, narrow }: LaneProps) {
  const isDouble = overlaps(lane.segments);
  return (
    <g>
      <text class="lane" x="0" y={top + 13}>
        {lane.name}
      </text>
      {lane.segments.map((segment, index) => (
        <Bar
          key={segment.version}
          segment={segment}
          y={top + TITLE + (isDouble ? index % 2 : 0) * (BAR + 3)}
          x={x}
          tone={toneOf(segment, versions)}
          narrow={narrow}
        />
      ))}
    </g>
  );
}

interface BarProps extends Pick<LaneProps, 'x' | 'narrow'> {
  readonly segment: Segment;
  readonly y: number;
  readonly tone: string;
}

function Bar({ segment: { version, from, to, end }, y, x, tone, narrow }: BarProps) {
  const width = Math.max(0.4, x(to) - x(from));
  const name = end === 'unproven' ? 'not proven' : shortVersion(version);
  return (
    <svg x={`${x(from)}%`} y={y} width={`${width}%`} height={BAR} class={`bar ${tone} ${end}`} aria-hidden="true">
      <title>{`${name}: ${formatMoment(from)} – ${end === 'goes-on' ? 'now' : formatMoment(to)}`}</title>
      <rect width="100%" height="100%" rx="4" />
      {width > narrow ? (
        <text x="7" y={BAR / 2 + 4}>
          {name}
        </text>
      ) : null}
    </svg>
  );
}

/** Two secrets that the IAM accepts at once stand one below the other. */
function overlaps(segments: readonly Segment[]): boolean {
  return segments.some((one, index) => (segments[index + 1]?.from ?? Number.POSITIVE_INFINITY) < one.to);
}

function heightOf({ segments }: Lane): number {
  return TITLE + (overlaps(segments) ? 2 * BAR + 3 : BAR) + GAP;
}

/** A text at an edge stays within the picture. */
function anchorOf(x: number, width: number): 'start' | 'middle' | 'end' {
  if (x < width / 2) return 'start';
  return x > 100 - width / 2 ? 'end' : 'middle';
}

function versionsOf({ lanes }: TimeLine): string[] {
  return [...new Set(lanes.flatMap(({ segments }) => segments.map(({ version }) => version)))].filter(Boolean);
}

/** The last version, the one before, and older ones. */
function toneOf({ version }: Segment, versions: readonly string[]): string {
  return ['newest', 'before'][versions.length - 1 - versions.indexOf(version)] ?? 'older';
}
