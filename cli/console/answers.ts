/** On every answer: nothing is kept, nothing is framed, and nothing but the page's own files is loaded or called. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), clipboard-read=(), clipboard-write=(self)',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** An answer with the headers that all of them have. */
export function answer(status: number, type: string, body: string, more: Readonly<Record<string, string>> = {}) {
  return new Response(body, { status, headers: { ...HEADERS, ...more, 'content-type': `${type}; charset=utf-8` } });
}

/** A value as JSON. */
export function json(status: number, value: unknown, more: Readonly<Record<string, string>> = {}): Response {
  return answer(status, 'application/json', JSON.stringify(value), more);
}

/** The same to everybody who has no business here. */
export function refusal(): Response {
  return answer(403, 'text/plain', 'This link was used, or belongs to another console. csr console makes a new one.\n');
}

/** Leads to the page. The page itself navigates: a link that another site has opened would send no strict cookie. */
export function welcome(cookie: string): Response {
  const page = '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=./">';
  return answer(200, 'text/html', `${page}<title>csr console</title></html>\n`, { 'set-cookie': cookie });
}
