import { describe, expect, it } from '@jest/globals';
import { describeError, ERRORS, type ErrorCode, RotationError } from '../../../functions/credential/errors.ts';

describe('whether a write may have been carried out all the same', () => {
  it('is left open by a neighbour that did not answer, or not in its own words, and by nothing else', () => {
    const open = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => new RotationError(code, 'x').inDoubt);

    expect(open).toEqual([
      'iam-unavailable',
      'iam-timeout',
      'iam-unexpected',
      'connector-unavailable',
      'connector-timeout',
      'connector-unproven',
      'tasks-unavailable',
      'ledger-unavailable',
      'events-unavailable',
      'store-unavailable',
      'executions-unavailable',
    ]);
  });
});

const named = (name: unknown) => Object.defineProperty(new Error('not-to-be-told'), 'name', { value: name });

describe('describeError', () => {
  it('tells an error of ours as it is', () => {
    const error = new RotationError('iam-conflict', 'Keycloak, PUT /clients/1: HTTP 409');
    expect(describeError(error)).toEqual({
      code: 'iam-conflict',
      detail: 'Keycloak, PUT /clients/1: HTTP 409',
      next: 'Rotate again.',
    });
  });

  it.each([
    [new Error('not-to-be-told'), 'Unforeseen Error'],
    [new TypeError('not-to-be-told'), 'Unforeseen TypeError'],
    [new AggregateError([], 'not-to-be-told'), 'Unforeseen AggregateError'],
    [named('ThrottlingException'), 'Unforeseen ThrottlingException'],
    ['not-to-be-told', 'Unforeseen string'],
    [undefined, 'Unforeseen undefined'],
  ])('tells the class of what is unforeseen, and not its text: %s', (error, detail) => {
    expect(describeError(error)).toMatchObject({ code: 'internal-error', detail });
  });

  it.each(['not-to-be-told', 'bm90LXRvLWJlLXRvbGQ', 'Error: not to be told', 'x'.repeat(80), '', undefined, {}])(
    'does not tell a name that may be a text of whoever answered: %j',
    (name) => {
      expect(describeError(named(name)).detail).toBe('Unforeseen unknown error');
    },
  );
});
