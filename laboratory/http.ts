import type { Answer } from './faults.ts';

/** The write that sets a secret is told from the one that only asks for an overlap. */
export function nameOf(system: string, pathname: string, { method, body }: { method: string; body?: string }): string {
  const sets = method === 'PUT' && body?.includes('"secret":') ? ' secret' : '';
  return `${system} ${method} ${shortPath(pathname)}${sets}`;
}

function shortPath(pathname: string): string {
  return pathname.replace(/^\/auth\/(admin\/)?realms\/\w+/, '').replace('/odata-connector/configurations', '');
}

/** A success, of which nothing is true. */
export function pretence(pathname: string): Response {
  if (pathname.endsWith('/client-secret'))
    return Response.json({ type: 'secret', value: 'a-secret-that-nobody-holds' });
  return new Response(null, { status: 204 });
}

/** An answer that is a failure, or none at all. */
export function httpFailure(
  answer: Exclude<Answer, 'reply' | 'ignored' | 'distorted'>,
  system: 'iam' | 'connector',
): Response {
  if (answer === 'timeout') throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
  if (answer === 'unavailable') return new Response('unavailable', { status: 503 });
  if (answer === 'throttled') return new Response('slow down', { status: 429, headers: { 'retry-after': '1' } });
  if (answer === 'conflict' && system === 'connector') return new Response(null, { status: 412 });
  if (answer === 'conflict') return Response.json({ error: 'conflict' }, { status: 409 });
  if (answer === 'forbidden') return new Response('forbidden', { status: 403 });
  const code = answer === 'refused' ? 'ECONNREFUSED' : 'ECONNRESET';
  throw Object.assign(new TypeError('fetch failed'), { cause: { code } });
}
