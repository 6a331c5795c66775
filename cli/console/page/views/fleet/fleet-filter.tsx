import { formatNumber } from '../../format.ts';
import { doorsOf, type Filter, NO_FILTER, type Row } from '../../model/fleet.ts';
import { STANDINGS, type Standing } from '../../model/standing.ts';

interface Props {
  readonly counts: readonly (readonly [Standing, number])[];
  readonly rows: readonly Row[];
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

/** Search, and what can be chosen. The standings are counted. */
export function FleetFilter({ counts, rows, filter, onFilter }: Props) {
  const change = (part: Partial<Filter>) => onFilter({ ...filter, ...part });
  const strategies = distinct(rows.flatMap(({ one }) => ('problem' in one ? [] : [one.strategy])));
  const doors = distinct(rows.flatMap(({ one }) => doorsOf(one)));
  const isFiltered = Object.entries(NO_FILTER).some(([name, value]) => filter[name as keyof Filter] !== value);
  return (
    <search>
      <fieldset class="chips">
        <legend class="sr-only">State</legend>
        {counts.map(([standing, count]) => (
          <button
            key={standing}
            type="button"
            class={`chip ${STANDINGS[standing].tone}`}
            aria-pressed={filter.standing === standing}
            onClick={() => change({ standing: filter.standing === standing ? '' : standing })}
          >
            <b>{formatNumber(count)}</b> {STANDINGS[standing].label}
          </button>
        ))}
      </fieldset>
      <div class="filter">
        <label>
          <span class="sr-only">Search by id, Client ID or connector</span>
          <input
            type="search"
            placeholder="Search id, Client ID, connector"
            value={filter.text}
            onInput={({ currentTarget }) => change({ text: currentTarget.value })}
          />
        </label>
        <Choice
          label="Strategy"
          value={filter.strategy}
          options={strategies}
          onChange={(strategy) => change({ strategy })}
        />
        <Choice label="Door" value={filter.door} options={doors} onChange={(door) => change({ door })} />
        {isFiltered ? (
          <button type="button" class="quiet" onClick={() => onFilter(NO_FILTER)}>
            Clear
          </button>
        ) : null}
      </div>
    </search>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">any</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
