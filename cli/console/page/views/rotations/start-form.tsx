import type { ComponentChildren } from 'preact';
import type { Wishes } from '../../model/rotations.ts';
import { Check } from '../../parts/check.tsx';

interface Props {
  readonly wishes: Wishes;
  readonly busy: boolean;
  readonly fault: string | undefined;
  readonly onWishes: (wishes: Wishes) => void;
  readonly onSubmit: () => void;
}

/** Which credentials, in which order, and how. */
export function StartForm({ wishes, busy, fault, onWishes, onSubmit }: Props) {
  const change = (part: Partial<Wishes>) => onWishes({ ...wishes, ...part });
  const needsReason = wishes.force || wishes.revokePrevious;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Who wishes={wishes} onChange={change} />
      <label class="text">
        <span>Waves (optional)</span>
        <textarea
          rows={3}
          placeholder={'environment=test\nenvironment=prod'}
          value={wishes.waves}
          onInput={({ currentTarget }) => change({ waves: currentTarget.value })}
        />
        <small>One a line, a tag or a pattern of ids. They are rotated in this order, and the rest comes last.</small>
      </label>
      <Text label="Failures that a wave bears" value={wishes.tolerated} onInput={(tolerated) => change({ tolerated })}>
        A number, or a part such as 5%. With one more, nothing more is begun.
      </Text>
      <Text
        label={`Reason${needsReason ? '' : ' (optional)'}`}
        value={wishes.reason}
        required={needsReason}
        onInput={(reason) => change({ reason })}
      >
        It stands in every history.
      </Text>
      <Check
        label="After a leak: end each previous secret as soon as every connector has the new one"
        checked={wishes.revokePrevious}
        onChange={(revokePrevious) => change({ revokePrevious })}
      />
      <Check label="In spite of freezes" checked={wishes.force} onChange={(force) => change({ force })} />
      {fault ? (
        <p class="fault" role="alert">
          {fault}
        </p>
      ) : null}
      <footer>
        <button type="submit" class="primary" disabled={busy}>
          Show the plan
        </button>
      </footer>
    </form>
  );
}

function Who({ wishes, onChange }: { wishes: Wishes; onChange: (part: Partial<Wishes>) => void }) {
  const choice = (who: Wishes['who'], label: string) => (
    <label class="check">
      <input type="radio" name="who" checked={wishes.who === who} onChange={() => onChange({ who })} />
      <span>{label}</span>
    </label>
  );
  return (
    <fieldset>
      <legend>Which credentials</legend>
      {choice('all', 'Every credential')}
      {choice('some', 'Those with tags, or ids like a pattern')}
      {wishes.who === 'some' ? (
        <>
          <Text
            label="Tags"
            value={wishes.tags}
            placeholder="environment=prod, owner=flow"
            onInput={(tags) => onChange({ tags })}
          >
            All of them have to hold, as the fleet file names them.
          </Text>
          <Text label="Ids like" value={wishes.match} placeholder="acme-*" onInput={(match) => onChange({ match })}>
            * stands for any characters, ? for one.
          </Text>
        </>
      ) : null}
    </fieldset>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly onInput: (value: string) => void;
  readonly children: ComponentChildren;
}

function Text({ label, value, required = false, placeholder = '', onInput, children }: TextProps) {
  return (
    <label class="text">
      <span>{label}</span>
      <input
        type="text"
        maxLength={500}
        required={required}
        placeholder={placeholder}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <small>{children}</small>
    </label>
  );
}
