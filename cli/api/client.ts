import { AwsClient } from 'aws4fetch';
import { noRegion } from '../aws/failure.ts';
import type { Session } from '../aws/session.ts';
import { CliError, failed } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';

/** The gateway gives up after 30 s; an answer that takes longer is lost. */
const PATIENCE_MS = 40_000;
/** Reads are repeated after these pauses, in milliseconds. */
const PAUSES_MS = [500, 1500];
/** No connection was made, so nothing was sent. */
const NOT_SENT = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
];

/** A call of the HTTP API. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** From the first slash on, ids percent-encoded. */
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** The credential that it is about. */
  readonly credential?: string;
  /** It changes nothing, though it isn't a GET. */
  readonly reads?: boolean;
  /** What to do when its answer is lost. @default - look at the credential first */
  readonly ifLost?: string;
}

/** What came back. */
export interface ApiAnswer {
  readonly status: number;
  /** Undefined when it is no JSON. */
  readonly body: unknown;
  readonly headers: Headers;
  /** When the answer came, in milliseconds since the epoch. */
  readonly at: number;
}

/** The HTTP API of a deployment, called with the caller's own credentials. */
export interface Api {
  readonly url: string;
  /** @throws {CliError} when there is no answer; every answer is returned */
  send(call: ApiCall): Promise<ApiAnswer>;
}

/**
 * Makes the API's client. Each call is signed with SigV4. Only reads are repeated.
 *
 * @param url without a slash at the end
 */
export function apiClient(url: string, session: Session): Api {
  const send = async (call: ApiCall): Promise<ApiAnswer> => {
    const { accessKeyId, secretAccessKey, sessionToken } = await session.keys();
    const region = regionIn(url) ?? (await session.region());
    if (!region) throw noRegion();
    const token = sessionToken !== undefined && { sessionToken };
    const signer = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...token,
      region,
      service: 'execute-api',
      retries: 0,
    });
    const body = call.body && { body: JSON.stringify(call.body) };
    const headers = { ...call.headers, ...(body && { 'content-type': 'application/json' }) };
    for (let attempt = 0; ; attempt += 1) {
      const pause = isRead(call) ? PAUSES_MS[attempt] : undefined;
      try {
        const signed = await signer.sign(`${url}${call.path}`, { method: call.method, headers, ...body });
        const response = await fetch(signed, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'error' });
        if (pause === undefined || response.status < 500) return await answerOf(response);
      } catch (error) {
        if (pause === undefined) throw lost(error, url, call);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
  return { url, send };
}

async function answerOf(response: Response): Promise<ApiAnswer> {
  const text = await response.text();
  const { status, headers } = response;
  try {
    return { status, headers, body: JSON.parse(text), at: Date.now() };
  } catch {
    return { status, headers, body: undefined, at: Date.now() };
  }
}

/** A call that can be repeated without harm. */
function isRead({ method, reads = false }: ApiCall): boolean {
  return method === 'GET' || reads;
}

/** An API of API Gateway names its region; it may be another one than the caller's. */
function regionIn(url: string): string | undefined {
  return /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com/.exec(url)?.[1];
}

function lost(error: unknown, url: string, call: ApiCall): CliError {
  const { name, cause } = error as Error & { cause?: { code?: string } };
  const code = cause?.code ?? name;
  const facts = { credential: call.credential, what: `The API at ${url} did not answer`, code };
  if (isRead(call) || NOT_SENT.includes(code))
    return failed({ ...facts, next: 'See whether the address can be reached from here: csr doctor.' });
  return new CliError(EXIT.changed, {
    ...facts,
    state: 'the call may have been carried out, or may be under way',
    next: call.ifLost ?? `Look first: csr status ${call.credential ?? 'ID'}.`,
  });
}
