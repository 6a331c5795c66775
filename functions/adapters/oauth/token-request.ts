import { RotationError } from '../../credential/errors.ts';
import { connectionFailure, type FailureCodes } from '../http/failures.ts';
import type { Fetch } from '../http/fetch.ts';
import { isTransient, repeatRead } from '../http/repeat.ts';
import {
  type ClientCredentials,
  parseTokenResponse,
  requestToken,
  type Token,
  type TokenResponse,
} from './client-credentials.ts';
import { blameOf, type OAuthError, toldDescription, toldError } from './words.ts';

/** What a token request is sent with, and how its failures are called. */
export interface TokenRequestDeps {
  readonly fetch: Fetch;
  readonly sleep: (ms: number) => Promise<void>;
  readonly codes: FailureCodes;
  /** Who asks, for messages. */
  readonly what: string;
  /** What to do about a failure. @default - what its code says */
  readonly next?: string;
}

/** The authorization server's own refusal, in words that can be told. */
export interface Refusal {
  /** Whether it refuses the secret, or the client as such. */
  readonly refused: 'secret' | 'client';
  readonly error: string;
  readonly description: string;
  /** What time it was for whoever answered, where the answer tells it (RFC 9110 §6.6.1). */
  readonly answeredAt?: Date;
  readonly accessToken?: never;
}

/** What an answer is: a token, the server's refusal, or nothing that it says about who asked. */
type Verdict =
  | Token
  | Omit<Refusal, 'answeredAt'>
  | { readonly failed: 'away' | 'no-realm' | 'no-token'; readonly words?: string };

/** An answer that was read, and what it is. */
type Judged = Pick<Response, 'status' | 'headers'> & { readonly verdict: Verdict };

/**
 * One client-credentials exchange. It changes nothing at the server, so it is repeated while that is away for a moment.
 *
 * @returns a token, or the refusal; only the server itself can say that
 * @throws {RotationError} by `codes` when the server is down, has a fault of its own, or something else answers in its place
 */
export async function exchange(credentials: ClientCredentials, deps: TokenRequestDeps): Promise<Token | Refusal> {
  const { fetch, sleep, codes, what, next } = deps;
  const send = () => requestVerdict(fetch, credentials);
  const { status, verdict, headers } = await repeatRead(send, sleep, isAway).catch((error: unknown) => {
    throw connectionFailure(codes, error, what, next);
  });
  if ('refused' in verdict) return { ...verdict, ...timeIn(headers) };
  if (!('failed' in verdict)) return verdict;
  const code = { away: codes.unavailable, 'no-realm': codes.noRealm, 'no-token': codes.unexpected }[verdict.failed];
  const words = verdict.words ?? 'an answer that is not OAuth';
  throw new RotationError(code, `${what}: HTTP ${status}, ${words}`, { next });
}

function timeIn(headers: Headers): Pick<Refusal, 'answeredAt'> {
  const answeredAt = new Date(headers.get('date') ?? Number.NaN);
  return Number.isNaN(answeredAt.getTime()) ? {} : { answeredAt };
}

function isAway({ verdict }: Judged): boolean {
  return 'failed' in verdict && verdict.failed === 'away';
}

/** One request. Its answer is read once: what it is decides whether it is asked for again. */
async function requestVerdict(fetch: Fetch, credentials: ClientCredentials): Promise<Judged> {
  const response = await requestToken(fetch, credentials);
  const { status, headers } = response;
  const answer = await parseTokenResponse(credentials, response);
  return { status, headers, verdict: parseVerdict(answer, status, credentials) };
}

/** Only OAuth's own JSON says something of a client. A page, a proxy's answer and a fault of the server say that it is away. */
function parseVerdict(answer: TokenResponse | undefined, status: number, credentials: ClientCredentials): Verdict {
  if (answer === undefined) return { failed: 'away' };
  if ('unusable' in answer) return { failed: 'no-token', words: 'a token that is not a Bearer token' };
  if (answer.error === undefined) return answer;
  if (status === 404 && answer.error === 'Realm does not exist') return { failed: 'no-realm', words: answer.error };
  const { clientId, scope } = credentials;
  const error: OAuthError = { ...answer, status, clientId, ...(scope === undefined ? {} : { scope }) };
  const words = `${toldError(error.error)}: ${toldDescription(error)}`;
  const blame = isTransient(status) || status === 409 ? 'server' : blameOf(error);
  if (blame !== 'secret' && blame !== 'client') return { failed: 'away', words };
  return { refused: blame, error: toldError(error.error), description: toldDescription(error) };
}
