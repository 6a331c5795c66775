/** The form of a request id: a UUID of version 7, in small letters. */
export const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * A request id: a UUID of version 7, so that ids sort by the millisecond in which they were drawn.
 *
 * @param now when it is drawn
 * @param uuid gives the random part: a UUID of version 4 that nobody else gets
 * @see [RFC 9562 §5.7](https://www.rfc-editor.org/rfc/rfc9562#section-5.7)
 */
export function requestIdAt(now: Date, uuid: string): string {
  const ms = now.getTime().toString(16).padStart(12, '0');
  const [beginning = '', , third = '', fourth = '', fifth = ''] = uuid.toLowerCase().split('-');
  // The first group of the UUID would be lost: the last one takes it in.
  const random = (BigInt(`0x${fifth}`) ^ BigInt(`0x${beginning}`)).toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${third.slice(1)}-${fourth}-${random}`;
}
