import { wordOf } from '../api/runs.ts';
import { shown } from '../terminal/text.ts';
import type { Evidence, Reported } from './collect.ts';
import { exceptionsIn, rotationsIn } from './judge.ts';

/** The report as Markdown, ready to be filed, with a place to sign. */
export function markdown(evidence: Evidence): string {
  const { prefix, month, madeAt, isPartial, digest, credentials } = evidence;
  const exceptions = exceptionsIn(evidence);
  return [
    `# Rotation of client secrets: ${month}`,
    `Deployment \`${prefix}\`. Made at ${madeAt} from the ledger of runs and the labels in Secrets Manager. All times are UTC.${
      isPartial ? ' **The month is not over.**' : ''
    }`,
    '## In short',
    summary(evidence, exceptions.length),
    '## To be explained',
    exceptions.length === 0 ? 'Nothing.' : exceptions.map((line) => `- ${cell(line)}`).join('\n'),
    '## Credentials',
    table(
      [
        'credential',
        'client',
        'strategy',
        'current secret since',
        'days',
        'maxAge',
        'rotations in the month',
        'schedule',
      ],
      credentials.map(credentialRow),
    ),
    '## Runs',
    table(
      ['requested', 'credential', 'kind', 'outcome', 'trigger', 'by', 'reason', 'request'],
      credentials.flatMap(runRows),
    ),
    '## Sign-off',
    `SHA-256 of the runs above: \`${digest}\`. \`csr report --month ${month} --json\` gives the same as long as the ledger keeps them.`,
    table(['', 'name', 'date', 'signature'], [['prepared by'], ['reviewed by']]),
  ].join('\n\n');
}

function summary({ credentials, unread }: Evidence, exceptions: number): string {
  const runs = credentials.flatMap((one) => one.runs);
  const days = credentials.flatMap(({ ageDays }) => ageDays ?? []);
  return table(
    ['', ''],
    [
      ['credentials', String(credentials.length + unread.length)],
      ['rotated in the month', String(credentials.filter((one) => rotationsIn(one.runs).length > 0).length)],
      ['rotations', String(rotationsIn(runs).length)],
      ['former secrets ended after their grace', String(runs.filter(({ outcome }) => outcome === 'retired').length)],
      ['oldest current secret, in days', days.length === 0 ? '-' : String(Math.max(...days))],
      ['to be explained', String(exceptions)],
    ],
  );
}

function credentialRow(credential: Reported): string[] {
  const { id, clientId, strategy, rotatedAt, ageDays, maxAge, runs, schedule } = credential;
  const when = schedule.state === 'DISABLED' ? 'switched off' : `${schedule.expression} in ${schedule.timezone}`;
  const client = [clientId].flat().join(', ');
  const count = String(rotationsIn(runs).length);
  return [id, client, strategy, rotatedAt ?? 'never', String(ageDays ?? '-'), maxAge, count, when];
}

function runRows({ id, runs }: Reported): string[][] {
  return runs.map((run) => [
    run.requestedAt ?? '-',
    id,
    run.kind ?? '-',
    wordOf(run) ?? 'unknown',
    run.trigger ?? '-',
    run.requestedBy ?? '-',
    run.reason ?? '',
    run.requestId ?? '-',
  ]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${head.map((_, i) => cell(cells[i] ?? '')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** Text of others in a cell: on one line, and no Markdown or HTML of its own. */
function cell(text: string): string {
  return shown(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\|`*_<>[\]&#]/g, (character) => `\\${character}`);
}
