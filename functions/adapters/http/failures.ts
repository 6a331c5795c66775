import { type ErrorCode, RotationError } from '../../credential/errors.ts';
import { HttpError, type HttpFault } from './connection/http-error.ts';
import { isTransient } from './repeat.ts';

/** Which codes a dependency's failures have. */
export interface FailureCodes {
  readonly timeout: ErrorCode;
  readonly unavailable: ErrorCode;
  readonly unexpected: ErrorCode;
  /** Its authorization server has no such realm. */
  readonly noRealm: ErrorCode;
  /** What a status means here, where it means something of its own. */
  readonly byStatus: Readonly<Record<number, ErrorCode>>;
}

/** The IAM's admin API and token endpoint. */
export const IAM_FAILURES: FailureCodes = {
  timeout: 'iam-timeout',
  unavailable: 'iam-unavailable',
  unexpected: 'iam-unexpected',
  noRealm: 'iam-not-found',
  byStatus: { 401: 'iam-unauthorized', 403: 'iam-forbidden', 404: 'iam-not-found', 409: 'iam-conflict' },
};

/** An OData connector's configuration. */
export const CONNECTOR_FAILURES: FailureCodes = {
  timeout: 'connector-timeout',
  unavailable: 'connector-unavailable',
  unexpected: 'connector-invalid',
  noRealm: 'connector-unauthorized',
  byStatus: { 401: 'connector-unauthorized', 403: 'connector-unauthorized', 404: 'connector-not-found' },
};

/** The error for a response that is not a success. It tells who, what and the status; never a body. */
export function statusFailure(codes: FailureCodes, response: Response, what: string): RotationError {
  const { status } = response;
  const code = codes.byStatus[status] ?? (isTransient(status) ? codes.unavailable : codes.unexpected);
  return new RotationError(code, `${what}: HTTP ${status}`);
}

/** What the faults of a connection are called, whoever was called for. */
const CONNECTION_FAULTS = {
  'not-allowed': 'host-not-allowed',
  'server-untrusted': 'server-certificate-untrusted',
  'server-expired': 'server-certificate-expired',
  'server-mismatch': 'server-certificate-mismatch',
  'client-refused': 'client-certificate-refused',
  'client-invalid': 'client-certificate-invalid',
  'secret-invalid': 'access-secret-invalid',
  tls: 'tls-failed',
  'proxy-unauthorized': 'proxy-unauthorized',
  'proxy-unavailable': 'proxy-unavailable',
} as const satisfies Partial<Record<HttpFault, ErrorCode>>;

/**
 * The error for no response at all. Anything but an {@link HttpError} is passed on as it is.
 *
 * @param next what to do, where that differs from what the code says
 */
export function connectionFailure(codes: FailureCodes, error: unknown, what: string, next?: string): unknown {
  if (!(error instanceof HttpError)) return error;
  const detail = `${what}: ${error.message}`;
  switch (error.kind) {
    case 'timeout':
      return new RotationError(codes.timeout, detail, { next });
    case 'connection':
      return new RotationError(codes.unavailable, detail, { next });
    case 'redirect':
      return new RotationError(codes.unexpected, detail, { next });
    default:
      // An address, a certificate and a proxy are settings: whose they are makes no difference to what has to be done.
      return new RotationError(CONNECTION_FAULTS[error.kind], detail);
  }
}
