import type { Context, Result } from '../context.ts';
import { type CliError, failed, usage } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Entry } from '../fleet/interview.ts';
import type { FleetText } from '../fleet/write.ts';
import { leavable } from '../terminal/leave.ts';
import { openQuestions } from '../terminal/questions.ts';
import { shown } from '../terminal/text.ts';
import { assertFaultless, contextOf, DEFAULT_PREFIX, linesOf } from './fleet-context.ts';
import { registerImport } from './fleet-import.ts';
import { begin, collect, type Register } from './register.ts';

interface FleetOptions {
  readonly context?: readonly string[];
}

/** `csr fleet check`, `csr fleet add` and `csr fleet import`. */
export const fleet: Register = (program, act) => {
  const group = program.command('fleet').description('the fleet file, which lists the credentials');
  begin(group, {
    name: 'check',
    description: 'finds the faults that synth would find, without the CDK',
    examples: [
      'csr fleet check fleet.json',
      'csr fleet check fleet',
      "csr fleet check fleet.json -c 'allowedHosts=*.example.com'",
      'csr fleet check fleet.json --json',
    ],
    notes:
      'The context of the nearest cdk.json counts, then --prefix, then -c. How many resources and bytes the template has is what\nsynth alone can tell.',
  })
    .argument('<file>', 'the fleet file, a folder of them, or a pattern such as fleet/*.json')
    .option('-c, --context <name=value>', 'a value of the context, as for cdk; can be given several times', collect)
    .action(act(check));
  begin(group, {
    name: 'add',
    description: 'asks for what a credential needs, and adds it to the file',
    examples: ['csr fleet add fleet.json', 'csr fleet add fleet/acme.json -c credentials=fleet'],
    notes:
      'Nothing is written unless the whole fleet is without a fault: the file, and the others that credentials of the context names.',
  })
    .argument('<file>', 'the fleet file; a new one is begun where there is none')
    .option('-c, --context <name=value>', 'a value of the context, as for cdk; can be given several times', collect)
    .action(act(add));
  registerImport(group, act);
};

async function check(context: Context, { context: given }: FleetOptions, file: string): Promise<Result> {
  const { checkFleet } = await import('../fleet/check.ts');
  const findings = checkFleet(file, { context: contextOf(context, given) });
  const { faults, warnings, credentials, files = 1 } = findings;
  for (const line of warnings) context.note(`warning: ${shown(line)}`);
  const count = `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`;
  const text =
    faults.length === 0
      ? `${file}: no faults in ${credentials} credential${credentials === 1 ? '' : 's'}${files > 1 ? ` of ${files} files` : ''}.`
      : [...faults.map(shown), `${file}: ${count}.`].join('\n');
  return { exit: faults.length === 0 ? EXIT.done : EXIT.failed, value: { file, ...findings }, text };
}

async function add(context: Context, { context: given }: FleetOptions, file: string): Promise<Result> {
  const [{ nextSteps }, { readFleetText, replaceFleet, withEntry }] = await Promise.all([
    import('../fleet/next-steps.ts'),
    import('../fleet/write.ts'),
  ]);
  const deployment = { context: contextOf(context, given) };
  const before = readFleetText(file, deployment);
  if (before.ids.length > 0) await assertFaultless(before, deployment);
  const left = () => usage('The questions were left, and nothing was written', 'Repeat the command.');
  const entry = await leavable(left, () => ask(context, before));
  const { faults, warnings } = replaceFleet(before, withEntry(before.text, entry), deployment);
  if (faults.length > 0) throw refused(file, { faults, entry });
  for (const line of warnings) context.note(`warning: ${shown(line)}`);
  const { id } = entry.credential;
  const prefix = context.prefix === DEFAULT_PREFIX ? undefined : context.prefix;
  const steps = nextSteps(entry, { file, fleet: deployment.context.credentials, prefix });
  const value = { file, credential: entry.credential, warnings, next: steps };
  return {
    exit: EXIT.done,
    value,
    text: [`${file}: ${id} was added. Next:`, ...steps.map((step) => `  ${step}`)].join('\n'),
  };
}

async function ask({ prefix }: Context, { ids, agents }: FleetText): Promise<Entry> {
  const { interview } = await import('../fleet/interview.ts');
  const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
  const questions = openQuestions();
  return await interview(questions, { prefix, ids, agents, timezone }).finally(questions.close);
}

/** The answers aren't lost: a person can correct them in the file. */
function refused(
  file: string,
  { faults, entry }: { readonly faults: readonly string[]; readonly entry: Entry },
): CliError {
  const { credential, agents } = entry;
  return failed({
    what: `${file} would have faults`,
    detail: linesOf(faults),
    state: `nothing was written. The entry:\n${JSON.stringify(credential, null, 2)}`,
    next: 'Repeat the command with other answers, or put the entry into the file by hand, corrected.',
    json: { file, faults, credential, agents },
  });
}
