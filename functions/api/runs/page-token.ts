import { RotationError } from '../../credential/errors.ts';
import { REQUEST_ID } from '../../credential/events/request-id.ts';

/** What the next page of a credential's history begins after, as text that means nothing to a caller. */
export function pageToken(credential: string, requestId: string): string {
  return Buffer.from(`${credential} ${requestId}`).toString('base64url');
}

/**
 * Reads a token.
 *
 * @throws {RotationError} `request-invalid` when it is not one that a page of this credential gave
 */
export function readPageToken(credential: string, token: string): string {
  const [id, requestId = ''] = Buffer.from(token, 'base64url').toString().split(' ');
  if (id === credential && REQUEST_ID.test(requestId) && pageToken(credential, requestId) === token) return requestId;
  const place = { pointer: '/nextToken', next: 'Begin again without nextToken.' };
  throw new RotationError('request-invalid', 'This nextToken is not of a page of this history', place);
}
