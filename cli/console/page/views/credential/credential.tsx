import { useMemo, useState } from 'preact/hooks';
import type { Credential } from '../../model/answers.ts';
import { standingOf } from '../../model/standing.ts';
import { timeLineOf } from '../../model/timeline.ts';
import { StandingBadge } from '../../parts/badge.tsx';
import { FailureNote, ProblemNote } from '../../parts/problem.tsx';
import { TimeLineView } from '../../parts/time-line.tsx';
import { now as timeNow, useNow } from '../../state/clock.ts';
import { type Known, useCredential } from '../../state/credential.ts';
import { hrefOf } from '../../state/route.ts';
import { ActionDialog } from '../actions/action-dialog.tsx';
import { type Action, Actions } from '../actions/actions.tsx';
import { TaskCard } from '../tasks/task-card.tsx';
import { Facts } from './facts.tsx';
import { Findings } from './findings.tsx';
import { History } from './history.tsx';

/** One credential: how it stands, its time line, what can be done, and what has happened. */
export function CredentialPage({ id, onChanged }: { id: string; onChanged: () => Promise<void> }) {
  const known = useCredential(id);
  const { credential, problem, refresh } = known;
  const changed = () => void Promise.all([refresh(), onChanged()]);
  return (
    <>
      <p class="back">
        <a href={hrefOf({ view: 'fleet' })}>Fleet</a>
      </p>
      <div class="title">
        <h1>{id}</h1>
        {credential ? <StandingBadge standing={standingOf(credential, timeNow())} /> : null}
      </div>
      {problem ? <ProblemNote problem={problem} onRetry={refresh} /> : null}
      {credential ? <Body known={known} credential={credential} onChanged={changed} /> : null}
      {!credential && !problem ? (
        <p class="muted" role="status">
          Reading …
        </p>
      ) : null}
    </>
  );
}

interface BodyProps {
  readonly known: Known;
  readonly credential: Credential;
  readonly onChanged: () => void;
}

function Body({ known: { runs, historyProblem }, credential, onChanged }: BodyProps) {
  const now = useNow(5000);
  const [action, setAction] = useState<Action>();
  const line = useMemo(() => timeLineOf(credential, runs ?? [], now), [credential, runs, now]);
  const { lastRun, tasks } = credential;
  return (
    <>
      <Actions credential={credential} onAction={setAction} />
      {lastRun?.failure ? <FailureNote title="The last run did not end well" failure={lastRun.failure} /> : null}
      {tasks.map((task) => (
        <TaskCard
          key={`${task.kind} ${task.connector ?? ''}`}
          credential={credential}
          task={task}
          onChanged={onChanged}
        />
      ))}
      <Findings credential={credential} now={now} />
      <section aria-labelledby="time-line">
        <h2 id="time-line">Time line</h2>
        {line ? <TimeLineView line={line} /> : <p class="muted">It begins with the first run.</p>}
      </section>
      <section aria-labelledby="facts">
        <h2 id="facts">Settings and labels</h2>
        <Facts credential={credential} now={now} />
      </section>
      <section aria-labelledby="history">
        <h2 id="history">History</h2>
        {historyProblem ? <ProblemNote problem={historyProblem} /> : null}
        {runs ? <History runs={runs} now={now} /> : null}
      </section>
      {action ? (
        <ActionDialog
          action={action}
          credential={credential}
          onChanged={onChanged}
          onClose={() => setAction(undefined)}
        />
      ) : null}
    </>
  );
}
