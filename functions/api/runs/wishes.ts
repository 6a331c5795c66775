import { type ApiResponse, problem } from '../problem.ts';

/** What a caller says about a request beside its body. */
export interface Wishes {
  /** Of the header `Idempotency-Key`. */
  readonly key?: string;
  /** `Prefer: respond-async` */
  readonly respondAsync: boolean;
}

/** Printable ASCII without a blank at an end, as a header carries it unchanged. */
const KEY = /^[!-~]([ -~]{0,253}[!-~])?$/;

/**
 * Reads the headers of a request for a run.
 *
 * @param headers names in lower case
 * @returns the wishes, or the problem to answer with
 * @see [RFC 7240 §4.1](https://www.rfc-editor.org/rfc/rfc7240#section-4.1)
 */
export function readWishes(headers: Readonly<Record<string, string | undefined>> = {}): Wishes | ApiResponse {
  const { prefer = '', 'idempotency-key': key } = headers;
  const respondAsync = prefer.split(/[,;]/).some((one) => one.trim().toLowerCase() === 'respond-async');
  if (key === undefined) return { respondAsync };
  if (KEY.test(key)) return { key, respondAsync };
  const detail = 'The header Idempotency-Key has to be 1 to 255 characters of printable ASCII';
  return problem('request-invalid', { detail, nothingChanged: true, next: 'Send a UUID as the Idempotency-Key.' });
}
