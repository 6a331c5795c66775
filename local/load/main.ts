import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { auditEvent } from '../../functions/credential/events/audit.ts';
import { runCommand, UsageError } from '../command-line.ts';
import { environmentOf, KEYS, REGION } from '../embedded-stack/names.ts';
import type { EmbeddedStack } from '../embedded-stack/stack.ts';
import type { AuditorInput, Measured } from './auditor.ts';
import { startFleet, TIMEOUTS, TURN } from './fleet.ts';

const HELP = `Measures how long one audit of many credentials takes, and how much memory.

  npm run audit:load [-- --sizes 50,100,150] [--answer-ms 200] [--times 3]

  --sizes       credentials; each has an IAM and a connector of its own
  --answer-ms   how long each of those takes before it answers
  --times       audits in a row in one process, as in a warm function

Every credential is looked at in whole at once, which is more than any audit of a deployed stack has to do. The audit function runs
in a process of its own; AWS, IAM and connectors are embedded ones on loopback.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '50,100,150' },
      'answer-ms': { type: 'string', default: '200' },
      times: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [answerMs, times] = [numberIn(values['answer-ms']), numberIn(values.times)];
  process.stdout.write('credentials  audit  seconds  most RSS  heap after it\n');
  let wrong = 0;
  for (const size of values.sizes.split(',').map(numberIn)) {
    const measured = await measure(size, { answerMs, times });
    for (const [index, one] of measured.entries()) process.stdout.write(`${row(index + 1, one)}\n`);
    wrong += measured.filter(({ audited, failed, findings }) => audited !== size || failed + findings > 0).length;
  }
  if (wrong > 0) process.stderr.write(`${wrong} audits did not look at every credential, or found something\n`);
  return wrong === 0 ? 0 : 1;
}

async function measure(size: number, { answerMs, times }: { answerMs: number; times: number }): Promise<Measured[]> {
  const stack = await startFleet(size, answerMs);
  try {
    return await audited(stack, times);
  } finally {
    await stack.close();
  }
}

async function audited({ prefix, endpoints }: EmbeddedStack, times: number): Promise<Measured[]> {
  const auditor = fork(new URL('./auditor.ts', import.meta.url), { execArgv: ['--expose-gc'] });
  const event = { ...auditEvent({ repair: false }), scheduledTime: TURN.toISOString() };
  const aws = { region: REGION, credentials: KEYS, endpoints };
  auditor.send({ variables: environmentOf(prefix, TIMEOUTS), aws, event, times } satisfies AuditorInput);
  const [measured] = await Promise.race([
    once(auditor, 'message'),
    once(auditor, 'exit').then(([code]) => {
      throw new Error(`the auditor ended with ${code}`);
    }),
  ]);
  return measured as Measured[];
}

function row(audit: number, { audited, ms, rss, heap }: Measured): string {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`;
  const cells = [String(audited), String(audit), (ms / 1000).toFixed(1), megabytes(rss), megabytes(heap)];
  const widths = [11, 5, 7, 8, 13];
  return cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join('  ');
}

function numberIn(text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`'${text}' is not a whole number`);
  return Number(text);
}

await runCommand(main);
