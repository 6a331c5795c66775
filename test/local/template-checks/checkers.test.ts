import { describe, expect, it } from '@jest/globals';
import { CHECKERS } from '../../../local/template-checks/checkers.ts';

const read = (name: string, output: unknown) => {
  const checker = CHECKERS.find(({ program }) => program.name === name);
  return checker?.read(JSON.stringify(output));
};

describe('what cfn-lint prints', () => {
  const location = { Start: { LineNumber: 1, ColumnNumber: 1 }, Path: ['Resources', 'KeyB2087346', 'DependsOn', 1] };
  const printed = { Rule: { Id: 'W3005' }, Level: 'Warning', Message: 'already enforced', Location: location };

  it('is findings on resources', () => {
    expect(read('cfn-lint', [printed])).toEqual([
      { checker: 'cfn-lint', rule: 'W3005', resource: 'KeyB2087346', message: 'already enforced' },
    ]);
  });

  it('may be about the whole template', () => {
    const whole = { ...printed, Location: { ...location, Path: null } };
    expect(read('cfn-lint', [whole])).toMatchObject([{ resource: '' }]);
  });

  it('is nothing where nothing is found', () => {
    expect(read('cfn-lint', [])).toEqual([]);
  });
});

describe('what checkov prints', () => {
  const failed = { check_id: 'CKV_AWS_18', check_name: 'Ensure logging', resource: 'AWS::S3::Bucket.FilesF0D967C8' };
  const summary = { passed: 197, failed: 1, parsing_errors: 0 };

  it('is findings on resources', () => {
    expect(read('checkov', { summary, results: { failed_checks: [failed] } })).toEqual([
      { checker: 'checkov', rule: 'CKV_AWS_18', resource: 'FilesF0D967C8', message: 'Ensure logging' },
    ]);
  });

  it.each([
    [
      'could read a template only in part',
      { summary: { ...summary, parsing_errors: 1 }, results: { failed_checks: [] } },
    ],
    ['has looked at nothing', { summary: { ...summary, passed: 0 }, results: { failed_checks: [] } }],
    ['has nothing to say', { passed: 0, failed: 0 }],
  ])('is refused where it %s', (_what, output) => {
    expect(() => read('checkov', output)).toThrow();
  });
});
