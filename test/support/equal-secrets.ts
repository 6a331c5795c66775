import { expect } from '@jest/globals';
import { Secret } from '../../functions/credential/secret/secret.ts';

/** Two secrets are equal if their texts are: to jest all objects are that have no members. */
expect.addEqualityTesters([
  (one, other) => {
    const both = one instanceof Secret && other instanceof Secret;
    if (both) return one.equals(other);
    return one instanceof Secret || other instanceof Secret ? false : undefined;
  },
]);
