import { type CredentialDocument, parseDocument } from '../../credential/document.ts';
import { isRotationError, RotationError } from '../../credential/errors.ts';
import type { Run } from '../run/context.ts';
import { clientIdsOf } from './clients.ts';
import type { Hints } from './hints.ts';
import { retryUntil } from './looks.ts';
import type { Labels, PendingVersion, StoredDocument } from './observation.ts';
import { parsePending } from './pending.ts';

/** Which versions carry the labels whose values are read. */
export interface Holders {
  readonly current?: string | undefined;
  /** Absent when no version, or the current one, is pending. */
  readonly pending?: string | undefined;
}

/** The holders of the labels among some versions. */
export function holdersIn(versions: readonly { readonly id: string; readonly stages: readonly string[] }[]): Holders {
  const holder = (label: string) => versions.find(({ stages }) => stages.includes(label))?.id;
  const [current, pending] = [holder('AWSCURRENT'), holder('AWSPENDING')];
  return { current, pending: pending === current ? undefined : pending };
}

/** Reads the document in AWSCURRENT; undefined when there is none. */
export async function readCurrent(
  run: Run,
  { current: id }: Holders,
  hints: Hints,
): Promise<Omit<StoredDocument, 'createdAt'> | undefined> {
  if (id === undefined) return undefined;
  // A version that carries AWSCURRENT has a value: a value that is not found was not replicated yet, and this is no first run.
  const value = await retryUntil(
    run,
    async () => hints.values.get(id) ?? (await run.ports.store.read(id)),
    (answer) => answer !== undefined,
  );
  if (value === undefined)
    throw new RotationError('store-unavailable', 'Secrets Manager lists AWSCURRENT, but does not find its value yet');
  // A secret that was created without a value; an emulator lists an empty version for it.
  if (value.isEmpty) return undefined;
  const document = parseDocument(value);
  assertAbout(run, document, 'AWSCURRENT');
  return { id, document };
}

/** Reads what is pending; undefined when nothing is. */
export async function readPending(
  run: Run,
  { pending: id }: Holders,
  hints: Hints,
): Promise<Omit<PendingVersion, 'createdAt'> | undefined> {
  if (id === undefined) return undefined;
  if (hints.unread === id) return { id, own: false, content: { kind: 'unread' } };
  const value = await retryUntil(
    run,
    async () => hints.values.get(id) ?? (await run.ports.store.read(id)),
    // A value that the run itself has put is there; a version of somebody else may have no value at all.
    (answer) => answer !== undefined || !run.ledger.hasPut(id),
  );
  const content = parsePending(value);
  if (content.kind === 'candidate') assertAbout(run, content.document, 'AWSPENDING');
  return { id, own: run.ledger.hasPutValue(id, value), content };
}

function assertAbout({ credential }: Run, document: CredentialDocument, label: string): void {
  const sameUrl = new URL(document.accessTokenUrl).href === new URL(credential.accessTokenUrl).href;
  if (clientIdsOf(credential).includes(document.clientId) && sameUrl) return;
  throw new RotationError(
    'document-invalid',
    `The document in ${label} is about another client or token URL than the settings`,
  );
}

/** Reads the document in AWSPREVIOUS: `none` without one, or why the value can't be used. */
export async function readPrevious(
  { ports }: Run,
  { previous }: Labels,
): Promise<CredentialDocument | 'none' | RotationError> {
  const value = previous ? await ports.store.read(previous.id) : undefined;
  if (value === undefined || value.isEmpty) return 'none';
  try {
    return parseDocument(value);
  } catch (error) {
    if (isRotationError(error, 'document-invalid')) return error;
    throw error;
  }
}
