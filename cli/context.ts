import { type Api, apiClient } from './api/client.ts';
import { openSession, type Session } from './aws/session.ts';
import { findApiUrl } from './aws/stack.ts';
import { usage } from './errors.ts';
import type { ExitCode } from './exit-codes.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly prefix: string;
  readonly profile?: string;
  readonly region?: string;
  readonly apiUrl?: string;
  readonly json?: boolean;
}

/** What a command ends with. */
export interface Result {
  readonly exit: ExitCode;
  /** What `--json` prints: all that is known. */
  readonly value: unknown;
  /** What a person is shown, without a line break at its end. */
  readonly text: string;
}

/** What a command works with. */
export interface Context {
  readonly prefix: string;
  readonly session: Session;
  /** Finds the API the first time. @throws {CliError} */
  api(): Promise<Api>;
  /** Tells a person what goes on, on stderr. */
  note(line: string): void;
}

/** Makes the context of a command; nothing is called yet. */
export function createContext({ prefix, profile, region, apiUrl }: GlobalOptions): Context {
  // The SDK looks for the endpoints of a profile in the environment's profile only.
  if (profile !== undefined) process.env.AWS_PROFILE = profile;
  const session = openSession({ profile, region });
  let api: Promise<Api> | undefined;
  const connect = async () => apiClient(apiUrl ? checkedUrl(apiUrl) : await findApiUrl(prefix, session), session);
  return {
    prefix,
    session,
    api: () => (api ??= connect()),
    note: (line) => process.stderr.write(`${line}\n`),
  };
}

function checkedUrl(text: string): string {
  const url = URL.parse(text);
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && local)) return text.replace(/\/+$/, '');
  throw usage('--api-url is no https address', 'Give the output ApiUrl of the stack, or leave --api-url out.');
}
