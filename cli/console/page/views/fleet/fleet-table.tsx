import { useMemo } from 'preact/hooks';
import { formatDuration, formatMoment, formatNumber, formatUtc } from '../../format.ts';
import { ageOf, isTooOld, maxAgeDays } from '../../model/age.ts';
import type { Credential } from '../../model/answers.ts';
import { doorsOf, type Row } from '../../model/fleet.ts';
import { nextRun } from '../../model/next-run.ts';
import { counted, endOf } from '../../model/words.ts';
import { Badge, StandingBadge } from '../../parts/badge.tsx';
import { Distance } from '../../parts/moment.tsx';
import { hrefOf } from '../../state/route.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The fleet, one credential a row. */
export function FleetTable({ rows, now }: { rows: readonly Row[]; now: number }) {
  return (
    <table class="fleet">
      <caption class="sr-only">Credentials, what needs a person first</caption>
      <thead>
        <tr>
          <th scope="col">Credential</th>
          <th scope="col">State</th>
          <th scope="col" class="number">
            Age
          </th>
          <th scope="col" class="wide">
            Next run
          </th>
          <th scope="col" class="wide">
            Last run
          </th>
          <th scope="col" class="wider">
            Strategy
          </th>
          <th scope="col" class="wider">
            Doors
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <FleetRow key={row.one.id} row={row} now={now} />
        ))}
      </tbody>
    </table>
  );
}

/** A row is made anew only when it says something else: a thousand of them are read page by page. */
function FleetRow({ row: { one, standing }, now }: { row: Row; now: number }) {
  const minute = Math.floor(now / MINUTE_MS);
  return useMemo(() => <Cells one={one} standing={standing} now={now} />, [one, standing, minute]);
}

function Cells({ one, standing, now }: Row & { now: number }) {
  const unreadable = 'problem' in one;
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf({ view: 'credential', id: one.id })}>{one.id}</a>
        <small>{unreadable ? '' : [one.clientId].flat().join(', ')}</small>
      </th>
      <td>
        <StandingBadge standing={standing} />
        <small>{unreadable ? one.problem.code : needsOf(one)}</small>
      </td>
      <td class="number">{unreadable ? null : <Age one={one} now={now} />}</td>
      <td class="wide">{unreadable ? one.problem.next : <Next one={one} now={now} />}</td>
      <td class="wide">{unreadable ? null : <Last one={one} now={now} />}</td>
      <td class="wider">{unreadable ? null : one.strategy}</td>
      <td class="wider">{doorsOf(one).join(', ')}</td>
    </tr>
  );
}

/** What stands open about a credential, in short. */
function needsOf({ lastRun, tasks, findings }: Credential): string {
  const open = [
    ...(lastRun?.failure ? [lastRun.failure.code] : []),
    ...(tasks.length > 0 ? [counted(tasks.length, 'task')] : []),
    ...(findings && findings.length > 0 ? [counted(findings.length, 'finding')] : []),
  ];
  return open.join(', ');
}

function Age({ one, now }: { one: Credential; now: number }) {
  const age = ageOf(one, now);
  const most = maxAgeDays(one);
  if (age === undefined) return <span class="muted">–</span>;
  return (
    <span class={isTooOld(one, now) ? 'over' : ''}>
      {age < DAY_MS ? '< 1' : formatNumber(Math.floor(age / DAY_MS))}
      {most === undefined ? null : <small>of {counted(most, 'day')}</small>}
    </span>
  );
}

function Next({ one, now }: { one: Credential; now: number }) {
  const next = nextRun(one.schedule, now);
  if (next.kind === 'paused') return <span class="muted">paused</span>;
  if (next.kind === 'never') return <span class="muted">none</span>;
  if (next.kind === 'every') return <>every {formatDuration(next.ms)}</>;
  return (
    <>
      <time dateTime={new Date(next.at).toISOString()}>{formatMoment(next.at)}</time>
      <small>{formatUtc(next.at)} UTC</small>
    </>
  );
}

function Last({ one: { lastRun }, now }: { one: Credential; now: number }) {
  if (!lastRun) return <span class="muted">none known</span>;
  const { label, tone } = endOf(lastRun);
  return (
    <>
      <Badge tone={tone}>{label}</Badge>
      <small>
        <Distance at={lastRun.requestedAt} now={now} />
      </small>
    </>
  );
}
