import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const COOKIE = 'csr-console';

/** Who gets in: the browser that comes first with the link's token, and no other. */
export interface Gate {
  /**
   * The path below which everything lies, from slash to slash. Browsers send a cookie to every port of a host; they send the one that is
   * given here to this path only, which no other server can guess.
   */
  readonly room: string;
  /** Opens the gate once. */
  readonly token: string;
  /**
   * Takes the token, once.
   *
   * @returns the `Set-Cookie` that lets the browser in; undefined for a token that is wrong, or was taken before
   */
  enter(token: string): string | undefined;
  /** Whether a request carries the cookie. */
  isInside(request: Request): boolean;
}

/** Makes a gate; its secrets last as long as it does. */
export function openGate(): Gate {
  const room = `/${drawn(16)}/`;
  const token = drawn(32);
  const session = drawn(32);
  let taken = false;
  return {
    room,
    token,
    enter: (given) => {
      if (taken || !isSame(given, token)) return undefined;
      taken = true;
      return `${COOKIE}=${session}; Path=${room}; HttpOnly; SameSite=Strict`;
    },
    isInside: (request) => isSame(cookieOf(request), session),
  };
}

/**
 * Whether a request comes from the page itself, or from a person who opens it: never from the page of another origin, and never by another
 * name than the one that the server has, which a foreign DNS name would be.
 *
 * @param origin the server's own: `http://127.0.0.1:<port>`
 */
export function isFromHere(request: Request, origin: string): boolean {
  const { headers, method } = request;
  const sender = headers.get('origin');
  const site = headers.get('sec-fetch-site') ?? 'none';
  const reads = method === 'GET' || method === 'HEAD';
  return (
    isNamed(request, origin) &&
    (sender === null ? reads : sender === origin) &&
    (site === 'same-origin' || site === 'none')
  );
}

/** Whether a request names the server as the server does. */
export function isNamed(request: Request, origin: string): boolean {
  return `http://${request.headers.get('host')}` === origin;
}

function drawn(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

function cookieOf(request: Request): string {
  const pairs = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1] ?? '';
}

/** In the same time whatever is given. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
