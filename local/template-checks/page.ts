import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { EXPLANATIONS } from '../../infra/faults/explained.ts';
import { short } from '../../infra/permissions/grants.ts';
import { everyFeature } from '../../infra/permissions/synthesized.ts';
import { accepts, acknowledgedIn, foundByNag } from './nag.ts';

/** Where the page lies. */
export const FINDINGS_FILE = resolve(import.meta.dirname, '../../docs/findings.md');

const HEAD = `# Findings of template checks

What cdk-nag (AwsSolutions), cfn-lint and checkov find in the templates, and why it stands; everything else that they found is put right. \`npm run findings\` makes this page. \`npm run lint:templates\` checks the templates of a fleet with every feature: a finding without a reason is a fault, and so is a reason without a finding.`;

/** The whole page. */
export function findingsPage(app: App = everyFeature()): string {
  const found = foundByNag(app);
  const nag = acknowledgedIn(app).map((one) => ({
    rule: placeholders(one.rule),
    on: found.flatMap((finding) => (accepts(one, finding) ? [placeholders(finding.on)] : [])),
    reason: one.reason,
  }));
  const of = (checker: string) => EXPLANATIONS.filter((one) => one.checker === checker);
  return [
    HEAD,
    '## cdk-nag',
    tableOf(nag),
    '## cfn-lint',
    tableOf(of('cfn-lint')),
    '## checkov',
    tableOf(of('checkov')),
  ]
    .join('\n\n')
    .concat('\n');
}

function placeholders(text: string): string {
  return short(
    text.replace(/arn:<AWS::Partition>:([a-z0-9]+):<AWS::Region>:<AWS::AccountId>:/, '').replace(/\/Resource$/, ''),
  );
}

function tableOf(rows: readonly { rule: string; on: readonly string[]; reason: string }[]): string {
  const lines = rows.map(
    ({ rule, on, reason }) => `| \`${rule}\` | ${on.map((one) => `\`${one}\``).join(' ')} | ${reason} |`,
  );
  return ['| rule | on | why it stands |', '|---|---|---|', ...lines].join('\n');
}

if (import.meta.main) writeFileSync(FINDINGS_FILE, findingsPage());
