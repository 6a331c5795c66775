import { execFile } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import type { PythonProgram } from '../real-stack/programs/venv.ts';
import type { Finding } from './judge.ts';

/** A program that checks templates. */
export interface TemplateChecker {
  readonly program: PythonProgram;
  /** What it is called with, for templates by their paths. */
  readonly args: (templates: readonly string[]) => readonly string[];
  /** @throws {Error} when it has printed anything but findings */
  readonly read: (output: string) => Finding[];
}

const CfnLintOutput = z.array(
  z.object({
    Rule: z.object({ Id: z.string() }),
    Message: z.string(),
    Location: z.object({ Path: z.array(z.union([z.string(), z.number()])).nullish() }),
  }),
);

/** @see [cfn-lint](https://github.com/aws-cloudformation/cfn-lint) */
const cfnLint: TemplateChecker = {
  program: { name: 'cfn-lint', package: 'cfn-lint', version: '1.58.0' },
  // A virtual environment that was moved has no scripts that run, and the package is none by itself.
  args: (templates) => ['-c', 'from cfnlint.runner import main; main()', '--format', 'json', '--', ...templates],
  read: (output) =>
    CfnLintOutput.parse(JSON.parse(output)).map(({ Rule, Message, Location }) => {
      const [part, id] = Location.Path ?? [];
      const resource = part === 'Resources' ? String(id) : '';
      return { checker: 'cfn-lint', rule: Rule.Id, resource, message: Message };
    }),
};

const CheckovOutput = z.object({
  summary: z.object({ passed: z.int().positive(), parsing_errors: z.literal(0) }),
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
  }),
});

/** @see [checkov](https://www.checkov.io/) */
const checkov: TemplateChecker = {
  program: { name: 'checkov', package: 'checkov', version: '3.3.30' },
  args: (templates) => [
    ...['-m', 'checkov.main', '--framework', 'cloudformation', '--output', 'json', '--compact', '--quiet'],
    // Nothing is downloaded: the checks are those of this version.
    '--skip-download',
    ...templates.flatMap((template) => ['--file', template]),
  ],
  read: (output) =>
    CheckovOutput.parse(JSON.parse(output)).results.failed_checks.map(({ check_id, check_name, resource }) => ({
      checker: 'checkov',
      rule: check_id,
      resource: resource.replace(/^.*\./, ''),
      message: check_name,
    })),
};

export const CHECKERS: readonly TemplateChecker[] = [cfnLint, checkov];

/**
 * Runs a checker.
 *
 * @param environment the folder of its virtual environment
 * @param templates paths
 */
export async function findingsOf(
  checker: TemplateChecker,
  environment: string,
  templates: readonly string[],
): Promise<Finding[]> {
  const python = join(environment, 'bin', 'python3');
  const { stdout, stderr } = await outputOf(python, checker.args(templates));
  try {
    return checker.read(stdout);
  } catch (error) {
    throw new Error(`${checker.program.name} has answered nothing that can be read: ${stderr.slice(-500)}`, {
      cause: error,
    });
  }
}

/** What a program prints, whatever its exit code: findings are a failure to it. */
function outputOf(program: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 2 ** 26 }, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
}
