import { formatDuration } from '../format.ts';
import { endOf, taskTitle } from '../model/words.ts';
import { type Progress, STEPS } from '../state/run.ts';
import { Badge } from './badge.tsx';
import { Moment } from './moment.tsx';
import { FailureNote } from './problem.tsx';

/** A run while it goes on, and how it ended. */
export function ProgressView({ progress: { done, ended, run } }: { progress: Progress }) {
  return (
    <section aria-label="Progress" class="progress">
      <ol>
        {STEPS.map((step, index) => (
          <Step key={step} name={step} place={placeOf(index, done, ended)} />
        ))}
      </ol>
      <div role="status">
        {run && ended ? <EndView run={run} /> : <span class="sr-only">{STEPS[done - 1] ?? ''}</span>}
      </div>
      {ended ? null : <p class="muted">The run goes on, whether this stays open or not.</p>}
    </section>
  );
}

type Place = 'done' | 'now' | 'left';

function placeOf(index: number, done: number, ended: boolean): Place {
  if (index < done) return 'done';
  return index === done && !ended ? 'now' : 'left';
}

function Step({ name, place }: { name: string; place: Place }) {
  return (
    <li class={place} aria-current={place === 'now' ? 'step' : undefined}>
      {name}
      <span class="sr-only">{place === 'done' ? ': done' : ''}</span>
    </li>
  );
}

function EndView({ run }: { run: NonNullable<Progress['run']> }) {
  const { label, tone, text } = endOf(run);
  const { failure, durationMs, steps = [], nothingChanged, previousRevoked, tasks = [], next, repeatAt } = run;
  return (
    <>
      <p class="ended">
        <Badge tone={tone}>{label}</Badge> {text}
      </p>
      {failure ? <FailureNote title="Why" failure={failure} nothingChanged={nothingChanged} /> : null}
      {next ? <p class="next">{next}</p> : null}
      {previousRevoked === true ? <p>The previous secret was ended: the IAM refuses it.</p> : null}
      {previousRevoked === false ? (
        <p class="next">The previous secret was NOT ended: a connector still uses it, or the IAM could not be asked.</p>
      ) : null}
      {repeatAt ? (
        <p>
          It goes on by itself at <Moment at={repeatAt} />.
        </p>
      ) : null}
      {tasks.map((task) => (
        <p key={`${task.kind}${task.connector ?? ''}`}>
          {taskTitle(task)} before <Moment at={task.dueAt} />.
        </p>
      ))}
      {durationMs === undefined ? null : (
        <p class="muted">
          It took {formatDuration(durationMs)}: {steps.map(({ name, ms }) => `${name} ${Math.round(ms)} ms`).join(', ')}
        </p>
      )}
    </>
  );
}
