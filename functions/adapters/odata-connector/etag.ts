/** Strong entity tags: quoted, none of them weak, and no `*`, which would match whatever is there (RFC 9110 §8.8.3). */
const STRONG = /^"[\x21\x23-\x7e\x80-\xff]*"$/;

/** Whether a write can be made conditional on this ETag. */
export function isStrongETag(etag: string | null | undefined): etag is string {
  return typeof etag === 'string' && STRONG.test(etag);
}
