import type { Plan } from '../../../../../functions/credential/plan.ts';
import type { Credential } from '../../model/answers.ts';
import { Check } from '../../parts/check.tsx';
import { RUNS, type RunAction } from './runs.ts';

/** What a person says about a run. */
export interface Options {
  readonly reason: string;
  readonly force: boolean;
  readonly attended: boolean;
  readonly leaveBehind: readonly string[];
}

export const NO_OPTIONS: Options = { reason: '', force: false, attended: false, leaveBehind: [] };

/** The body of the call: what was not said is left out. */
export function bodyOf(action: RunAction, { reason, force, attended, leaveBehind }: Options): object {
  return {
    ...(reason.trim() !== '' && { reason: reason.trim() }),
    ...(force && { force }),
    ...(attended && { attended }),
    ...(action !== 'rollback' && leaveBehind.length > 0 && { leaveBehind }),
    ...(action === 'revoke' && { revokePrevious: true }),
  };
}

interface Props {
  readonly credential: Credential;
  readonly plan: Plan | undefined;
  readonly action: RunAction;
  readonly options: Options;
  readonly onOptions: (options: Options) => void;
}

/** Asks for the reason, and for no more than the plan gives cause to. */
export function RunOptions({ credential, plan, action, options, onOptions }: Props) {
  const change = (part: Partial<Options>) => onOptions({ ...options, ...part });
  const needed = RUNS[action].asks === 'a reason';
  const byHand = credential.connectors.some(({ via }) => via === 'manual') || credential.iam === 'manual';
  const isFrozen = plan?.wouldRefuse?.code === 'frozen' || options.force;
  const unread = action === 'rollback' ? [] : unreadOf(plan, options);
  const leave = (name: string, isLeft: boolean) =>
    change({ leaveBehind: [...options.leaveBehind.filter((one) => one !== name), ...(isLeft ? [name] : [])] });
  return (
    <div class="options">
      <label class="text">
        <span>Reason{needed ? '' : ' (optional)'}</span>
        <input
          type="text"
          maxLength={500}
          required={needed}
          placeholder="Stands in the history"
          value={options.reason}
          onInput={({ currentTarget }) => change({ reason: currentTarget.value })}
        />
      </label>
      {byHand ? (
        <Check
          label="Somebody is ready to enter the new secret at once"
          checked={options.attended}
          onChange={(attended) => change({ attended })}
        />
      ) : null}
      {isFrozen ? (
        <Check label="In spite of the freeze" checked={options.force} onChange={(force) => change({ force })} />
      ) : null}
      {unread.map((name) => (
        <Check
          key={name}
          label={`Leave ${name} behind: it is neither asked nor written, and is cut off`}
          checked={options.leaveBehind.includes(name)}
          onChange={(isLeft) => leave(name, isLeft)}
        />
      ))}
    </div>
  );
}

/** Connectors that could not be read, and those that were to be left behind before the plan was made again. */
function unreadOf(plan: Plan | undefined, { leaveBehind }: Options): string[] {
  const unread = plan?.connectors.filter(({ problem }) => problem).map(({ name }) => name) ?? [];
  return [...new Set([...unread, ...leaveBehind])];
}
