import { describe, expect, it } from '@jest/globals';
import { isOwnRealm, realmOf, serverOf, targetOf, tokenUrlOf } from '../../../cli/iam/target.ts';
import { credentialSchema } from '../../../functions/credential/settings/credential.ts';

const schema = credentialSchema({ prefix: 'client-secret-rotation', local: false });
const credential = (id: string, clientId: unknown, change: object = {}) =>
  schema.parse({
    id,
    accessTokenUrl: 'https://acme.example.com/auth/realms/acme%20prod/protocol/openid-connect/token',
    clientId,
    iam: {
      adminUrl: 'https://acme.example.com/auth/admin/realms/acme%20prod',
      auth: { clientId: 'rotator', secretId: 'client-secret-rotation-access/shared/iam' },
    },
    connectors: [
      {
        name: 'c',
        url: 'https://flow.example.com/c',
        auth: { type: 'bearer', secretId: 'client-secret-rotation-access/shared/c' },
      },
    ],
    schedule: { expression: 'cron(0 3 ? * SUN *)' },
    ...change,
  });

const FLEET = [
  credential('acme-prod', 'B', { strategy: 'dual-secret' }),
  credential('acme-pair', ['A', 'C'], { strategy: 'alternating-clients' }),
  credential('globex-prod', 'D', {
    accessTokenUrl: 'https://globex.example.com/auth/realms/g/protocol/openid-connect/token',
    iam: {
      adminUrl: 'https://globex.example.com/auth/admin/realms/g',
      auth: { clientId: 'rotator', secretId: 'client-secret-rotation-access/shared/iam' },
    },
  }),
  credential('by-hand', 'E', { iam: { type: 'manual' } }),
];

describe('the realm of a credential', () => {
  it('has the clients of all credentials with the same realm and rotator', () => {
    const target = targetOf(['acme-prod'], FLEET);
    expect(target).toMatchObject({
      clients: ['A', 'B', 'C'],
      overlapping: ['B'],
      credentials: ['acme-prod', 'acme-pair'],
    });
    expect([realmOf(target), serverOf(target), isOwnRealm(target)]).toEqual([
      'acme prod',
      'https://acme.example.com/auth',
      true,
    ]);
    expect(tokenUrlOf(target, 'master')).toBe(
      'https://acme.example.com/auth/realms/master/protocol/openid-connect/token',
    );
  });

  it.each([
    [['acme-prod', 'globex-prod'], 'globex-prod is in another realm than acme-prod'],
    [['nobody'], 'The fleet has no credential nobody'],
    [['by-hand'], 'Its IAM is manual'],
    [[], 'No credential was named'],
  ])('of %j is refused', (ids, message) => {
    expect(() => targetOf(ids, FLEET)).toThrow(message);
  });
});
