import type { CredentialView } from '../../functions/api/contract/answers/credential.ts';
import type { FindingView } from '../../functions/api/contract/answers/finding.ts';
import { getCredential, type Listed, listCredentials, listRotations } from '../api/credentials.ts';
import { taskText } from '../api/report.ts';
import { type RunView, wordOf } from '../api/runs.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { csv, pairs, seconds, shown, table } from '../terminal/text.ts';
import { begin, parseId, parseNumber, type Register } from './register.ts';

/** `csr status`. */
export const status: Register = (program, act) => {
  begin(program, {
    name: 'status',
    description:
      'shows one credential: its age, its schedule, its connectors, what people are asked to do, and what audits have found',
    examples: ['csr status acme-prod', 'csr status acme-prod --json'],
  })
    .argument('<id>', 'the credential', parseId)
    .action(
      act(async (context: Context, _options: object, id: string) => {
        const value = await getCredential(id, await context.api());
        return { exit: EXIT.done, value, text: statusText(value) };
      }),
    );
};

/** `csr list`. */
export const list: Register = (program, act) => {
  begin(program, {
    name: 'list',
    description: 'lists all credentials',
    examples: ['csr list', 'csr list --json'],
  }).action(
    act(async (context: Context) => {
      const credentials = await listCredentials(await context.api());
      return { exit: EXIT.done, value: { credentials }, text: listText(credentials) };
    }),
  );
};

/** `csr history`. */
export const history: Register = (program, act) => {
  begin(program, {
    name: 'history',
    description: 'lists past runs, newest first',
    examples: ['csr history acme-prod', 'csr history acme-prod --csv --limit 500'],
  })
    .argument('<id>', 'the credential', parseId)
    .option('--limit <n>', 'how many', parseNumber(10_000), 20)
    .option('--csv', 'prints CSV by RFC 4180, for a spreadsheet or an auditor')
    .action(
      act(async (context: Context, { limit, csv: asCsv }: { limit: number; csv?: boolean }, id: string) => {
        const rotations = await listRotations(id, limit, await context.api());
        const text = asCsv ? csv([RUN_COLUMNS, ...rotations.map(runCells)]).slice(0, -1) : historyText(id, rotations);
        return { exit: EXIT.done, value: { credential: id, rotations }, text };
      }),
    );
};

function statusText(view: CredentialView): string {
  const { id, clientId, strategy, versionId, rotatedAt, ageDays, pending, schedule, connectors, tasks, findings } =
    view;
  const age = rotatedAt === null ? 'never: the first run is still to come' : `${rotatedAt} (${ageDays} days ago)`;
  const word = schedule.state === 'DISABLED' ? ', PAUSED' : '';
  return [
    shown(id),
    ...pairs([
      ['client', shown([clientId].flat().join(', '))],
      ['strategy', strategy],
      ['version', versionId],
      ['rotated', age],
      ['schedule', `${schedule.expression} in ${schedule.timezone}${word}`],
      ['pending', pending ? 'a rotation is in progress or unfinished' : undefined],
      ['audited', auditedText(view)],
    ]),
    ...connectors.map(({ name, via, proof }) => {
      const by = proof ? `, acknowledged by ${shown(proof.by ?? 'somebody')} at ${proof.at}` : '';
      return `  connector ${shown(name)}: ${via}${by}`;
    }),
    ...tasks.map((task) => `  task: ${taskText(task)}`),
    ...(findings ?? []).flatMap(findingText),
  ].join('\n');
}

function auditedText({ auditedAt, findings }: CredentialView): string {
  if (!findings) return 'not known: the table could not be read';
  if (auditedAt === null) return 'never: the first audit is still to come';
  return `${auditedAt}${findings.length === 0 ? ', nothing found' : ''}`;
}

/** What was found, and what to do about it. */
function findingText({ kind, detail, since, next }: FindingView): string[] {
  return [`  finding ${kind}: ${shown(detail)} (since ${since})`, `    do: ${shown(next)}`];
}

function listText(credentials: readonly Listed[]): string {
  if (credentials.length === 0) return 'There are no credentials in this deployment.';
  return table(['ID', 'CLIENT', 'AGE', 'ROTATED', 'SCHEDULE', 'NOTES'], credentials.map(listRow));
}

function listRow(one: Listed): string[] {
  if ('problem' in one) return [shown(one.id), '', '', '', '', shown(`${one.problem.code}: ${one.problem.detail}`)];
  const { id, clientId, ageDays, rotatedAt, schedule, pending, tasks, findings } = one;
  const overdue = tasks.filter((task) => task.overdue).length;
  const notes = [
    ...(pending ? ['pending'] : []),
    ...(tasks.length > 0 ? [`${tasks.length} tasks${overdue > 0 ? `, ${overdue} overdue` : ''}`] : []),
    ...(findings && findings.length > 0 ? [`findings: ${findings.map(({ kind }) => kind).join(', ')}`] : []),
  ];
  const when = schedule.state === 'DISABLED' ? 'paused' : schedule.expression;
  const age = ageDays === null ? '-' : `${ageDays} d`;
  return [id, shown([clientId].flat().join(', ')), age, rotatedAt ?? 'never', when, notes.join('; ')];
}

/** The columns of runs as CSV. */
export const RUN_COLUMNS = [
  'requestedAt',
  'kind',
  'status',
  'startedAt',
  'endedAt',
  'outcome',
  'trigger',
  'strategy',
  'requestedBy',
  'reason',
  'durationMs',
  'nothingChanged',
  'failure',
  'rotationId',
  'requestId',
] as const;

/** A run as a row of CSV. */
export function runCells(view: RunView): string[] {
  const { failure, ...run } = view;
  const told = failure && `${failure.code}: ${failure.detail}`;
  return RUN_COLUMNS.map((column) => shown(String((column === 'failure' ? told : run[column]) ?? '')));
}

function historyText(id: string, rotations: readonly RunView[]): string {
  if (rotations.length === 0) return `${id}: no run is on record.`;
  const rows = rotations.map((run) => [
    run.startedAt ?? run.requestedAt ?? '-',
    run.kind ?? '-',
    wordOf(run) ?? '-',
    run.trigger ?? '-',
    run.durationMs === undefined ? '-' : seconds(run.durationMs),
    shown(run.requestedBy ?? ''),
    shown(run.failure?.code ?? run.reason ?? ''),
  ]);
  return table(['STARTED', 'KIND', 'OUTCOME', 'TRIGGER', 'TOOK', 'BY', 'WHY'], rows);
}
