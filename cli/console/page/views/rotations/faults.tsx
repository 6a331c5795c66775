import { useState } from 'preact/hooks';
import type { FleetFailure } from '../../../../../functions/many/progress.ts';
import { counted } from '../../model/words.ts';
import { Moment } from '../../parts/moment.tsx';
import { hrefOf } from '../../state/route.ts';

/** How many are drawn at once. */
const MOST = 100;

interface Props {
  readonly id: string;
  readonly title: string;
  readonly faults: readonly FleetFailure[];
}

/** Credentials that failed, or are expected to: why, and what to do. */
export function Faults({ id, title, faults }: Props) {
  const [most, setMost] = useState(MOST);
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {title} <span class="muted">{counted(faults.length, 'credential')}</span>
      </h2>
      <ul class="plain faults">
        {faults.slice(0, most).map((fault) => (
          <Fault key={fault.credential} fault={fault} />
        ))}
      </ul>
      {faults.length > most ? (
        <p class="more">
          <button type="button" onClick={() => setMost(most + MOST)}>
            Show more: {counted(faults.length - most, 'credential')} below
          </button>
        </p>
      ) : null}
    </section>
  );
}

function Fault({ fault }: { fault: FleetFailure }) {
  const { credential, wave, code, detail, next, nothingChanged, repeatAt } = fault;
  return (
    <li>
      <p>
        <a href={hrefOf({ view: 'credential', id: credential })}>{credential}</a> <span class="muted">{wave}</span>
      </p>
      <p>{detail}</p>
      {next ? (
        <p class="next">
          <strong>What to do</strong> {next}
        </p>
      ) : null}
      {repeatAt ? (
        <p>
          It goes on by itself at <Moment at={repeatAt} />.
        </p>
      ) : null}
      <p class="code">
        {code}
        {nothingChanged === true ? ', nothing was changed' : ''}
        {nothingChanged === null ? ', it is not known whether something was changed' : ''}
      </p>
    </li>
  );
}
