import { describe, expect, it } from '@jest/globals';
import type { Explanation } from '../../../infra/faults/explained.ts';
import { type Finding, judge } from '../../../local/template-checks/judge.ts';

const explanation: Explanation = {
  checker: 'checkov',
  rule: 'CKV_AWS_1',
  on: ['Service*Function'],
  reason: 'So it is.',
};
const finding: Finding = {
  checker: 'checkov',
  rule: 'CKV_AWS_1',
  resource: 'ServiceapiFunction583C6F1D',
  message: 'Ensure it',
};

describe('a finding', () => {
  it('is explained by its program, rule and resource', () => {
    expect(judge([finding], [explanation])).toEqual([]);
  });

  it.each([
    ['of another program', { ...finding, checker: 'cfn-lint' as const }],
    ['of another rule', { ...finding, rule: 'CKV_AWS_11' }],
    ['on another resource', { ...finding, resource: 'ServiceapiRole583C6F1D' }],
    ['about the whole template', { ...finding, resource: '' }],
  ])('%s is a fault', (_what, other) => {
    expect(judge([finding, other], [explanation])).toEqual([
      `${other.checker} ${other.rule} on ${other.resource || 'the template'}: Ensure it`,
    ]);
  });
});

describe('a reason', () => {
  it('for what nobody finds any more is a fault', () => {
    expect(judge([], [explanation])).toEqual([
      'nothing is found any more that is explained: checkov CKV_AWS_1 on Service*Function',
    ]);
  });
});
