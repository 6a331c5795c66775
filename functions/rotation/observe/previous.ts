import { type CredentialDocument, parseDocument } from '../../credential/document.ts';
import { isRotationError, type RotationError } from '../../credential/errors.ts';
import type { Run } from '../run/context.ts';
import type { Labels } from './observation.ts';

/** Reads the document in AWSPREVIOUS: `none` without one, or why the value can't be used. */
export async function readPrevious(
  { ports }: Run,
  { previous }: Labels,
): Promise<CredentialDocument | 'none' | RotationError> {
  const value = previous && (await ports.store.read(previous.id));
  if (!value) return 'none';
  try {
    return parseDocument(value);
  } catch (error) {
    if (isRotationError(error, 'document-invalid')) return error;
    throw error;
  }
}
