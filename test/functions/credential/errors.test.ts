import { describe, expect, it } from '@jest/globals';
import { ERRORS, type ErrorCode, RotationError } from '../../../functions/credential/errors.ts';

describe('whether a write may have been carried out all the same', () => {
  it('is left open by a neighbour that did not answer, or not in its own words, and by nothing else', () => {
    const open = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => new RotationError(code, 'x').inDoubt);

    expect(open).toEqual([
      'iam-unavailable',
      'iam-timeout',
      'iam-unexpected',
      'connector-unavailable',
      'connector-timeout',
      'store-unavailable',
    ]);
  });
});
