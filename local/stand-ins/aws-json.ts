/**
 * Turns an answer into what AWS's JSON protocols send: dates become seconds since 1970 with milliseconds after the point, bytes
 * become base64.
 *
 * @see [AWS JSON 1.1](https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html)
 */
export function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toWire(member)]));
}

interface PageRequest<Item> {
  /** Unique, and what the list is sorted by. */
  readonly key: (item: Item) => string;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
  /** What is thrown for a token that no answer has given out. */
  readonly invalidToken: () => Error;
}

const PREFIX = 'after ';

/** Cuts one page, at most 100 items long, out of a list that may change between two calls. */
export function page<Item>(
  all: readonly Item[],
  { key, MaxResults = 100, NextToken, invalidToken }: PageRequest<Item>,
) {
  const token = NextToken && Buffer.from(NextToken, 'base64url').toString();
  if (token !== undefined && !token.startsWith(PREFIX)) throw invalidToken();
  const after = token?.slice(PREFIX.length) ?? '';
  const rest = all.filter((item) => key(item) > after).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const items = rest.slice(0, MaxResults);
  const last = items.at(-1);
  const more = last !== undefined && rest.length > items.length;
  return { items, next: more ? { NextToken: Buffer.from(PREFIX + key(last)).toString('base64url') } : {} };
}
