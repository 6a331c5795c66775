import { readdirSync, readFileSync } from 'node:fs';
import { forwardTo } from '../../local/real-stack/secrets-manager-front/forward.ts';
import { type Server, serve } from '../../local/stand-ins/serve.ts';

/** A request on its way. */
export interface Passing {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  /** The body. To be asked for before the request is forwarded. */
  said(): Promise<string>;
}

/** Decides what becomes of a request: it may be forwarded, with other headers where some are given, and something may happen before or after. */
export type Meddle = (
  request: Passing,
  forward: (headers?: Readonly<Record<string, string>>) => Promise<Response>,
) => Promise<Response>;

/** A proxy on loopback before one real service, with somebody in it who meddles. */
export interface ChaosProxy {
  readonly url: string;
  /** Where it leads from now on. */
  leadTo(target: string): void;
  /** Lets everything through again when called without one. */
  meddle(meddle?: Meddle): void;
  close(): Promise<void>;
}

/**
 * Starts a proxy.
 *
 * @param target the service's origin
 */
export async function startChaosProxy(target: string): Promise<ChaosProxy> {
  const through: Meddle = (_request, forward) => forward();
  let current = through;
  let origin = target;
  const server: Server = await serve(async (request) => {
    const { method, headers } = request;
    const passing = { method, path: new URL(request.url).pathname, headers, said: () => request.clone().text() };
    return await current(passing, (other) => forwardTo(origin, other ? withHeaders(request, other) : request));
  });
  return {
    url: server.url,
    leadTo: (another) => {
      origin = another;
    },
    meddle: (meddle = through) => {
      current = meddle;
    },
    close: server.close,
  };
}

function withHeaders(request: Request, other: Readonly<Record<string, string>>): Request {
  return new Request(request, { headers: { ...Object.fromEntries(request.headers), ...other } });
}

/**
 * Ends the process that runs a Lambda function, as a host that fails does: at once and without a word.
 *
 * @param functionName as it stands in the process's environment
 * @param signal what is sent in place of that
 * @returns how many processes were ended
 */
export function killFunction(functionName: string, signal: NodeJS.Signals = 'SIGKILL'): number {
  const mark = `AWS_LAMBDA_FUNCTION_NAME=${functionName}`;
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(mark));
  for (const pid of pids) process.kill(Number(pid), signal);
  return pids.length;
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
