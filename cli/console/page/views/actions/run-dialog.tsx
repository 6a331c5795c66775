import { useEffect, useRef, useState } from 'preact/hooks';
import type { Plan } from '../../../../../functions/credential/plan.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { PlanView } from '../../parts/plan.tsx';
import { ProblemNote } from '../../parts/problem.tsx';
import { ProgressView } from '../../parts/progress.tsx';
import { apiPath, type Problem, problemIn, send } from '../../state/api.ts';
import { type Progress, runToEnd } from '../../state/run.ts';
import type { DialogProps } from './action-dialog.tsx';
import { bodyOf, NO_OPTIONS, type Options, RunOptions } from './run-options.tsx';
import { RUNS, type RunAction } from './runs.ts';

/** Shows what a run would do, begins it, and follows it to its end. */
export function RunDialog({ action, credential, onChanged, onClose }: DialogProps & { readonly action: RunAction }) {
  const { id } = credential;
  const { title, text, asks, button, order } = RUNS[action];
  const [options, setOptions] = useState<Options>(NO_OPTIONS);
  const { plan, problem: planProblem, planAgain } = usePlan(id, { revokes: action === 'revoke', options });
  const { progress, problem, isBusy, begin } = useRun(onChanged);
  const isUnder = isBusy || progress !== undefined;
  const ready = asks === 'nothing' || asks === 'a reason if you like' || options.reason.trim() !== '';
  return (
    <Dialog title={`${title} ${id}`} onClose={onClose}>
      {text === '' || isUnder ? null : <p>{text}</p>}
      {isUnder ? null : <PlanPart plan={plan} problem={planProblem} onRetry={planAgain} />}
      {progress ? <ProgressView progress={progress} /> : null}
      {isBusy && !progress ? <p role="status">Asking …</p> : null}
      {problem ? <ProblemNote problem={problem} /> : null}
      {isUnder || order === undefined ? null : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void begin({ id, action: order, body: bodyOf(action, options) });
          }}
        >
          <RunOptions credential={credential} plan={plan} action={action} options={options} onOptions={setOptions} />
          <footer>
            <button type="submit" class={action === 'revoke' ? 'danger solid' : 'primary'} disabled={!ready}>
              {button}
            </button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}

function PlanPart({
  plan,
  problem,
  onRetry,
}: {
  plan: Plan | undefined;
  problem: Problem | undefined;
  onRetry: () => void;
}) {
  if (problem) return <ProblemNote problem={problem} onRetry={onRetry} />;
  if (plan) return <PlanView plan={plan} />;
  return (
    <p class="waiting" role="status">
      Looking at the IAM, the store and the connectors …
    </p>
  );
}

/** A dry run, made again when an option changes what would be done. */
function usePlan(id: string, { revokes, options }: { revokes: boolean; options: Options }) {
  const [state, setState] = useState<{ plan?: Plan; problem?: Problem }>({});
  const [again, setAgain] = useState(0);
  const { force, attended, leaveBehind } = options;
  // A reason changes no plan.
  useEffect(() => {
    let isOver = false;
    const body = { ...bodyOf(revokes ? 'revoke' : 'rotate', { ...options, reason: '' }), dryRun: true };
    send<Plan>({ method: 'POST', path: apiPath('credentials', id, 'rotations'), body }).then(
      (plan) => isOver || setState({ plan }),
      (error) => isOver || setState({ problem: problemIn(error) }),
    );
    return () => {
      isOver = true;
    };
  }, [id, revokes, force, attended, leaveBehind.join('\n'), again]);
  return { ...state, planAgain: () => setAgain(again + 1) };
}

function useRun(onChanged: () => void) {
  const [progress, setProgress] = useState<Progress>();
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const isWatched = useRef(true);
  // A repeat of a call whose answer was lost gets the same run.
  const key = useRef('');
  useEffect(
    () => () => {
      isWatched.current = false;
    },
    [],
  );
  const begin = async (order: Parameters<typeof runToEnd>[0]) => {
    setBusy(true);
    setProblem(undefined);
    key.current ||= crypto.randomUUID();
    const tell = (now: Progress) => {
      setProgress(now);
      if (now.ended || now.done === 1) onChanged();
    };
    try {
      await runToEnd(order, { key: key.current, tell, isWatched: () => isWatched.current });
    } catch (error) {
      const told = problemIn(error);
      // A refusal has spent the key.
      if (told.nothingChanged === true) key.current = '';
      setProblem(told);
    }
    setBusy(false);
  };
  return { progress, problem, isBusy, begin };
}
