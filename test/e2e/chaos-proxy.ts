import { readdirSync, readFileSync } from 'node:fs';
import { forwardTo } from '../../local/real-stack/secrets-manager-front/forward.ts';
import { type Server, serve } from '../../local/stand-ins/serve.ts';

/** Decides what becomes of a request: it may be forwarded, and something may happen before or after. */
type Meddle = (request: { method: string; path: string }, forward: () => Promise<Response>) => Promise<Response>;

/** A proxy on loopback before one real service, with somebody in it who meddles. */
export interface ChaosProxy {
  readonly url: string;
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
  const server: Server = await serve(async (request) => {
    const { pathname } = new URL(request.url);
    return await current({ method: request.method, path: pathname }, () => forwardTo(target, request));
  });
  return {
    url: server.url,
    meddle: (meddle = through) => {
      current = meddle;
    },
    close: server.close,
  };
}

/**
 * Ends the process that runs a Lambda function, as a host that fails does: at once and without a word.
 *
 * @param functionName as it stands in the process's environment
 * @returns how many processes were ended
 */
export function killFunction(functionName: string): number {
  const mark = `AWS_LAMBDA_FUNCTION_NAME=${functionName}`;
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(mark));
  for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
  return pids.length;
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
