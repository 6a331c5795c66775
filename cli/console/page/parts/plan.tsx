import type { Plan } from '../../../../functions/credential/plan.ts';
import { joined } from '../model/words.ts';
import { Badge } from './badge.tsx';
import { FailureNote } from './problem.tsx';

const OUTAGES: Readonly<Record<Plan['outage'], string>> = {
  none: 'None: both secrets work during the change.',
  'until-pushed': 'Requests fail until the connectors have the new secret.',
  'until-entered': 'Requests fail until a person has entered the new secret.',
  'none-or-until-pushed': 'None, or until the connectors have the new secret: it depends on the IAM.',
  'none-or-until-entered': 'None, or until a person has entered the new secret: it depends on the IAM.',
};

const HOLDS = {
  current: { tone: 'good', text: 'has the current secret' },
  'something-else': { tone: 'warn', text: 'has another secret' },
  'handed-over': { tone: 'busy', text: 'waits for a person' },
  unknown: { tone: 'warn', text: 'is not known' },
} as const satisfies Readonly<Record<Plan['connectors'][number]['holds'], object>>;

/** What a run would do now. */
export function PlanView({ plan }: { plan: Plan }) {
  const { state, action, reason, strategy, outage, wouldProbe, connectors, wouldRefuse } = plan;
  return (
    <section aria-label="Plan" class="plan">
      {wouldRefuse ? <FailureNote title="A run would begin nothing now" failure={wouldRefuse} /> : null}
      <dl>
        <dt>Found</dt>
        <dd>
          <code>{state}</code>
        </dd>
        <dt>Would do</dt>
        <dd>
          {sentence(reason)}
          <small>
            <code>{action}</code>
          </small>
        </dd>
        {strategy ? (
          <>
            <dt>Strategy</dt>
            <dd>{strategy}</dd>
          </>
        ) : null}
        <dt>Outage</dt>
        <dd>{OUTAGES[outage]}</dd>
        {wouldProbe ? (
          <>
            <dt>First</dt>
            <dd>The IAM is tried: whether it keeps a previous secret. That changes no secret.</dd>
          </>
        ) : null}
        <dt>Connectors</dt>
        <dd>
          <ul class="plain">
            {connectors.map(({ name, door, holds, problem }) => (
              <li key={name}>
                {name} <span class="muted">by {door}</span> <Badge tone={HOLDS[holds].tone}>{HOLDS[holds].text}</Badge>
                {problem ? <p class="muted">{joined(problem.detail, problem.next)}</p> : null}
              </li>
            ))}
          </ul>
        </dd>
      </dl>
      <p class="muted">This was a dry run: nothing was changed.</p>
    </section>
  );
}

/** Reasons are written to stand within a line. */
function sentence(text: string): string {
  return joined(`${text.charAt(0).toUpperCase()}${text.slice(1)}`);
}
