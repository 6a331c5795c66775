import { parseArgs } from 'node:util';
import type { Section } from './section.ts';
import { LONG, REAL, SECTIONS } from './sections/sections.ts';

/** What can be asked of the bench. */
export interface BenchOptions {
  readonly json: boolean;
  readonly help: boolean;
  readonly writeDocs: boolean;
  readonly writeBudget: boolean;
  readonly rounds: number;
  /** The section that alone is run. @default - all of them */
  readonly only?: string;
}

const DEFAULT_ROUNDS = 20;

export const HELP = `Measures rotations beside what people would use instead, all in one run.

  npm run bench [-- OPTIONS]

${listed(SECTIONS)}

By --only alone, since each takes minutes; partner and real start a real Keycloak and deploy to MiniStack:

${listed([...LONG, REAL])}

The peers are AWS's template of a rotation function, completed to do the same job, and a script without any checks. calls,
herd and pages of the list are counted on a simulated clock, and are the same on every machine. Everything else takes real time:
run it on a machine of two processors or more that does nothing else. All of it takes some ten minutes.

  --only NAME    one section
  --rounds N     how often what takes real time is measured, all sides in each round; default ${DEFAULT_ROUNDS}
  --real         the same as --only real
  --json         one JSON object on stdout
  --write-docs   writes docs/performance.md, and the short form in README.md; only with all sections and at least
                 ${DEFAULT_ROUNDS} rounds. With --only NAME of what is run alone: docs/performance-NAME.md
  --write-budget writes test/bench/budget.json, and measures nothing else
  --help         this text

Progress goes to stderr.
`;

/** A line a section. */
function listed(sections: readonly Section[]): string {
  return sections.map(({ name, about }) => `  ${name.padEnd(9)} ${about}`).join('\n');
}

/** The options can't be used; the message says why, in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws {UsageError} */
export function readOptions(args: readonly string[]): BenchOptions {
  const {
    rounds: text,
    only: named,
    'write-docs': writeDocs,
    'write-budget': writeBudget,
    real,
    ...flags
  } = parse(args);
  const only = real ? REAL.name : named;
  const rounds = Number(text);
  if (!/^\d+$/.test(text) || rounds < 1) throw new UsageError(`--rounds ${text}: must be a whole number, at least 1`);
  const alone = [...LONG, REAL].map(({ name }) => name);
  const names = [...SECTIONS.map(({ name }) => name), ...alone];
  if (real && named !== undefined) throw new UsageError('--real: is a section of its own; leave --only out');
  if (only !== undefined && !names.includes(only))
    throw new UsageError(`--only ${only}: must be one of ${names.join(', ')}`);
  if (writeDocs && !alone.includes(only ?? '') && (only !== undefined || rounds < DEFAULT_ROUNDS))
    throw new UsageError(`--write-docs: needs all sections, and at least ${DEFAULT_ROUNDS} rounds`);
  return { ...flags, rounds, writeDocs, writeBudget, ...(only !== undefined && { only }) };
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = {
      json: flag,
      real: flag,
      help: flag,
      'write-docs': flag,
      'write-budget': flag,
      only: { type: 'string' },
      rounds: { type: 'string', default: String(DEFAULT_ROUNDS) },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
