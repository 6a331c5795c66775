import { useState } from 'preact/hooks';
import { formatDuration, formatMoment, formatUtc } from '../../format.ts';
import { nextRun } from '../../model/next-run.ts';
import { Badge } from '../../parts/badge.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { ProblemNote } from '../../parts/problem.tsx';
import { apiPath, type Problem, problemIn, send } from '../../state/api.ts';
import { now } from '../../state/clock.ts';
import type { DialogProps } from './action-dialog.tsx';

/** Pauses or resumes scheduled rotations, and says first which run that is about. */
export function ScheduleDialog({
  action,
  credential,
  onChanged,
  onClose,
}: DialogProps & { action: 'pause' | 'resume' }) {
  const { id, schedule } = credential;
  const [problem, setProblem] = useState<Problem>();
  const [note, setNote] = useState<string>();
  const [busy, setBusy] = useState(false);
  const isPause = action === 'pause';
  const change = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const body = { state: isPause ? 'DISABLED' : 'ENABLED' };
      const answer = await send<{ note: string }>({
        method: 'PATCH',
        path: apiPath('credentials', id, 'schedule'),
        body,
      });
      setNote(answer.note);
      onChanged();
    } catch (error) {
      setProblem(problemIn(error));
    }
    setBusy(false);
  };
  return (
    <Dialog title={`${isPause ? 'Pause' : 'Resume'} ${id}`} onClose={onClose}>
      <p>
        {isPause ? 'Scheduled rotations stop' : 'Scheduled rotations go on'} until a deployment sets the schedule as the
        fleet file has it. Rotations on demand are not touched.
      </p>
      <dl>
        <dt>Schedule</dt>
        <dd>
          <code>{schedule.expression}</code> {schedule.timezone}
        </dd>
        <dt>{isPause ? 'Does not run' : 'Next run'}</dt>
        <dd>{nextText({ ...schedule, state: 'ENABLED' })}</dd>
      </dl>
      {problem ? <ProblemNote problem={problem} /> : null}
      {note === undefined ? (
        <footer>
          <button type="button" class="primary" disabled={busy} onClick={change}>
            {isPause ? 'Pause' : 'Resume'}
          </button>
        </footer>
      ) : (
        <p role="status">
          <Badge tone="good">Done</Badge> {note}
        </p>
      )}
    </Dialog>
  );
}

function nextText(schedule: DialogProps['credential']['schedule']): string {
  const next = nextRun(schedule, now());
  if (next.kind === 'at') return `${formatMoment(next.at)} here, ${formatUtc(next.at)} UTC`;
  return next.kind === 'every' ? `every ${formatDuration(next.ms)}` : 'none is known';
}
