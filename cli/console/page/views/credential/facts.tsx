import { formatDuration, formatMoment, formatUtc } from '../../format.ts';
import { ageOf, maxAgeDays } from '../../model/age.ts';
import type { Credential } from '../../model/answers.ts';
import { nextRun } from '../../model/next-run.ts';
import { counted, shortPrincipal } from '../../model/words.ts';
import { Moment } from '../../parts/moment.tsx';

/** Settings and labels, never a value. */
export function Facts({ credential, now }: { credential: Credential; now: number }) {
  const { clientId, iam, strategy, versionId, rotatedAt, schedule, connectors, auditedAt, pending } = credential;
  const age = ageOf(credential, now);
  const most = maxAgeDays(credential);
  return (
    <dl class="facts">
      <dt>Client ID</dt>
      <dd>{[clientId].flat().join(', ')}</dd>
      <dt>Version in use</dt>
      <dd>{versionId === null ? 'none before the first run' : <code>{versionId}</code>}</dd>
      <dt>Rotated</dt>
      <dd>{rotatedAt === null ? 'never' : <Moment at={rotatedAt} />}</dd>
      <dt>Age</dt>
      <dd>
        {age === undefined ? '–' : formatDuration(age)}
        {most === undefined ? '' : `, at most ${counted(most, 'day')}`}
      </dd>
      <dt>Unfinished</dt>
      <dd>{pending ? 'A rotation is in progress, or was left unfinished.' : 'Nothing'}</dd>
      <dt>Schedule</dt>
      <dd>
        <code>{schedule.expression}</code> {schedule.timezone}
      </dd>
      <dt>Next run</dt>
      <dd>{nextText(credential, now)}</dd>
      <dt>Strategy</dt>
      <dd>{strategy}</dd>
      <dt>IAM</dt>
      <dd>{iam ?? 'not told by this deployment'}</dd>
      <dt>Connectors</dt>
      <dd>
        <ul class="plain">
          {connectors.map(({ name, via, proof }) => (
            <li key={name}>
              {name} <span class="muted">by {via}</span>
              {proof ? ` – acknowledged by ${shortPrincipal(proof.by ?? 'somebody')}` : ''}
            </li>
          ))}
        </ul>
      </dd>
      {auditedAt === undefined ? null : (
        <>
          <dt>Audited</dt>
          <dd>{auditedAt === null ? 'not yet' : <Moment at={auditedAt} />}</dd>
        </>
      )}
    </dl>
  );
}

function nextText({ schedule }: Credential, now: number): string {
  const next = nextRun(schedule, now);
  if (next.kind === 'paused') return 'paused';
  if (next.kind === 'never') return 'none is known';
  if (next.kind === 'every') return `every ${formatDuration(next.ms)}`;
  return `${formatMoment(next.at)} here, ${formatUtc(next.at)} UTC`;
}
