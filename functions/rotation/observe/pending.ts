import * as z from 'zod';
import { type CredentialDocument, parseDocument } from '../../credential/document.ts';
import { RotationError } from '../../credential/errors.ts';
import { Secret } from '../../credential/secret/secret.ts';

/** Makes each run's intent its own: two runs that derive the same version id must not have the same content. */
const run = z.string().min(1);

const RetireIntent = z.strictObject({
  format: z.literal('client-secret-rotation/retire/1'),
  run,
  /** The version whose secret is to be ended. */
  versionId: z.string(),
});

const RegenerateIntent = z.strictObject({
  format: z.literal('client-secret-rotation/regenerate/1'),
  run,
  /** The client whose secret is to be regenerated. */
  clientId: z.string(),
  /** Of the secret that the IAM held before: as long as it holds that one, nothing was regenerated. */
  fingerprint: z.string(),
});

/** A version labelled AWSPENDING says what a run had in mind when it began. */
export type Pending =
  | { readonly kind: 'candidate'; readonly document: CredentialDocument }
  | { readonly kind: 'retire'; readonly versionId: string }
  | { readonly kind: 'regenerate'; readonly clientId: string; readonly fingerprint: string }
  /** A version without a value, as RotateSecret makes it. */
  | { readonly kind: 'empty' };

/**
 * Reads the value of a pending version.
 *
 * @param value undefined for a version without a value
 * @throws {RotationError} `pending-unknown` when another program, or a newer version of this one, wrote it
 */
export function parsePending(value: Secret | undefined): Pending {
  if (value === undefined || value.isEmpty) return { kind: 'empty' };
  const retire = RetireIntent.safeParse(tryJson(value));
  if (retire.success) return { kind: 'retire', versionId: retire.data.versionId };
  const regenerate = RegenerateIntent.safeParse(tryJson(value));
  if (regenerate.success) {
    const { clientId, fingerprint } = regenerate.data;
    return { kind: 'regenerate', clientId, fingerprint };
  }
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
export function retireIntent(intent: { run: string; versionId: string }): Secret {
  const format = 'client-secret-rotation/retire/1';
  return new Secret(JSON.stringify({ format, ...intent } satisfies z.infer<typeof RetireIntent>));
}

/** The content of the intent that a regeneration leaves before there is a secret. */
export function regenerateIntent(intent: { run: string; clientId: string; fingerprint: string }): Secret {
  const format = 'client-secret-rotation/regenerate/1';
  return new Secret(JSON.stringify({ format, ...intent } satisfies z.infer<typeof RegenerateIntent>));
}

function tryJson(text: Secret): unknown {
  try {
    return JSON.parse(text.reveal());
  } catch {
    return undefined;
  }
}
