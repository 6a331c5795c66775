import type { Api } from '../api/client.ts';
import { answer, json, refusal, welcome } from './answers.ts';
import { bundlePage, type Page } from './bundle.ts';
import { type Gate, isFromHere, isNamed, openGate } from './gate.ts';
import { listen } from './listen.ts';
import { passOn } from './proxy.ts';
import { type RevealDeps, reveal } from './reveal.ts';

/** What the console works with. */
export interface ConsoleDeps extends RevealDeps {
  readonly api: Api;
  /** The deployment's time, by which the page counts. @default - this machine's */
  readonly now?: () => Date;
}

/** A console that is being served. */
export interface RunningConsole {
  /** Lets one browser in, once. */
  readonly link: string;
  close(): Promise<void>;
}

/**
 * Serves the console on loopback.
 *
 * @param port 0 takes a free one
 * @throws {Error} with code `EADDRINUSE` when the port is taken
 */
export async function startConsole(deps: ConsoleDeps, port = 0): Promise<RunningConsole> {
  const gate = openGate();
  const page = await bundlePage();
  const server = await listen((request, origin) => respond(request, { ...deps, origin, gate, page }), port);
  return { link: `${server.origin}${gate.room}?token=${gate.token}`, close: () => server.close() };
}

interface Surroundings extends ConsoleDeps {
  readonly origin: string;
  readonly gate: Gate;
  readonly page: Page;
}

async function respond(request: Request, surroundings: Surroundings): Promise<Response> {
  const { origin, gate } = surroundings;
  const { pathname, search, searchParams } = new URL(request.url);
  if (!isNamed(request, origin) || !pathname.startsWith(gate.room)) return refusal();
  const path = pathname.slice(gate.room.length);
  const token = searchParams.get('token');
  if (path === '' && token !== null && request.method === 'GET') {
    const cookie = gate.enter(token);
    return cookie === undefined ? refusal() : welcome(cookie);
  }
  if (!isFromHere(request, origin) || !gate.isInside(request)) return refusal();
  return await inside(request, `${path}${search}`, surroundings);
}

async function inside(request: Request, path: string, { page, api, now, ...deps }: Surroundings): Promise<Response> {
  if (path.startsWith('api/')) return await passOn(request, path.slice('api'.length), api);
  if (path === 'reveal' && request.method === 'POST') return await reveal(request, deps);
  if (path === 'about' && request.method === 'GET') return json(200, aboutOf(deps.prefix, api, now));
  const file = Object.hasOwn(page, path) ? page[path] : undefined;
  if (file !== undefined && request.method === 'GET') return answer(200, file.type, file.text);
  return json(404, { message: 'There is nothing here' });
}

/** What the page says of where it looks. */
function aboutOf(prefix: string, { url }: Api, now = () => new Date()) {
  return { prefix, api: new URL(url).host, now: now().toISOString() };
}
