import {
  type ClientCredentials,
  parseTokenResponse,
  requestToken,
  type TokenResponse,
} from '../http/client-credentials.ts';
import type { Fetch } from '../http/fetch.ts';
import { isTransient, repeatRead } from '../http/repeat.ts';
import { connectionFailure, type FailureCodes, statusFailure } from './failures.ts';

/** What a token request is sent with, and how its failures are called. */
export interface TokenRequestDeps {
  readonly fetch: Fetch;
  readonly sleep: (ms: number) => Promise<void>;
  readonly codes: FailureCodes;
  /** Who asks, for messages. */
  readonly what: string;
}

/**
 * One client-credentials exchange. It changes nothing at the server, so it is repeated while that is away for a moment.
 *
 * @returns a token, or the OAuth error; only the server itself can say that
 * @throws {RotationError} by `codes` when the server is down, or answers something else than OAuth
 */
export async function exchange(credentials: ClientCredentials, deps: TokenRequestDeps): Promise<TokenResponse> {
  const { fetch, sleep, codes, what } = deps;
  const response = await repeatRead(() => requestToken(fetch, credentials), sleep).catch((error: unknown) => {
    throw connectionFailure(codes, error, what);
  });
  if (isTransient(response.status) || response.status === 404) throw statusFailure(codes, response, what);
  const answer = await parseTokenResponse(credentials, response);
  if (answer) return withoutSecret(answer, credentials);
  throw statusFailure(codes, response, `${what}: an answer that is not OAuth`);
}

/** The server's own words end in messages: should it repeat the secret that it was sent, that is taken out. */
function withoutSecret(answer: TokenResponse, { clientSecret }: ClientCredentials): TokenResponse {
  if (answer.error === undefined) return answer;
  const clean = (text: string) => text.replaceAll(clientSecret, '…');
  return { error: clean(answer.error), description: clean(answer.description) };
}
