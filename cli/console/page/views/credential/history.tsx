import { formatDuration } from '../../format.ts';
import type { Run } from '../../model/answers.ts';
import { endOf, joined, shortPrincipal, shortVersion } from '../../model/words.ts';
import { Badge } from '../../parts/badge.tsx';
import { Distance, Moment } from '../../parts/moment.tsx';

/** Past runs, newest first, with who asked for them and why. */
export function History({ runs, now }: { runs: readonly Run[]; now: number }) {
  if (runs.length === 0) return <p class="muted">No run is known yet.</p>;
  return (
    <table class="history">
      <caption class="sr-only">Runs, newest first</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col">Why</th>
          <th scope="col" class="wide">
            By
          </th>
          <th scope="col" class="wider">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <HistoryRow key={run.requestId} run={run} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function HistoryRow({ run, now }: { run: Run; now: number }) {
  const { kind, requestedAt, reason, requestedBy, trigger, durationMs, failure, rotationId, versionId } = run;
  const { label, tone, text } = endOf(run);
  const version = rotationId ?? versionId;
  return (
    <tr>
      <th scope="row">
        <Moment at={requestedAt} />
        <small>
          <Distance at={requestedAt} now={now} />
        </small>
      </th>
      <td>
        <Badge tone={tone}>{label}</Badge>
        <small title={version ?? undefined}>
          {kind === 'retire' ? 'end of a grace' : 'rotation'}
          {version ? ` ${shortVersion(version)}` : ''}
        </small>
      </td>
      <td>
        {reason ?? (trigger === 'schedule' ? 'scheduled' : '–')}
        <small>{failure ? joined(failure.detail, failure.next) : text}</small>
      </td>
      <td class="wide" title={requestedBy}>
        {requestedBy === undefined ? trigger : shortPrincipal(requestedBy)}
      </td>
      <td class="wider number">{durationMs === undefined ? '–' : formatDuration(durationMs)}</td>
    </tr>
  );
}
