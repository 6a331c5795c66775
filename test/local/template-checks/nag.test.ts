import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { everyFeature } from '../../../infra/permissions/synthesized.ts';
import { acknowledgedIn, foundByNag, judgeNag } from '../../../local/template-checks/nag.ts';
import { FINDINGS_FILE, findingsPage } from '../../../local/template-checks/page.ts';

const app = everyFeature();
const found = foundByNag(app);
const acknowledged = acknowledgedIn(app);

describe('the AwsSolutions rules on a fleet with every feature', () => {
  it('find nothing but what is acknowledged with a reason, and nothing else is acknowledged', () => {
    expect(found.length).toBeGreaterThan(20);
    expect(judgeNag(found, acknowledged)).toEqual([]);
  });

  it('are held against the reasons: one that is missing is told, and one that is not needed any more', () => {
    const [first, ...rest] = acknowledged;
    const [path = ''] = first?.on ?? [];

    expect(judgeNag(found, rest)).toContainEqual(expect.stringContaining(`cdk-nag ${first?.rule} on ${path}`));
    expect(judgeNag(found, [...acknowledged, { rule: 'AwsSolutions-L1', reason: 'So it is.', on: [path] }])).toEqual([
      `nothing is found any more that is explained: cdk-nag AwsSolutions-L1 on ${path}`,
    ]);
  });
});

describe('docs/findings.md', () => {
  it('has all reasons: after a change of one, run npm run findings', () => {
    expect(findingsPage(app)).toBe(readFileSync(FINDINGS_FILE, 'utf8'));
  });
});
