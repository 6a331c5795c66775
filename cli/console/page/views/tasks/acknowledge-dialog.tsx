import { useState } from 'preact/hooks';
import { Badge } from '../../parts/badge.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { ProblemNote } from '../../parts/problem.tsx';
import { apiPath, type Problem, problemIn, send } from '../../state/api.ts';

interface Props {
  readonly id: string;
  readonly connector: string;
  readonly versionId: string;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

/** Takes a person's word. On it the previous secret is ended, so what it means is said first. */
export function AcknowledgeDialog({ id, connector, versionId, onChanged, onClose }: Props) {
  const [problem, setProblem] = useState<Problem>();
  const [by, setBy] = useState<string>();
  const [busy, setBusy] = useState(false);
  const acknowledge = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const path = apiPath('credentials', id, 'connectors', connector, 'acknowledgement');
      const word = await send<{ by: string }>({ method: 'POST', path, body: { versionId } });
      setBy(word.by);
    } catch (error) {
      setProblem(problemIn(error));
    }
    setBusy(false);
  };
  const close = () => {
    onClose();
    if (by !== undefined) onChanged();
  };
  return (
    <Dialog title={`Acknowledge ${connector}`} onClose={close}>
      <p>
        You say that version <code>{versionId}</code> was entered in <strong>{connector}</strong> of {id}, in Design
        time and in Runtime, and saved.
      </p>
      <p class="muted">Nobody checks your word: on it the previous secret is ended. It is noted with your name.</p>
      {problem ? <ProblemNote problem={problem} /> : null}
      {by === undefined ? (
        <footer>
          <button type="button" class="primary" disabled={busy} onClick={acknowledge}>
            It was entered and saved
          </button>
        </footer>
      ) : (
        <p role="status">
          <Badge tone="good">Acknowledged</Badge> by {by}
        </p>
      )}
    </Dialog>
  );
}
