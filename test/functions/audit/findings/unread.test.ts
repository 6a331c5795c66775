import { describe, expect, it } from '@jest/globals';
import { unreadBy, unreadConnectors, unreadFinding, wrongIn } from '../../../../functions/audit/findings/unread.ts';
import { type ErrorCode, RotationError } from '../../../../functions/credential/errors.ts';
import { UNREADABLE } from '../../../support/observations.ts';
import { credentialOf } from '../../../support/parts.ts';

const CREDENTIAL = credentialOf(['ifs'], {});
const AGENT = { name: 'ifs', via: 'agent', agent: 'acme-flow01', configuration: 'ifs' };

describe('a read that failed', () => {
  it.each<[ErrorCode, string, boolean]>([
    ['iam-timeout', 'iam iam.example.com', true],
    ['iam-unavailable', 'iam iam.example.com', true],
    ['iam-unauthorized', 'iam iam.example.com', false],
    ['iam-forbidden', 'iam iam.example.com', false],
    ['store-throttled', 'secrets-manager Secrets Manager', true],
    ['store-forbidden', 'secrets-manager Secrets Manager', false],
    ['key-unusable', 'secrets-manager Secrets Manager', false],
    ['signer-unusable', 'kms AWS KMS', false],
    ['signer-throttled', 'kms AWS KMS', true],
    ['signer-unavailable', 'kms AWS KMS', true],
    ['iam-clock-differs', 'iam iam.example.com', false],
    ['schedule-throttled', 'scheduler EventBridge Scheduler', true],
    ['tasks-unavailable', 'table DynamoDB', true],
    ['ledger-unavailable', 'table DynamoDB', true],
  ])('%s is of %s', (code, place, away) => {
    const error = new RotationError(code, 'why');
    const { system, host, ...rest } = unreadBy(error, CREDENTIAL);
    expect([`${system} ${host}`, rest]).toEqual([place, { away, code, detail: 'why' }]);
    expect(wrongIn(error)).toBeUndefined();
  });

  it.each<[ErrorCode, string]>([
    ['document-invalid', 'value-invalid'],
    ['pending-unknown', 'value-invalid'],
    ['secret-deleted', 'value-invalid'],
    ['client-not-found', 'client-unusable'],
    ['token-not-ours', 'secret-refused'],
  ])('%s was answered: it is the finding %s', (code, kind) => {
    expect(wrongIn(new RotationError(code, 'why'))).toEqual({ kind, detail: 'why' });
  });
});

describe('a connector that could not be read', () => {
  const silent = { connector: UNREADABLE.connector, error: new RotationError('connector-timeout', 'no reply') };

  it('is told by its host', () => {
    const [unread] = unreadConnectors([silent], CREDENTIAL);
    expect(unread).toMatchObject({ system: 'connector', host: 'flow.example.com', away: true });
    expect(unread && unreadFinding(unread).kind).toBe('unreadable');
  });

  it('is told by its agent, which is silent', () => {
    const [unread] = unreadConnectors([silent], credentialOf([], { connectors: [AGENT] }));
    expect(unread).toMatchObject({ system: 'agent', host: 'acme-flow01' });
    expect(unread && unreadFinding(unread)).toMatchObject({ kind: 'agent-silent', about: 'agent acme-flow01' });
  });

  it('is told by Secrets Manager, where it is an access secret', () => {
    const connector = { name: 'ifs', via: 'access-secret', secretId: 'csr-access/shared/iam' };
    const [unread] = unreadConnectors([silent], credentialOf([], { connectors: [connector] }));
    expect(unread).toMatchObject({ system: 'secrets-manager', host: 'Secrets Manager', away: true });
  });

  it('was read where it has no section of ours', () => {
    const none = { connector: UNREADABLE.connector, error: new RotationError('section-not-found', 'none') };
    expect(unreadConnectors([none], CREDENTIAL)).toEqual([]);
  });
});
