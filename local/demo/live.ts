import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { styleText } from 'node:util';
import type { SecretsState } from './report/secrets-states.ts';

/** How much time one character of the strip stands for, in milliseconds. */
const CELL_MS = 250;
const MOST_CELLS = 60;
/** What a strip's line has besides, in characters. */
const CAPTION = 61;
const ID_WIDTH = 13;

/** Tells what happens while it happens. */
export interface Live {
  /** Something happened; without an id it is about no credential. */
  note(id: string, text: string): void;
  /** Other secrets count now. */
  state(id: string, state: SecretsState): void;
  /** A connector's request came to its end. */
  request(id: string, failed: boolean): void;
  /** Leaves the strips as they are; what happens from here on is a line each. */
  end(): void;
}

interface Row {
  state?: SecretsState;
  sent: number;
  failed: number;
  /** What became of the requests in the cell that is being filled. */
  cell: 'none' | 'ok' | 'failed';
  strip: string[];
}

/**
 * Writes a line for everything that happens. On a terminal, a strip for each connector below runs along: a dot for a quarter of a
 * second in which all its requests succeeded, a cross for one in which some failed.
 */
export function liveTimeline(stream: NodeJS.WriteStream, now: () => number): Live {
  const begun = now();
  const rows = new Map<string, Row>();
  let strips = stream.isTTY === true;
  let drawn = 0;
  const row = (id: string): Row => {
    const present = rows.get(id) ?? { sent: 0, failed: 0, cell: 'none', strip: [] };
    rows.set(id, present);
    return present;
  };
  const erase = () => {
    if (drawn === 0) return;
    moveCursor(stream, 0, -drawn);
    cursorTo(stream, 0);
    clearScreenDown(stream);
    drawn = 0;
  };
  const draw = () => {
    if (!strips) return;
    erase();
    for (const [id, each] of rows) stream.write(`${stripOf(id, each, cellsIn(stream))}\n`);
    drawn = rows.size;
  };
  const note = (id: string, text: string) => {
    erase();
    const seconds = ((now() - begun) / 1000).toFixed(2).padStart(6);
    stream.write(`${seconds} s  ${id.padEnd(ID_WIDTH)} ${text}\n`);
    draw();
  };
  const timer = setInterval(() => {
    for (const each of rows.values()) nextCell(each);
    draw();
  }, CELL_MS).unref();
  return {
    note,
    state: (id, state) => {
      row(id).state = state;
      note(id, `the IAM accepts ${state.accepted.join(' and ') || 'none'}, the connector uses ${state.configured}`);
    },
    request: (id, failed) => {
      const each = row(id);
      each.sent += 1;
      each.failed += failed ? 1 : 0;
      each.cell = failed || each.cell === 'failed' ? 'failed' : 'ok';
    },
    end: () => {
      clearInterval(timer);
      draw();
      strips = false;
      drawn = 0;
    },
  };
}

const CELLS: Readonly<Record<Row['cell'], string>> = {
  none: ' ',
  ok: styleText('green', '·'),
  failed: styleText('red', '×'),
};

function nextCell(row: Row): void {
  row.strip = [...row.strip, CELLS[row.cell]].slice(-MOST_CELLS);
  row.cell = 'none';
}

function stripOf(id: string, { state, sent, failed, strip }: Row, cells: number): string {
  const secrets = `IAM ${(state?.accepted.join('+') ?? '').padEnd(4)} connector ${state?.configured ?? ''}`;
  const shown = strip.slice(-cells);
  const padding = ' '.repeat(cells - shown.length);
  return `${id.padEnd(ID_WIDTH)} ${padding}${shown.join('')} ${secrets}  ${sent} sent, ${failed} failed`;
}

/** A line that is wrapped could not be taken back. */
function cellsIn({ columns = 80 }: NodeJS.WriteStream): number {
  return Math.min(MOST_CELLS, Math.max(1, columns - CAPTION));
}
