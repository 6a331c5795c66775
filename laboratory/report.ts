import { NEW_DIMENSIONS } from './dimensions.ts';
import { CATEGORIES } from './faults.ts';
import type { Pairs } from './pairs.ts';
import type { PropertyResult } from './property.ts';
import type { Line, Violation } from './singles.ts';

/** Everything that was tried, in the form that `--json` prints. */
export interface Report {
  readonly ok: boolean;
  readonly seed: number;
  readonly combinations: readonly Line[];
  readonly pairs: Pairs;
  readonly property: PropertyResult;
}

/** Puts the parts together. */
export function reportOf(seed: number, parts: Pick<Report, 'combinations' | 'pairs' | 'property'>): Report {
  return { ok: violationsOf(parts).length === 0, seed, ...parts };
}

function violationsOf({
  combinations,
  pairs,
  property,
}: Pick<Report, 'combinations' | 'pairs' | 'property'>): Violation[] {
  return [...combinations.flatMap(({ violations }) => violations), ...pairs.violations, ...property.violations];
}

interface Sum {
  points: number;
  converged: number;
  violations: number;
}

/** One row for each strategy, renewal and fault; all triggers together. */
function matrix(lines: readonly Line[]): string[][] {
  const rows = new Map<string, { head: string[]; sum: Sum }>();
  for (const { strategy, renewal, desk, agent, fault, points, converged, violations } of lines) {
    const door = `${renewal}${desk ? ', desk' : ''}${agent ? ', agent' : ''}`;
    const key = `${strategy} ${door} ${fault}`;
    const { head, sum } = rows.get(key) ?? {
      head: [strategy, door, fault],
      sum: { points: 0, converged: 0, violations: 0 },
    };
    sum.points += points;
    sum.converged += converged;
    sum.violations += violations.length;
    rows.set(key, { head, sum });
  }
  const order = (row: { head: string[] }) => (CATEGORIES as readonly string[]).indexOf(row.head[2] ?? '');
  return [...rows.values()]
    .sort((a, b) => headOf(a).localeCompare(headOf(b)) || order(a) - order(b))
    .map(({ head, sum }) => [
      ...head,
      ...[sum.points, sum.converged, sum.points - sum.converged, sum.violations].map(String),
    ]);
}

const headOf = ({ head }: { head: string[] }) => head.slice(0, 2).join(' ');

const COLUMNS = ['strategy', 'renewal', 'fault', 'points', 'converged', 'by the next run', 'violations'];

/** The matrix for a terminal, and every violation with its script. */
export function text(report: Report): string {
  const { combinations, pairs, property } = report;
  const violations = violationsOf(report);
  return [
    ...table(matrix(combinations)),
    '',
    `single faults: ${sumOf(combinations)} points tried`,
    `pairs of faults: ${pairs.points} tried, ${pairs.violations.length} violations`,
    `random scenes: ${property.runs} played (seed ${property.seed}), ${property.violations.length} violations`,
    ...violations
      .slice(0, MAX_SHOWN)
      .flatMap(({ point, message, script }) => ['', `${point}: ${message}`, JSON.stringify(script)]),
    '',
    violations.length === 0 ? 'no violation' : `${violations.length} violations; play one again with --replay`,
  ].join('\n');
}

const MAX_SHOWN = 20;

function table(rows: readonly string[][]): string[] {
  const all = [COLUMNS, ...rows];
  const widths = COLUMNS.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row.map((cell, i) => (i < 3 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
}

function sumOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { points }) => sum + points, 0);
}

/** The page for readers: what is tried, and what came of it. */
export function markdown(report: Report, command: string): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const { combinations, pairs, property } = report;
  return `${HEAD}${NEW_DIMENSIONS.length > 0 ? HARSH : ''}${NEW_DIMENSIONS.includes('doors') ? HANDS : ''}${NEW_DIMENSIONS.includes('line') ? AGENT : ''}
${row(COLUMNS)}
${row(COLUMNS.map((_, i) => (i < 3 ? '---' : '--:')))}
${matrix(combinations).map(row).join('\n')}

| | tried | violations |
| --- | --: | --: |
| single faults | ${sumOf(combinations)} | ${combinations.reduce((sum, { violations }) => sum + violations.length, 0)} |
| pairs of faults | ${pairs.points} | ${pairs.violations.length} |
| random scenes | ${property.runs} | ${property.violations.length} |

This page was written by \`${command}\` (seed ${report.seed}).
`;
}

const HEAD = `# Reliability

A rotation may die anywhere, hear no answer, or run twice at once. The fault laboratory in \`laboratory/\` tries all of this: it
runs the real workflow with its real adapters over the embedded Secrets Manager, scheduler, IAM and connector on a simulated clock,
and breaks each rotation at every request. The laboratory finds the requests by recording a run without faults; nobody keeps a list.

Each fault is tried in its variants: a lost request is carried out never, at once, or after it was given up; an error comes once,
three times, or until the run ends. Then the trigger's own repeats follow: Lambda's two, after one and two more minutes; an API
caller's, after \`Retry-After\`; Secrets Manager's next \`RotateSecret\`. After the repeats these promises have to hold:

- **At rest**: the document in AWSCURRENT gets a token, every section of every connector holds that document, and no AWSPENDING is
  left. Otherwise the outcome said so, and the next run repairs the rest (column *by the next run*).
- **Nothing lost**: the secret that the IAM holds was in a version of the secret at every moment, except between the IAM's answer to
  a regeneration and the Put. A secret from that moment was adopted.
- **Nobody down**: with \`dual-secret\` and \`alternating-clients\` no request of the steady traffic failed at any point; in-place
  the outage ended within the run or its first repeat that may act.
- **The truth**: every reported outcome was true, and in the end the old secret is refused.

Callers also revoke the previous secret, or roll back. A revoke that reports no failure has ended every secret that was in use before it,
and the IAM refuses them; no connector is cut off that the caller didn't leave behind. A rollback that reports no failure has made the
previous document current.

A dry run comes before the real run in every state in which a scene begins, and in every state that a run leaves which dies after one of
its writes, for every call: it sends reads only, and names the action that the run then takes (\`npm run faults -- --dry-runs\`).

Random scenes have two to five rotators that take turns at every request, up to four faults, and now and then a person who presses
*Regenerate*, restores a connector or saves a stale page. The laboratory makes a scene that breaks a promise as small
as possible, and prints it as a script that \`npm run faults -- --replay <script>\` plays again.
`;

