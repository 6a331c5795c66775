import type { Api, ApiAnswer, ApiCall } from '../../../cli/api/client.ts';
import { type ConsoleDeps, type RunningConsole, startConsole } from '../../../cli/console/console.ts';

/** A console, and what it has asked for. */
export interface Bench {
  readonly served: RunningConsole;
  /** The address of the page, without the token. */
  readonly room: string;
  readonly calls: ApiCall[];
  readonly notes: string[];
  /** Names of secrets that were read. */
  readonly reads: string[];
  /** Opens the link, as a browser does. @returns the cookie */
  enter(): Promise<string>;
  /** Asks from within, as the page does. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** A credential's document, as Secrets Manager gives it. */
export const SECRET = 'canary-client-secret-0123456789';
const DOCUMENT = JSON.stringify({
  accessTokenUrl: 'https://acme.example.com/token',
  clientId: 'NC_Flow',
  clientSecret: SECRET,
  scope: 'openid',
});

/** Serves a console over an API and a Secrets Manager that answer what is asked for. */
export async function consoleOf(
  answers: Partial<Pick<Api, 'send'>> & { text?: string; now?: () => Date } = {},
): Promise<Bench> {
  const calls: ApiCall[] = [];
  const notes: string[] = [];
  const reads: string[] = [];
  const send = async (call: ApiCall): Promise<ApiAnswer> => {
    calls.push(call);
    return (await answers.send?.(call)) ?? { status: 200, body: { credentials: [] }, headers: new Headers(), at: 0 };
  };
  const read = async ({ input }: { input: { SecretId: string } }) => {
    reads.push(input.SecretId);
    return { SecretString: answers.text ?? DOCUMENT, VersionId: 'v1' };
  };
  const session = { keys: async () => ({}), secretsManager: async () => ({ send: read }) };
  const served = await startConsole({
    prefix: 'client-secret-rotation',
    api: { url: 'https://api.example.com', send },
    session: session as unknown as ConsoleDeps['session'],
    note: (line) => notes.push(line),
    ...(answers.now && { now: answers.now }),
  });
  const room = served.link.split('?')[0] ?? '';
  let cookie = '';
  const enter = async () => {
    const answer = await fetch(served.link);
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    return cookie;
  };
  const ask = async (path: string, init: RequestInit = {}) => {
    if (cookie === '') await enter();
    const headers = { cookie, origin: new URL(room).origin, ...(init.headers as Record<string, string>) };
    return await fetch(`${room}${path}`, { ...init, headers });
  };
  return { served, room, calls, notes, reads, enter, ask };
}
