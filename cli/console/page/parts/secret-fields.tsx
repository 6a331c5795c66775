import { useEffect, useState } from 'preact/hooks';
import { type Problem, problemIn, send } from '../state/api.ts';
import { ProblemNote } from './problem.tsx';

/** The fields in the order and by the names of the connector's own form. */
const FIELDS = [
  ['accessTokenUrl', 'Access Token URL'],
  ['clientId', 'Client ID'],
  ['clientSecret', 'Client Secret'],
  ['scope', 'Scopes'],
] as const;

type Field = (typeof FIELDS)[number][0];

/** What is shown is hidden again after so many milliseconds. */
const SHOWN_MS = 30_000;

/** What a person enters in the connector. A value is read when its button is pressed, and never before. */
export function SecretFields({ id }: { id: string }) {
  const [problem, setProblem] = useState<Problem>();
  return (
    <section class="fields" aria-label={`What to enter: ${id}`}>
      <ol class="plain">
        {FIELDS.map(([field, label]) => (
          <FieldRow key={field} id={id} field={field} label={label} onProblem={setProblem} />
        ))}
      </ol>
      {problem ? <ProblemNote problem={problem} /> : null}
      <p class="muted">
        Each press reads the value by your own right; CloudTrail records that. Clear the clipboard afterwards.
      </p>
    </section>
  );
}

interface FieldProps {
  readonly id: string;
  readonly field: Field;
  readonly label: string;
  readonly onProblem: (problem: Problem | undefined) => void;
}

function FieldRow({ id, field, label, onProblem }: FieldProps) {
  const [shown, setShown] = useState<string>();
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (shown === undefined) return;
    const timer = setTimeout(() => setShown(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  const read = async (use: (value: string) => Promise<void> | void) => {
    try {
      onProblem(undefined);
      const { value } = await send<{ value: string }>({ method: 'POST', path: 'reveal', body: { id, field } });
      await use(value);
    } catch (error) {
      onProblem(error instanceof DOMException ? NO_CLIPBOARD : problemIn(error));
    }
  };
  const copy = () =>
    read(async (value) => {
      await navigator.clipboard.writeText(value);
      setSaid('copied');
      setTimeout(() => setSaid(''), 3000);
    });
  const toggle = () => (shown === undefined ? read((value) => setShown(value)) : setShown(undefined));
  return (
    <li>
      <span class="label">{label}</span>
      <span class="value">
        {shown === undefined ? <span aria-hidden="true">••••••••••••</span> : <code>{shown}</code>}
      </span>
      <span class="said" role="status">
        {said}
      </span>
      <button type="button" onClick={copy} aria-label={`Copy ${label}`}>
        Copy
      </button>
      <button
        type="button"
        class="quiet"
        onClick={toggle}
        aria-label={`${shown === undefined ? 'Reveal' : 'Hide'} ${label}`}
      >
        {shown === undefined ? 'Reveal' : 'Hide'}
      </button>
    </li>
  );
}

const NO_CLIPBOARD: Problem = {
  title: 'The browser does not let the page reach the clipboard',
  next: 'Allow it for this page, or press Reveal and copy by hand.',
};
