import { useState } from 'preact/hooks';
import type { Credential, Task } from '../../model/answers.ts';
import { taskTitle } from '../../model/words.ts';
import { Badge } from '../../parts/badge.tsx';
import { Distance, Moment } from '../../parts/moment.tsx';
import { SecretFields } from '../../parts/secret-fields.tsx';
import { useNow } from '../../state/clock.ts';
import { hrefOf } from '../../state/route.ts';
import { AcknowledgeDialog } from './acknowledge-dialog.tsx';

interface Props {
  readonly credential: Credential;
  readonly task: Task;
  readonly onChanged: () => void;
  /** Whether the credential is somewhere else. */
  readonly isLinked?: boolean;
}

/** One thing that a person is asked to do, with what it takes. */
export function TaskCard({ credential, task, onChanged, isLinked = false }: Props) {
  const { id } = credential;
  const { kind, dueAt, overdue } = task;
  const now = useNow();
  return (
    <article class="task">
      <header>
        <h2>
          {isLinked ? (
            <>
              <a href={hrefOf({ view: 'credential', id })}>{id}</a>{' '}
            </>
          ) : null}
          {taskTitle(task)}
        </h2>
        <p>
          {overdue ? <Badge tone="bad">Overdue</Badge> : <Badge tone="warn">Open</Badge>} due <Moment at={dueAt} />,{' '}
          <Distance at={dueAt} now={now} />
        </p>
      </header>
      {kind === 'enter-secret' ? <EnterSecret credential={credential} task={task} onChanged={onChanged} /> : null}
      {kind === 'submit-secret' ? (
        <p>
          Refresh the secret of the client in the IAM, then hand it over at a hidden prompt:{' '}
          <code>csr submit {id}</code>
        </p>
      ) : null}
      {kind === 'end-former-secret' ? (
        <p>
          Refresh the secret of the former client in the IAM. The task ends by itself once the IAM refuses the old one.
        </p>
      ) : null}
    </article>
  );
}

function EnterSecret({ credential, task, onChanged }: Props) {
  const [asks, setAsks] = useState(false);
  const { connector } = task;
  return (
    <>
      <p>Enter the four fields in Design time and in Runtime of the connector, save, then acknowledge.</p>
      <SecretFields id={credential.id} />
      {connector === undefined ? null : (
        <button type="button" class="primary" onClick={() => setAsks(true)}>
          Acknowledge
        </button>
      )}
      {asks && connector !== undefined ? (
        <AcknowledgeDialog
          id={credential.id}
          connector={connector}
          versionId={task.versionId}
          onChanged={onChanged}
          onClose={() => setAsks(false)}
        />
      ) : null}
    </>
  );
}
