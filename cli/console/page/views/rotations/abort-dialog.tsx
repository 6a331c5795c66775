import { useState } from 'preact/hooks';
import { Dialog } from '../../parts/dialog.tsx';
import { ProblemNote } from '../../parts/problem.tsx';
import { type Problem, problemIn } from '../../state/api.ts';
import { abortMany } from '../../state/rotations.ts';

interface Props {
  readonly id: string;
  readonly onChanged: () => Promise<void>;
  readonly onClose: () => void;
}

/** Ends a rotation of many, and says first what that means. */
export function AbortDialog({ id, onChanged, onClose }: Props) {
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const abort = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await abortMany(id);
      await onChanged();
      onClose();
    } catch (error) {
      setProblem(problemIn(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title="Abort the rotation of many" onClose={onClose}>
      <p>
        No further credential is begun. What has begun is finished: a rotation that is cut off would have to be
        repaired. What was rotated stays rotated.
      </p>
      {problem ? <ProblemNote problem={problem} /> : null}
      <footer>
        <button type="button" class="danger" disabled={busy} onClick={abort}>
          Abort now
        </button>
      </footer>
    </Dialog>
  );
}
