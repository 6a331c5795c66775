import { describe, expect, it } from '@jest/globals';
import { credentialSchema } from '../../../functions/credential/settings/credential.ts';
import { writtenAccessSecretFaults } from '../../../infra/fleet/written-access-secrets.ts';
import { rotator } from '../../support/settings.ts';

const schema = credentialSchema({ prefix: 'csr', local: false });

/** So many credentials, each with an access secret of its own. */
function fleetOf(count: number, change: Record<string, unknown> = {}) {
  return Array.from({ length: count }, (_, index) => {
    const secretId = `csr-access/shared/customer-${String(index).padStart(3, '0')}-iam`;
    const connectors = [{ name: 'the rotator', via: 'access-secret', secretId }];
    return schema.parse(rotator({ 'iam.auth.secretId': secretId, connectors, ...change }));
  });
}

describe('access secrets that rotations write', () => {
  it('fit into the policy of a role while their ARNs have 4,200 characters together', () => {
    expect([39, 40].map((count) => writtenAccessSecretFaults(fleetOf(count)).length)).toEqual([0, 1]);
  });

  it('share it with signing keys', () => {
    const auth = {
      clientId: 'other',
      kmsKeyId: 'arn:aws:kms:eu-north-1:111122223333:key/0f4b0a52-7f1e-4a4e-9a3c-2a6f1b6c9d10',
    };
    const [line] = writtenAccessSecretFaults(fleetOf(39, { 'iam.auth': auth }));
    expect(line).toBe(
      'credentials: 39 access secrets are written by rotations, and the policy of a role has no room for so many names: rotators that sign in with the key of the stack (kmsKeyId) have no secret',
    );
  });

  it('are no matter where there are none', () => {
    expect(writtenAccessSecretFaults([])).toEqual([]);
  });
});
