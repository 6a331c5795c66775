import { useState } from 'preact/hooks';
import { askedText, type ManyProgress, standOf, sumText } from '../../model/rotations.ts';
import { Badge } from '../../parts/badge.tsx';
import { Moment } from '../../parts/moment.tsx';
import { ProblemNote } from '../../parts/problem.tsx';
import { useRotation } from '../../state/rotations.ts';
import { hrefOf } from '../../state/route.ts';
import { AbortDialog } from './abort-dialog.tsx';
import { Faults } from './faults.tsx';
import { WavesTable } from './waves.tsx';

/** One rotation of many: how far it is, what failed, and where its result is. */
export function RotationPage({ id }: { id: string }) {
  const { value: progress, problem, refresh } = useRotation(id);
  return (
    <>
      <p class="back">
        <a href={hrefOf({ view: 'rotations' })}>Rotations of many</a>
      </p>
      <div class="title">
        <h1>Rotation of many</h1>
        {progress ? <Badge tone={standOf(progress).tone}>{standOf(progress).label}</Badge> : null}
      </div>
      {problem ? <ProblemNote problem={problem} onRetry={refresh} /> : null}
      {progress ? <Body progress={progress} onChanged={refresh} /> : null}
      {!progress && !problem ? (
        <p class="muted" role="status">
          Reading …
        </p>
      ) : null}
    </>
  );
}

function Body({ progress, onChanged }: { progress: ManyProgress; onChanged: () => Promise<void> }) {
  const { executionId, status, waves, failures, expected, manifest, stoppedBy } = progress;
  const [aborts, setAborts] = useState(false);
  return (
    <>
      <p role="status">
        {standOf(progress).text} {waves.length > 0 ? `${sumText(waves)}.` : ''}
      </p>
      {status === 'choosing' || status === 'rotating' ? (
        <div class="actions">
          <button type="button" class="danger" onClick={() => setAborts(true)}>
            Abort
          </button>
        </div>
      ) : null}
      {manifest ? (
        <p class="note good">
          <span>The result of every credential is in</span> <code>{manifest}</code>
        </p>
      ) : null}
      {waves.length > 0 ? (
        <section aria-labelledby="waves">
          <h2 id="waves">Waves</h2>
          <WavesTable waves={waves} isOver={status === 'ended'} />
        </section>
      ) : null}
      {failures.length > 0 ? <Faults id="failures" title="Failed" faults={failures} /> : null}
      {expected.length > 0 ? (
        <Faults id="expected" title="Nothing would be begun, by the settings" faults={expected} />
      ) : null}
      <section aria-labelledby="asked">
        <h2 id="asked">What was asked for</h2>
        <Asked progress={progress} />
        {stoppedBy ? <p class="muted">Ended by {stoppedBy}</p> : null}
      </section>
      {aborts ? <AbortDialog id={executionId} onChanged={onChanged} onClose={() => setAborts(false)} /> : null}
    </>
  );
}

function Asked({ progress: { executionId, request, requestedBy, requestedAt, endedAt } }: { progress: ManyProgress }) {
  return (
    <dl class="facts">
      <dt>Which</dt>
      <dd>{askedText(request)}</dd>
      <dt>Reason</dt>
      <dd>{request.reason ?? '–'}</dd>
      <dt>By</dt>
      <dd>{requestedBy}</dd>
      <dt>Asked</dt>
      <dd>
        <Moment at={requestedAt} />
      </dd>
      <dt>Ended</dt>
      <dd>{endedAt === null ? '–' : <Moment at={endedAt} />}</dd>
      <dt>Execution</dt>
      <dd>
        <code>{executionId}</code>
      </dd>
    </dl>
  );
}
