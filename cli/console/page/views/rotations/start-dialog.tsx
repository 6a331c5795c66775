import { useEffect, useRef, useState } from 'preact/hooks';
import { bodyOf, type ManyBody, type ManyProgress, NO_WISHES } from '../../model/rotations.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { ProblemNote } from '../../parts/problem.tsx';
import { type Problem, problemIn } from '../../state/api.ts';
import { planMany, startMany } from '../../state/rotations.ts';
import { hrefOf } from '../../state/route.ts';
import { PlanOfMany } from './plan-of-many.tsx';
import { StartForm } from './start-form.tsx';

/** A plan, and what it was made for. */
interface Planned {
  readonly body: ManyBody;
  readonly plan: ManyProgress;
}

/** Asks which credentials, shows the plan, and begins exactly that after it was confirmed. */
export function StartDialog({ onClose }: { onClose: () => void }) {
  const [wishes, setWishes] = useState(NO_WISHES);
  const [fault, setFault] = useState<string>();
  const [planned, setPlanned] = useState<Planned>();
  const { problem, busy, attempt, isWatched } = useAttempt();
  // A repeat of a call whose answer was lost begins nothing twice.
  const key = useRef('');
  const makePlan = async () => {
    const asked = bodyOf(wishes);
    setFault('fault' in asked ? asked.fault : undefined);
    if ('fault' in asked) return;
    await attempt('Choosing the credentials …', async () => {
      const plan = await planMany(asked.body, isWatched);
      key.current = crypto.randomUUID();
      if (plan) setPlanned({ body: asked.body, plan });
    });
  };
  const begin = async ({ body }: Planned) =>
    await attempt('Asking …', async () => {
      location.hash = hrefOf({ view: 'rotation', id: await startMany(body, key.current) });
    });
  return (
    <Dialog title="Rotate many" onClose={onClose}>
      {planned ? (
        <PlanOfMany plan={planned.plan} />
      ) : (
        <StartForm wishes={wishes} busy={busy !== ''} fault={fault} onWishes={setWishes} onSubmit={makePlan} />
      )}
      {problem ? <ProblemNote problem={problem} /> : null}
      {problem?.executionId ? (
        <p>
          <a href={hrefOf({ view: 'rotation', id: problem.executionId })}>See the one that is under way</a>
        </p>
      ) : null}
      <p role="status" class="waiting">
        {busy}
      </p>
      {planned ? (
        <footer>
          <button type="button" disabled={busy !== ''} onClick={() => setPlanned(undefined)}>
            Change
          </button>
          {planned.plan.waves.length > 0 ? (
            <button type="button" class="primary" disabled={busy !== ''} onClick={() => begin(planned)}>
              Rotate now
            </button>
          ) : null}
        </footer>
      ) : null}
    </Dialog>
  );
}

/** Carries something out, tells that it goes on, and why it failed. */
function useAttempt() {
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState('');
  const watched = useRef(true);
  useEffect(
    () => () => {
      watched.current = false;
    },
    [],
  );
  const attempt = async (what: string, work: () => Promise<void>) => {
    setBusy(what);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      setProblem(problemIn(error));
    }
    setBusy('');
  };
  return { problem, busy, attempt, isWatched: () => watched.current };
}