/** What the new dimensions add to it. */
const HARSH = `
Scenes also meet faults that last, and trouble that is nobody's fault:

- **Latency**: each dependency takes 0 to 12 s, always or now and then. A sender gives up a request that is slower than
  the sender waits, and the request is carried out all the same.
- **Outages**: the IAM, a connector, Secrets Manager or the scheduler drops packets, refuses connections or answers 503 or 403 from a
  moment or a request on, for seconds up to days. One of up to five connectors may be away while the others are well. In the matrix,
  *away* is an outage from each request on, *slow* a dependency that takes 4 or 9.9 s.
- **Lag**: a second node of the IAM is up to half a second behind; reads of Secrets Manager are up to three seconds old.
- **Limits and clocks**: Secrets Manager takes few calls a second, or no further version for a day; clocks are wrong by up to five
  minutes.
- **People** during a grace or a run, who also disable a client or mistype a secret.
- **Settings**: named strategies beside a policy of the realm, no grace and a long one, freezes that begin or end meanwhile, two
  credentials in the same configurations.

Then these promises have to hold as well:

- No outage that a write of ours began where two secrets can work, whatever a person did. In-place the outage ends within the run, or
  100 minutes after everything that is needed answers again. A connector that can be reached is not left behind because of another one.
- No run is ended by its timeout between its first write to the IAM and the end of the rotation or undo that this write began.
- Every run that leaves something to be done has planned the next run, and 26 hours after the last trouble everything is at rest
  without any further scheduled run. Each state under each fault that lasts is tried by \`npm run faults -- --states\`.
- The claims of every report are true in all three systems: that nothing was changed, whether and until when the previous secret
  works, that a run was refused or rolled back.
`;

/** What people add to it, where they have a part. */
const HANDS = `
People have a part where no API is (\`doors\`). A connector \`desk\` is filled in by a person only; its traffic counts like any other's.
An IAM that only a person can change (\`by-person\`) is refreshed by somebody who puts the secret into the inbox: late, twice, mistyped,
never, the older of two, or that of the wrong client. A person enters the secret, says so, or says so without having entered it.
The table of tasks and the bus on which people are told are dependencies like the others. Once a scene is over, people do what the
open tasks say; then these promises have to hold:

- **Nothing lost**: what was submitted, and is what the IAM holds, is in a version or still in the inbox at every moment.
- **Nobody down**: with two secrets no request of the desk fails by a write of ours. In place the desk is cut off only by a run for
  which somebody is at hand. Retire ends no secret that the desk uses before its successor is acknowledged.
- **At rest**: whatever a run leaves to a person is asked of that person. Once it is done, everything is at rest, the inbox is empty and no
  task is open.
- **The truth**: a report tells every task that is open and no other, and until when a connector is handed over. \`awaiting-person\` and a
  refused submission have changed nothing.

What nobody could know is exempt: an outage of the desk after a person has acknowledged what was not entered; what a person has refreshed and
not submitted; a client that is switched off, of which the IAM refuses every secret in the same words; what a client keeps beside its
secret once a person has removed the policy for it, which ends with any write to the client; and until when an IAM that nobody can read
keeps a previous secret by a policy of its own. Nobody plans a repeat while the scheduler is away. Where a clock is wrong by more than a
lease two runs can meet: the next run repairs what they leave, in the same time as after an outage. How long a person takes is never
counted as neglect.
`;

/** What an agent adds to it. */
const AGENT = `
Connectors may be reached by an agent (\`line\`; rows *agent*). The agent's own sources run, over the queue line: its loop, its requests,
its engine with journal, state and file store, on a folder of a real disk for each scene, whose files bear the simulated time. What
is simulated: the queues, with SQS's retention and visibility; the connector's restart, as a step that loads the file; the process, as
steps (a read, a write of the journal, the replace) at each of which it can be killed, in the replace also between the new file and the
rename. Power losses, other formats than JSON, the \`listen\` line and the real restart command are not tried here. In the matrix,
*agent-dies* kills the agent at each of its steps, for a second or for 20 minutes; *message* loses, delays or doubles each request and
each reply; *restart* lets each restart fail, or not come up; *by-hand* has somebody edit the file, bring an old one back or restart
the connector before each step that touches the host. Random scenes also pause the host, cut it off from AWS, put its clock wrong by
up to ten minutes, and have SQS away for the runs. Then these promises have to hold as well: the file is whole after each write, old
or new, and what is not ours stays as a person left it; no ETag comes back; an agent that has started has loaded what it had written,
unless a restart failed; a write that is told to have failed was taken back; no candidate is written for a run that is not current
or pending. A host whose clock is wrong by more than a minute refuses, and says so: that counts as trouble, like an agent that is down.
`;
