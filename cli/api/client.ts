import { AwsClient } from 'aws4fetch';
import { noRegion } from '../aws/failure.ts';
import type { Session } from '../aws/session.ts';
import { CliError, failed } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { isUnsent } from '../network.ts';
import { leavable } from '../terminal/leave.ts';

/** The gateway gives up after 30 s; an answer that takes longer is lost. */
const PATIENCE_MS = 40_000;
/** Reads are repeated after these pauses, in milliseconds. */
const PAUSES_MS = [500, 1500];

/** A call of the HTTP API. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
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
export function apiClient(url: string, session: Pick<Session, 'keys' | 'region'>): Api {
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
        if (pause === undefined || !isBusy(response)) return await answerOf(response);
      } catch (error) {
        if (pause === undefined) throw lost(error, url, call);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
  const left = (call: ApiCall) => () => unanswered(call, { what: 'The command was left before the API answered' });
  return { url, send: (call) => (isRead(call) ? send(call) : leavable(left(call), () => send(call))) };
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

function isBusy({ status }: Response): boolean {
  return status >= 500 || status === 429;
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
  const facts = { what: `The API at ${url} did not answer`, code };
  if (!isRead(call) && !isUnsent(code)) return unanswered(call, facts);
  const next = 'See whether the address is right, and can be reached from here: csr doctor.';
  return failed({ ...facts, credential: call.credential, next });
}

function unanswered(call: ApiCall, facts: { readonly what: string; readonly code?: string }): CliError {
  return new CliError(EXIT.changed, {
    ...facts,
    credential: call.credential,
    state: 'the call may have been carried out, or may be under way',
    next: call.ifLost ?? `Look first: csr status ${call.credential ?? 'ID'}.`,
  });
}
