import { describe, expect, it } from '@jest/globals';
import { awsErrorName } from '../../../../functions/adapters/aws/aws-error.ts';

const named = (name: string) => Object.assign(new Error('not-to-be-told'), { name });

describe('awsErrorName', () => {
  it.each(['ThrottlingException', 'InternalServiceError', 'DecryptionFailure', 'TimeoutError'])('tells %s', (name) => {
    expect(awsErrorName(named(name))).toBe(name);
  });

  it.each(['not-to-be-told', 'NotToBeTold', 'Not to be told Exception', 'bm90LXRvLWJlLXRvbGQ', '', 'x'.repeat(80)])(
    'does not tell %s',
    (name) => {
      expect(awsErrorName(named(name))).toBe('unknown error');
    },
  );

  it('does not tell what is no error', () => {
    expect(awsErrorName({ name: 'ThrottlingException' })).toBe('unknown error');
  });
});
