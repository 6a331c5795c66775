/** What an answer that is a problem tells. */
export interface Problem {
  readonly title: string;
  readonly code?: string;
  /** The failure's code, where `code` is how the run ended. */
  readonly cause?: string;
  readonly detail?: string;
  readonly next?: string;
  /** Of the fleet rotation that is in the way. */
  readonly executionId?: string;
  /** Null when nobody knows. */
  readonly nothingChanged?: boolean | null;
  /** Seconds. */
  readonly retryAfter?: number;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** The API, or the console's own server, has not done what it was asked for. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title);
    this.problem = problem;
  }
}

/** A call below the page's own address. */
export interface Call {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @throws {ProblemError} */
export async function send<T>({ method = 'GET', path, body, headers = {} }: Call): Promise<T> {
  const json = body && { body: JSON.stringify(body) };
  const type = body && { 'content-type': 'application/json' };
  const response = await fetch(path, { method, headers: { ...headers, ...type }, ...json }).catch(() => undefined);
  if (!response) throw new ProblemError(GONE);
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer as T;
  throw new ProblemError(problemOf(response.status, answer));
}

/** A path of the API; parts are percent-encoded. */
export function apiPath(...parts: readonly string[]): string {
  return `api/${parts.map(encodeURIComponent).join('/')}`;
}

/** What somebody is told of an error, whatever it is. */
export function problemIn(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return { title: 'The page failed', detail: (error as Error).name, next: 'Reload the page.', nothingChanged: null };
}

const GONE: Problem = {
  title: 'The console does not answer',
  detail: 'Its command was ended, or this machine was asleep.',
  next: 'Start csr console again, and open the link that it prints.',
  nothingChanged: null,
};

function problemOf(status: number, answer: unknown): Problem {
  const { title, message, ...problem } = (answer ?? {}) as Partial<Problem> & { message?: string };
  if (title !== undefined) return { title, ...problem };
  if (answer === undefined && status === 403) return { ...GONE, title: 'This console has ended', nothingChanged: true };
  const refused = status === 401 || status === 403;
  return {
    title: refused ? 'Your AWS credentials may not do this' : `The API has answered ${status}`,
    ...(message !== undefined && { detail: message }),
    next: refused ? 'Ask for execute-api:Invoke on this call of the API.' : 'Try again in a moment.',
    nothingChanged: status < 500 ? true : null,
  };
}
