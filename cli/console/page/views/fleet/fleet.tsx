import { useMemo, useState } from 'preact/hooks';
import { countsOf, type Filter, filtered, NO_FILTER, rowsOf } from '../../model/fleet.ts';
import { counted } from '../../model/words.ts';
import { ProblemNote } from '../../parts/problem.tsx';
import { useNow } from '../../state/clock.ts';
import type { Fleet } from '../../state/fleet.ts';
import { FleetFilter } from './fleet-filter.tsx';
import { FleetTable } from './fleet-table.tsx';

/** How many rows are drawn at once. */
const MOST_ROWS = 1000;

interface Props {
  readonly fleet: Fleet;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

/** All credentials, what needs a person first. */
export function FleetPage({ fleet, filter, onFilter }: Props) {
  const now = useNow();
  const [most, setMost] = useState(MOST_ROWS);
  const { listed, complete, problem } = fleet;
  // Within a minute nothing sorts otherwise.
  const rows = useMemo(() => rowsOf(listed, now), [listed, Math.floor(now / 60_000)]);
  const shown = useMemo(() => filtered(rows, filter), [rows, filter]);
  const isFiltered = shown.length !== rows.length;
  return (
    <>
      <div class="title">
        <h1>Fleet</h1>
        <p role="status" class="muted">
          {statusOf({ complete, all: rows.length, shown: shown.length, isFiltered })}
        </p>
      </div>
      {problem ? <ProblemNote problem={problem} onRetry={fleet.refresh} /> : null}
      {rows.length > 0 ? <FleetFilter counts={countsOf(rows)} rows={rows} filter={filter} onFilter={onFilter} /> : null}
      {shown.length > 0 ? <FleetTable rows={shown.slice(0, most)} now={now} /> : null}
      {shown.length > most ? (
        <p class="more">
          <button type="button" onClick={() => setMost(most + MOST_ROWS)}>
            Show more: {counted(shown.length - most, 'credential')} below
          </button>
        </p>
      ) : null}
      {complete && rows.length > 0 && shown.length === 0 ? (
        <div class="empty">
          <p>No credential is like that.</p>
          <button type="button" onClick={() => onFilter(NO_FILTER)}>
            Show all
          </button>
        </div>
      ) : null}
      {complete && rows.length === 0 ? (
        <div class="empty">
          <p>There are no credentials in this deployment.</p>
          <p class="muted">
            <code>csr fleet add fleet.json</code> writes the first one into the fleet file; deploy it then.
          </p>
        </div>
      ) : null}
    </>
  );
}

function statusOf(now: { complete: boolean; all: number; shown: number; isFiltered: boolean }): string {
  const { complete, all, shown, isFiltered } = now;
  if (!complete) return all === 0 ? 'Reading …' : `Reading … ${counted(all, 'credential')} so far`;
  return isFiltered ? `${shown} of ${counted(all, 'credential')}` : counted(all, 'credential');
}
