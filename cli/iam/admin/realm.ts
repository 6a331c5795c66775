import type * as z from 'zod';
import { bearer } from '../../../functions/adapters/http/authorization.ts';
import { HttpError } from '../../../functions/adapters/http/connection/http-error.ts';
import type { Fetch, FetchInit } from '../../../functions/adapters/http/fetch.ts';
import { repeatRead } from '../../../functions/adapters/http/repeat.ts';
import type { Secret } from '../../../functions/credential/secret/secret.ts';
import { CliError, failed } from '../../errors.ts';
import { EXIT } from '../../exit-codes.ts';
import { serverOf, type Target } from '../target.ts';
import { type Administrator, administratorToken } from './sign-in.ts';

/** What the admin API answered. */
interface Answer {
  readonly status: number;
  /** Undefined when it is no JSON. */
  readonly body: unknown;
  /** The last part of the address of what was created. */
  readonly createdId: string | undefined;
}

/** A realm, as its administrator reaches it. Paths begin after the realm, with a slash; ids in them are percent-encoded. */
export interface Realm {
  /** A read. @throws {CliError} unless the answer is a success of the expected form */
  get<T>(path: string, form: z.ZodType<T>): Promise<T>;
  /** A read of something that may not be there, or not be shown. @returns undefined then. @throws {CliError} when it fails otherwise */
  find(path: string): Promise<unknown>;
  /** A read of the server, beside any realm. @returns undefined when it is not shown to this administrator */
  server(path: string): Promise<unknown>;
  /** A write, sent once. @throws {CliError} unless the answer is a success */
  send(method: Exclude<FetchInit['method'], 'GET'>, path: string, body?: unknown): Promise<Answer>;
}

/** How the realm is reached. */
export interface RealmDeps {
  readonly fetch: Fetch;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Statuses that say "not there", or "not for you". */
const NOT_SHOWN: readonly number[] = [403, 404];

/** The admin API of a realm, called as its administrator. Reads are repeated, and a token that has expired is replaced. */
export function openRealm(target: Target, administrator: Administrator, { fetch, sleep }: RealmDeps): Realm {
  let token: Promise<Secret> | undefined;
  const once = async (url: string, init: FetchInit): Promise<Response> => {
    token ??= administratorToken(administrator, fetch);
    const headers = { authorization: bearer(await token), accept: 'application/json' };
    const typed = init.body === undefined ? {} : { 'content-type': 'application/json' };
    return await fetch(url, { ...init, headers: { ...headers, ...typed } });
  };
  const call = async (url: string, init: FetchInit): Promise<Answer> => {
    const send = () => once(url, init);
    try {
      let response = await (init.method === 'GET' ? repeatRead(send, sleep) : send());
      if (response.status === 401 && administrator.kind !== 'token') {
        token = undefined;
        response = await send();
      }
      return await answerOf(response);
    } catch (error) {
      throw error instanceof HttpError ? unanswered(error, init) : error;
    }
  };
  const realmUrl = (path: string) => `${target.adminUrl}${path}`;
  const read = async (url: string) => await call(url, { method: 'GET' });
  return {
    get: async (path, form) => formed(succeeded(await read(realmUrl(path)), 'GET', path), path, form),
    find: async (path) => {
      const answer = await read(realmUrl(path));
      return NOT_SHOWN.includes(answer.status) ? undefined : succeeded(answer, 'GET', path).body;
    },
    server: async (path) => {
      const { status, body } = await read(`${serverOf(target)}/admin${path}`);
      return status === 200 ? body : undefined;
    },
    send: async (method, path, body) => {
      const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      return succeeded(await call(realmUrl(path), init), method, path);
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const createdId = response.headers.get('location')?.split('/').at(-1);
  return { status: response.status, body: jsonOf(text), createdId };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws {CliError} when an answer is no success */
function succeeded(answer: Answer, method: string, path: string): Answer {
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  const what = `The IAM did not ${method === 'GET' ? 'show' : 'carry out'} ${method} ${named(path)}`;
  throw failed({ what, code: `HTTP ${status}`, detail: wordsOf(answer), next: ADVICE[status] ?? ELSE });
}

/** @throws {CliError} when an answer has another form: a proxy's page, or that of a release which nobody knew */
function formed<T>({ body }: Answer, path: string, form: z.ZodType<T>): T {
  const result = form.safeParse(body);
  if (result.success) return result.data;
  const what = `The IAM answered GET ${named(path)} with something else than Keycloak does`;
  throw failed({ what, next: 'See whether the admin address is that of a Keycloak, and what stands before it.' });
}

function named(path: string): string {
  return path.split('?')[0] || '(the realm)';
}

const ELSE = "Look at the IAM's log, and repeat the command: it goes on where it has ended.";
const ADVICE: Readonly<Record<number, string>> = {
  401: 'The token has expired, or is of another server. Repeat the command with a new one.',
  403: 'The administrator may not do this. The role realm-admin of realm-management suffices.',
  404: 'Compare the admin address with that of the realm; case counts.',
};

/** How much the IAM says of a failure. Its words are free: they may repeat what was sent, or hold more. */
function wordsOf({ body }: Answer): string | undefined {
  const { errorMessage, error_description: description, error } = (body ?? {}) as Record<string, unknown>;
  const words = [errorMessage, description, error].find((one) => typeof one === 'string');
  if (words === undefined) return undefined;
  return `The IAM gave a reason of ${String(words).length} characters. It isn't repeated: a secret may be in it`;
}

function unanswered({ kind, message }: HttpError, { method }: FetchInit): CliError {
  const certain = method === 'GET' || kind === 'not-allowed' || kind === 'redirect';
  return new CliError(certain ? EXIT.failed : EXIT.changed, {
    what: `The IAM did not answer: ${message}`,
    state: certain ? 'nothing was changed' : 'it is not known whether the last step was carried out',
    next: 'See whether the IAM can be reached from here, and repeat the command: it goes on where it has ended.',
  });
}
