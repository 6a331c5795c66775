import type { RunHeaders } from '../contract/requests.ts';

/** What a caller says about a request beside its body. */
export interface Wishes {
  /** Of the header `Idempotency-Key`. */
  readonly key?: string;
  /** `Prefer: respond-async` */
  readonly respondAsync: boolean;
}

/**
 * What the headers of a request for a run say.
 *
 * @see [RFC 7240 §4.1](https://www.rfc-editor.org/rfc/rfc7240#section-4.1)
 */
export function wishesOf({ prefer = '', 'idempotency-key': key }: RunHeaders): Wishes {
  const respondAsync = prefer.split(/[,;]/).some((one) => one.trim().toLowerCase() === 'respond-async');
  return { respondAsync, ...(key !== undefined && { key }) };
}
