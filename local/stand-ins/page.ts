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
