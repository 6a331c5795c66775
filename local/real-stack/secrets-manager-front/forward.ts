import { request as send } from 'undici';

// They belong to one connection, not to the request, or are made anew from the body.
const PER_CONNECTION = ['connection', 'content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade'];

/**
 * Forwards a request as it came, the Host header included, so that signatures and issuers hold.
 *
 * @param target the origin to forward to
 * @throws {Error} when the target can't be reached
 */
export async function forwardTo(target: string, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = [...request.headers].filter(([name]) => !PER_CONNECTION.includes(name));
  const {
    statusCode,
    headers: answered,
    body,
  } = await send(new URL(pathname + search, target), {
    method: request.method,
    headers: Object.fromEntries(headers),
    body: new Uint8Array(await request.arrayBuffer()),
  });
  const kept = Object.entries(answered).filter(([name]) => !PER_CONNECTION.includes(name));
  const list = kept.flatMap(([name, value]) => [value ?? []].flat().map((one): [string, string] => [name, one]));
  const bytes = await body.arrayBuffer();
  // A status like 204 allows no body, not even an empty one.
  return new Response(bytes.byteLength > 0 ? bytes : null, { status: statusCode, headers: list });
}
