import { useEffect, useRef } from 'preact/hooks';
import { formatNumber } from '../../format.ts';
import { askedText, type ManyProgress } from '../../model/rotations.ts';
import { counted } from '../../model/words.ts';
import { Faults } from './faults.tsx';

/** How many ids of a wave are written out. */
const MOST = 200;

/** Which credentials would be rotated, in which order. Whoever has asked for it by the keyboard goes on from here. */
export function PlanOfMany({ plan }: { plan: ManyProgress }) {
  const { waves, credentials = [], expected, request } = plan;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const total = waves.reduce((sum, wave) => sum + wave.total, 0);
  return (
    <section aria-label="Plan" class="plan">
      <h3 ref={heading} tabIndex={-1}>
        {total === 0 ? 'No credential is chosen' : `${counted(total, 'credential')} would be rotated`}
      </h3>
      <p class="muted">
        {askedText(request)}
        {request.reason === undefined ? '' : `; reason: ${request.reason}`}
      </p>
      <ol class="plan-waves">
        {waves.map(({ name, total: size, tolerated }, index) => (
          // Two waves may have one name.
          <li key={`${index} ${name}`}>
            <strong>{name}</strong>: {counted(size, 'credential')}, and no more is begun after{' '}
            {counted(tolerated + 1, 'failure')}
            <details>
              <summary>Which</summary>
              <p>{idsText(credentials[index] ?? [])}</p>
            </details>
          </li>
        ))}
      </ol>
      {expected.length > 0 ? <Faults id="kept" title="Of these, nothing would be begun for" faults={expected} /> : null}
      <p class="muted">This was a dry run: nothing was changed.</p>
    </section>
  );
}

function idsText(ids: readonly string[]): string {
  const more = ids.length - MOST;
  return `${ids.slice(0, MOST).join(', ')}${more > 0 ? ` and ${formatNumber(more)} more` : ''}`;
}
