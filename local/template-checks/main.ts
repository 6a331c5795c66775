import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXPLANATIONS } from '../../infra/faults/explained.ts';
import { everyFeature } from '../../infra/permissions/synthesized.ts';
import { progressOnStderr } from '../real-stack/programs/cache.ts';
import { provideVenv } from '../real-stack/programs/venv.ts';
import { CHECKERS, findingsOf, type TemplateChecker } from './checkers.ts';
import { type Finding, judge } from './judge.ts';
import { acknowledgedIn, foundByNag, judgeNag } from './nag.ts';

/** Checks the templates of a fleet with every feature. Needs Python; the first time it downloads cfn-lint and checkov. */
async function main(folder: string): Promise<string[]> {
  const app = everyFeature({}, folder);
  app.synth();
  const templates = readdirSync(folder)
    .filter((name) => name.endsWith('.template.json'))
    .map((name) => join(folder, name));
  const found = await Promise.all(CHECKERS.map((checker) => timed(checker, templates)));
  const nag = foundByNag(app);
  console.log(`cdk-nag: ${nag.length} findings`);
  return [...judgeNag(nag, acknowledgedIn(app)), ...judge(found.flat(), EXPLANATIONS)];
}

async function timed(checker: TemplateChecker, templates: readonly string[]): Promise<Finding[]> {
  const { program } = checker;
  const environment = await provideVenv(program, progressOnStderr);
  const began = performance.now();
  const findings = await findingsOf(checker, environment, templates);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${program.name} ${program.version}: ${findings.length} findings in ${templates.length} templates, ${seconds} s`,
  );
  return findings;
}

const folder = mkdtempSync(join(tmpdir(), 'client-secret-rotation-templates-'));
try {
  const faults = await main(folder);
  for (const fault of faults) console.error(fault);
  console.log(faults.length === 0 ? 'every finding is explained' : `${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
