import { describe, expect, it } from '@jest/globals';
import { callerOf } from '../../../functions/api/caller.ts';

const ARN = 'arn:aws:iam::123456789012:user/eve';
const jwt = (claims: object) => ({ jwt: { claims, scopes: null } });
const callerIn = (authorizer?: unknown) => callerOf({ requestContext: { authorizer } } as never);

describe('callerOf', () => {
  it.each([
    ['who signed', { iam: { userArn: ARN, userId: 'AIDA' } }, ARN],
    ["a token's subject", jwt({ sub: 'anna', client_id: 'flow-console' }), 'anna'],
    ['the client of a token without a subject', jwt({ client_id: 'flow-console' }), 'flow-console'],
  ])('is %s', (_what, authorizer, caller) => {
    expect(callerIn(authorizer)).toBe(caller);
  });

  it.each([
    [undefined],
    [null],
    ['anna'],
    [{}],
    [{ iam: null }],
    [{ iam: { userArn: null } }],
    [{ iam: { userArn: '' } }],
    [{ jwt: {} }],
    [jwt({})],
    [jwt({ sub: '' })],
    [jwt({ sub: 42 })],
    [{ lambda: { sub: 'anna' } }],
  ])('is nobody with %j', (authorizer) => {
    expect(callerIn(authorizer)).toBeUndefined();
  });

  it('is nobody without a context at all', () => {
    expect(callerOf({} as never)).toBeUndefined();
  });
});
