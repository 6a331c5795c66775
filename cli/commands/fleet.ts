import type { Context, Result } from '../context.ts';
import { type CliError, failed, usage } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { openQuestions } from '../terminal/questions.ts';
import { shown } from '../terminal/text.ts';
import { begin, collect, type Register } from './register.ts';

interface FleetOptions {
  readonly context?: readonly string[];
}

/** `csr fleet check` and `csr fleet add`. */
export const fleet: Register = (program, act) => {
  const group = program.command('fleet').description('the fleet file, which lists the credentials');
  begin(group, {
    name: 'check',
    description: 'finds the faults that synth would find, without the CDK',
    examples: [
      'csr fleet check fleet.json',
      "csr fleet check fleet.json -c 'allowedHosts=*.example.com'",
      'csr fleet check fleet.json --json',
    ],
    notes:
      'The context of the nearest cdk.json counts, then --prefix, then -c. How many resources and bytes the template has is what\nsynth alone can tell.',
  })
    .argument('<file>', 'the fleet file')
    .option('-c, --context <name=value>', 'a value of the context, as for cdk; can be given several times', collect)
    .action(act(check));
  begin(group, {
    name: 'add',
    description: 'asks for what a credential needs, and adds it to the file',
    examples: ['csr fleet add fleet.json'],
    notes: 'Nothing is written unless the whole file is without a fault.',
  })
    .argument('<file>', 'the fleet file; a new one is begun where there is none')
    .option('-c, --context <name=value>', 'a value of the context, as for cdk; can be given several times', collect)
    .action(act(add));
};

async function check(context: Context, { context: given }: FleetOptions, file: string): Promise<Result> {
  const { checkFleet } = await import('../fleet/check.ts');
  const findings = checkFleet(file, { context: contextOf(context, given) });
  const { faults, warnings, credentials } = findings;
  for (const line of warnings) context.note(`warning: ${shown(line)}`);
  const count = `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`;
  const text =
    faults.length === 0
      ? `${file}: no faults in ${credentials} credential${credentials === 1 ? '' : 's'}.`
      : [...faults.map(shown), `${file}: ${count}.`].join('\n');
  return { exit: faults.length === 0 ? EXIT.done : EXIT.failed, value: { file, ...findings }, text };
}

async function add(context: Context, { context: given }: FleetOptions, file: string): Promise<Result> {
  const [{ interview }, { readFleetText, replaceFleet, withEntry }] = await Promise.all([
    import('../fleet/interview.ts'),
    import('../fleet/write.ts'),
  ]);
  const { text, ids, agents } = readFleetText(file);
  const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
  const questions = openQuestions();
  const entry = await interview(questions, { prefix: context.prefix, ids, agents, timezone }).finally(questions.close);
  const { faults, warnings } = replaceFleet(file, withEntry(text, entry), { context: contextOf(context, given) });
  if (faults.length > 0) throw refused(file, faults);
  for (const line of warnings) context.note(`warning: ${shown(line)}`);
  const { id } = entry.credential;
  const value = { file, credential: entry.credential, warnings };
  return {
    exit: EXIT.done,
    value,
    text: `${file}: ${id} was added. Next: csr access set for its access secrets, then npx cdk deploy.`,
  };
}

function refused(file: string, faults: readonly string[]): CliError {
  return failed({
    what: `${file} would have faults`,
    detail: faults.map(shown).join('\n         '),
    state: 'nothing was written',
    next: `Repeat the command with other answers; where the fault is of another entry: csr fleet check ${file}.`,
    json: { file, faults },
  });
}

/** The context as `-c` gives it. A deployment of another prefix is another deployment. */
function contextOf({ prefix }: Context, given: readonly string[] = []): Record<string, string> {
  const pairs = given.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw usage(`-c ${text.slice(0, 40)} is no name=value`, "For example -c 'allowedHosts=*.example.com'.");
    return [text.slice(0, at), text.slice(at + 1)] as const;
  });
  return { ...(prefix !== DEFAULT_PREFIX && { prefix }), ...Object.fromEntries(pairs) };
}

const DEFAULT_PREFIX = 'client-secret-rotation';
