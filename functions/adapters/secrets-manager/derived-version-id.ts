import { createHash } from 'node:crypto';

/** A `ClientRequestToken` that says what it is for: the same text gives the same version id, and a repeat puts the same version. */
export function derivedVersionId(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  return [8, 12, 16, 20, 32].map((end, i) => digest.slice([0, 8, 12, 16, 20][i], end)).join('-');
}
