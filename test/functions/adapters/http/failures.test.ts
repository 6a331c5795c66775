import { describe, expect, it } from '@jest/globals';
import { HttpError, type HttpFault } from '../../../../functions/adapters/http/connection/http-error.ts';
import { CONNECTOR_FAILURES, connectionFailure, IAM_FAILURES } from '../../../../functions/adapters/http/failures.ts';
import { NEVER_SENT, type RotationError } from '../../../../functions/credential/errors.ts';

const failure = (codes: typeof IAM_FAILURES, kind: HttpFault) =>
  connectionFailure(codes, new HttpError(kind, 'what happened'), 'GET x') as RotationError;

describe('a connection that fails', () => {
  it.each([
    ['not-allowed', 'host-not-allowed'],
    ['server-untrusted', 'server-certificate-untrusted'],
    ['server-expired', 'server-certificate-expired'],
    ['server-mismatch', 'server-certificate-mismatch'],
    ['client-refused', 'client-certificate-refused'],
    ['client-invalid', 'client-certificate-invalid'],
    ['secret-invalid', 'access-secret-invalid'],
    ['tls', 'tls-failed'],
    ['proxy-unauthorized', 'proxy-unauthorized'],
    ['proxy-unavailable', 'proxy-unavailable'],
  ] as const)('%s is %s whoever was called, and was certainly not carried out', (kind, code) => {
    for (const codes of [IAM_FAILURES, CONNECTOR_FAILURES])
      expect(failure(codes, kind)).toMatchObject({ code, message: 'GET x: what happened', inDoubt: false });
    if (code !== 'access-secret-invalid') expect(NEVER_SENT).toContain(code);
  });

  it.each([
    ['timeout', 'iam-timeout', 'connector-timeout', true],
    ['connection', 'iam-unavailable', 'connector-unavailable', true],
    ['redirect', 'iam-unexpected', 'connector-invalid', undefined],
  ] as const)('%s is %s of the IAM, %s of a connector', (kind, ofIam, ofConnector, inDoubt) => {
    expect([failure(IAM_FAILURES, kind).code, failure(CONNECTOR_FAILURES, kind).code]).toEqual([ofIam, ofConnector]);
    if (inDoubt) expect(failure(IAM_FAILURES, kind).inDoubt).toBe(true);
  });

  it('is passed on where it is no fault of a connection', () => {
    const error = new Error('another');
    expect(connectionFailure(IAM_FAILURES, error, 'GET x')).toBe(error);
  });
});
