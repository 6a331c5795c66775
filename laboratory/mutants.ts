import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Mutation, pathOf } from './mutations/mutation.ts';
import { MUTATIONS } from './mutations.ts';

/** Takes each safeguard out of the workflow in turn, and demands that the laboratory notices. */
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const wanted = process.argv[2] ?? '';
let missed = 0;

const control = new Map<string, string>();

for (const mutation of MUTATIONS.filter(({ safeguard }) => safeguard.includes(wanted))) {
  const verdict = judge(mutation);
  if (verdict !== 'noticed') missed += 1;
  console.log(`${mutation.safeguard.padEnd(90)}${verdict}`);
}
console.log(missed === 0 ? 'every removal was noticed' : `${missed} not noticed`);
process.exitCode = missed === 0 ? 0 : 1;

/** The unchanged workflow has to pass the same scenes: otherwise they say nothing of the safeguard. */
function judge(mutation: Mutation): string {
  const unfit = mutation.edits.find((edit) => !fits(edit));
  if (unfit) return `does not fit ${unfit.file} any more`;
  const key = mutation.lab.join(' ');
  const unchanged = control.get(key) ?? run(mutation.lab, '');
  control.set(key, unchanged);
  if (unchanged !== 'NOT NOTICED') return `the unchanged workflow fails, too: ${unchanged}`;
  return run(mutation.lab, mutation.safeguard);
}

function fits({ file, from }: Mutation['edits'][number]): boolean {
  return readFileSync(here(`../${pathOf(file)}`), 'utf8').split(from).length === 2;
}

/** The laboratory has to end by finding a violation, not by an accident. */
function run(lab: readonly string[], safeguard: string): string {
  const mutate = safeguard ? ['--import', import.meta.resolve('./mutate.ts')] : [];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...mutate, here('main.ts'), ...lab], {
    env: { ...process.env, MUTATION: safeguard },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return 'NOT NOTICED';
  if (status === 1 && /violation/.test(stdout)) return 'noticed';
  return `the laboratory failed: ${stderr.trim().split('\n').at(-1)}`;
}
