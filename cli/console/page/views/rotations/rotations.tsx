import { useState } from 'preact/hooks';
import { formatNumber } from '../../format.ts';
import { askedText, type Summary, standOf } from '../../model/rotations.ts';
import { shortPrincipal } from '../../model/words.ts';
import { Badge } from '../../parts/badge.tsx';
import { Distance, Moment } from '../../parts/moment.tsx';
import { ProblemNote } from '../../parts/problem.tsx';
import { useNow } from '../../state/clock.ts';
import { useRotations } from '../../state/rotations.ts';
import { hrefOf } from '../../state/route.ts';
import { StartDialog } from './start-dialog.tsx';

/** The last rotations of many, and the way to begin one. */
export function RotationsPage() {
  const { value: rotations, problem, refresh } = useRotations();
  const now = useNow();
  const [starts, setStarts] = useState(false);
  return (
    <>
      <div class="title">
        <h1>Rotations of many</h1>
      </div>
      <div class="actions">
        <button type="button" class="primary" onClick={() => setStarts(true)}>
          Rotate many
        </button>
      </div>
      {problem ? <ProblemNote problem={problem} onRetry={refresh} /> : null}
      {rotations && rotations.length > 0 ? <RotationsTable rotations={rotations} now={now} /> : null}
      {rotations?.length === 0 ? (
        <div class="empty">
          <p>No rotation of many is known yet.</p>
        </div>
      ) : null}
      {!rotations && !problem ? (
        <p class="muted" role="status">
          Reading …
        </p>
      ) : null}
      {starts ? <StartDialog onClose={() => setStarts(false)} /> : null}
    </>
  );
}

function RotationsTable({ rotations, now }: { rotations: readonly Summary[]; now: number }) {
  return (
    <table class="many">
      <caption class="sr-only">Rotations of many, newest first</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">State</th>
          <th scope="col">What</th>
          <th scope="col" class="wide">
            By
          </th>
        </tr>
      </thead>
      <tbody>
        {rotations.map((one) => (
          <Row key={one.executionId} one={one} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ one, now }: { one: Summary; now: number }) {
  const { executionId, requestedAt, request, requestedBy } = one;
  const { tone, label } = standOf(one);
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf({ view: 'rotation', id: executionId })}>
          <Moment at={requestedAt} />
        </a>
        <small>
          <Distance at={requestedAt} now={now} />
        </small>
      </th>
      <td>
        <Badge tone={tone}>{label}</Badge>
        <small>{resultOf(one)}</small>
      </td>
      <td>
        {request.reason ?? '–'}
        <small>{askedText(request)}</small>
      </td>
      <td class="wide" title={requestedBy}>
        {shortPrincipal(requestedBy)}
      </td>
    </tr>
  );
}

function resultOf({ total, counts }: Summary): string {
  if (!counts) return total === null ? '' : `${formatNumber(total)} chosen`;
  const { done, failed, waiting } = counts;
  const more = [failed > 0 && `${formatNumber(failed)} failed`, waiting > 0 && `${formatNumber(waiting)} not begun`];
  return [`${formatNumber(done)} done`, ...more.filter(Boolean)].join(', ');
}
