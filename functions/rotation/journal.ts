import * as z from 'zod';
import { type CredentialDocument, parseDocument } from './document.ts';
import { RotationError } from './errors.ts';

const RetireIntent = z.strictObject({
  format: z.literal('client-secret-rotation/retire/1'),
  /** The version whose secret is to be ended. */
  versionId: z.string(),
});

/** A version labelled AWSPENDING says what a run had in mind when it began. */
export type Pending =
  | { readonly kind: 'candidate'; readonly document: CredentialDocument }
  | { readonly kind: 'retire'; readonly versionId: string }
  /** A version without a value: RotateSecret's own mark. */
  | { readonly kind: 'empty' };

/**
 * Reads the value of a pending version.
 *
 * @param value undefined for a version without a value
 * @throws {RotationError} `pending-unknown` when another program, or a newer version of this one, wrote it
 */
export function parsePending(value: string | undefined): Pending {
  if (value === undefined || value === '') return { kind: 'empty' };
  const intent = RetireIntent.safeParse(tryJson(value));
  if (intent.success) return { kind: 'retire', versionId: intent.data.versionId };
  try {
    return { kind: 'candidate', document: parseDocument(value) };
  } catch {
    throw new RotationError(
      'pending-unknown',
      'The version labelled AWSPENDING is neither a credential document nor an intent',
    );
  }
}

/** The content of a retire's intent. */
export function retireIntent(versionId: string): string {
  return JSON.stringify({ format: 'client-secret-rotation/retire/1', versionId } satisfies z.infer<
    typeof RetireIntent
  >);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
