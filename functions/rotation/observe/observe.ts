import { type CredentialDocument, isUsableSecret, parseDocument } from '../../credential/document.ts';
import { isRotationError, RotationError } from '../../credential/errors.ts';
import { secretFingerprint } from '../../credential/fingerprint.ts';
import type { Credential } from '../../credential/settings/credential.ts';
import type { Connector } from '../../ports/connector.ts';
import type { IamClient } from '../../ports/iam.ts';
import type { Submission } from '../../ports/inbox.ts';
import type { TokenResult } from '../../ports/token-endpoint.ts';
import { leaseLeftMs, type Run, timed } from '../run/context.ts';
import { readLabels } from './labels.ts';
import { askToken, retryUntil } from './looks.ts';
import {
  type ConnectorView,
  holds,
  type Labels,
  type Look,
  type Observation,
  type PendingVersion,
  type StoredDocument,
  sameCredential,
} from './observation.ts';
import { type Pending, parsePending } from './pending.ts';
import { known, mayBeLate, readSubmission, viewOf } from './submission.ts';

/**
 * Looks at everything, and changes nothing. Connectors come first: a write of theirs that is based on this look then fails if
 * any run has begun to push since, whatever the labels say. The labels come second: what they lead to is younger than they are.
 */
export async function observe(run: Run): Promise<Observation> {
  run.ledger.observesAnew();
  return await timed(run, 'observe', async () => {
    const { connectors, labels } = await look(run);
    const reading = readCurrent(run, labels);
    const stored = { reading, pending: readPending(run, labels), submission: readSubmission(run) };
    const [, current, pending, submitted, clients, answered] = await inOrder([
      noteVersions(run, labels),
      reading,
      stored.pending,
      stored.submission,
      findClients(run, stored),
      reading.then(async (found) => found && (await askToken(run, found.document))),
    ]);
    if (current) noteProofs(run, connectors, current);
    const inUse = current?.document.clientId ?? firstInUse(run, { connectors, clients });
    const clientInUse = clients.find(({ clientId }) => clientId === inUse) as IamClient;
    const clientToRenew = findClientToRenew(clients, clientInUse, pending?.content);
    const accepted =
      answered && current && agreed(run, answered, { clientInUse, secret: current.document.clientSecret });
    const answer = accepted ?? (await askFirst(run, clientInUse));
    const iamHoldsCandidate = await holdsCandidate(run, clientToRenew, { current, answer, pending: pending?.content });
    const submission = submitted && viewOf(submitted, clients);
    return {
      connectors,
      labels,
      ...(current ? { current } : {}),
      ...(pending ? { pending } : {}),
      ...(submission ? { submission } : {}),
      clientInUse,
      clientToRenew,
      answer,
      iamHoldsCandidate,
    };
  });
}

/** Tells the report which connectors hold the current document, and how that is known. */
function noteProofs({ draft }: Run, views: readonly ConnectorView[], { id, document }: StoredDocument): void {
  for (const { connector, configuration } of views) {
    if (configuration && holds({ connector, configuration }, document)) draft.proved({ connector, configuration }, id);
  }
}

/** Connectors, then labels: a rotation that pushes after this look moves AWSPENDING first. */
export async function look(run: Run): Promise<Look> {
  const connectors = await Promise.all(run.ports.connectors.map((connector) => readConnector(run, connector)));
  return { connectors, labels: await readLabels(run) };
}

/** An IAM that can't be read is asked about each secret that may be a client's, once those are known. */
async function findClients(run: Run, stored: Reading): Promise<IamClient[]> {
  const ids = clientIdsOf(run.credential);
  if (run.ports.iam.capabilities.read) return await Promise.all(ids.map((id) => findRecent(run, id)));
  const [current, pending, submission] = await inOrder([stored.reading, stored.pending, stored.submission]);
  const find = (id: string) => findClient(run, id, known(id, { current, pending, submission }));
  // A node that has not heard of the refresh yet would have the submitted secret thrown away.
  return await retryUntil(
    run,
    () => Promise.all(ids.map(find)),
    (clients) => submission === undefined || !mayBeLate(submission, clients),
  );
}

/** A node that has not heard of what this run has done tells of the secret that was replaced. */
async function findRecent(run: Run, clientId: string): Promise<IamClient> {
  return await retryUntil(
    run,
    () => findClient(run, clientId),
    ({ secret }) => !run.ledger.mayBeLate(clientId, secretFingerprint(secret)),
  );
}

/** What is being read of the credential's secret and its inbox. */
interface Reading {
  readonly reading: Promise<StoredDocument | undefined>;
  readonly pending: Promise<PendingVersion | undefined>;
  readonly submission: Promise<Submission | undefined>;
}

/** Waits for all of them; the first that failed, in this order, is what is thrown. */
async function inOrder<T extends readonly unknown[]>(all: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const results = await Promise.allSettled(all);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }) as unknown as T;
}

/** The document that the settings make of a client's secret. */
export function documentOf(
  { accessTokenUrl, scope }: Pick<Credential, 'accessTokenUrl' | 'scope'>,
  { clientId, secret }: { readonly clientId: string; readonly secret: string },
): CredentialDocument {
  return { accessTokenUrl, clientId, clientSecret: secret, scope };
}

/** The Client IDs of the settings: one, or two that alternate. */
function clientIdsOf({ clientId }: Credential): string[] {
  return [clientId].flat();
}

/**
 * Before there is a current document, the connectors tell which of two clients is in use; where only a person can tell, the one whose
 * secret was submitted is.
 */
function firstInUse(
  { credential, ports }: Run,
  { connectors, clients }: { connectors: readonly ConnectorView[]; clients: readonly IamClient[] },
): string {
  const submitted = clients.find(({ secret }) => !ports.iam.capabilities.read && secret !== '')?.clientId;
  const used = connectors.flatMap(({ configuration }) => configuration?.sections ?? []).map(({ clientId }) => clientId);
  const ids = clientIdsOf(credential);
  return submitted ?? ids.find((id) => used.includes(id)) ?? (ids[0] as string);
}

function findClientToRenew(clients: readonly IamClient[], inUse: IamClient, pending: Pending | undefined): IamClient {
  const idle = clients.find(({ clientId }) => clientId !== inUse.clientId);
  const about = pending?.kind === 'candidate' ? pending.document.clientId : undefined;
  const wanted = (pending?.kind === 'regenerate' ? pending.clientId : about) ?? idle?.clientId;
  return clients.find(({ clientId }) => clientId === wanted) ?? inUse;
}

/** Reads one connector anew. A connector that can't be read doesn't hide the others. */
async function readConnector({ draft }: Run, connector: Connector): Promise<ConnectorView> {
  try {
    const configuration = await connector.read();
    draft.skipped(connector.name, configuration.sectionsSkipped);
    return { connector, configuration };
  } catch (error) {
    if (isRotationError(error)) return { connector, error };
    throw error;
  }
}

/** The first look asks when the secret changed last, after the list, so that a change between the two is seen. */
async function noteVersions({ ledger, ports, runtime, timing }: Run, { versions, current }: Labels): Promise<void> {
  if (ledger.hasLooked) return ledger.sawVersions(versions, current?.id);
  const changedAt = await ports.store.lastChangedAt();
  ledger.sawVersions(versions, current?.id, leaseLeftMs(changedAt, runtime.now(), timing.leaseMs) === 0);
}

async function readCurrent(run: Run, labels: Labels): Promise<StoredDocument | undefined> {
  if (!labels.current) return undefined;
  const { id, createdAt } = labels.current;
  // A version that carries AWSCURRENT has a value: a value that is not found was not replicated yet, and this is no first run.
  const value = await retryUntil(
    run,
    () => run.ports.store.read(id),
    (answer) => answer !== undefined,
  );
  if (value === undefined)
    throw new RotationError('store-unavailable', 'Secrets Manager lists AWSCURRENT, but does not find its value yet');
  // A secret that was created without a value; an emulator lists an empty version for it.
  if (value === '') return undefined;
  const document = parseDocument(value);
  assertAbout(run, document, 'AWSCURRENT');
  return { id, createdAt, document };
}

async function readPending(run: Run, labels: Labels): Promise<PendingVersion | undefined> {
  if (!labels.pending || labels.pending.id === labels.current?.id) return undefined;
  const { id, createdAt } = labels.pending;
  const value = await retryUntil(
    run,
    () => run.ports.store.read(id),
    // A value that the run itself has put is there; a version of somebody else may have no value at all.
    (answer) => answer !== undefined || !run.ledger.hasPut(id),
  );
  const content = parsePending(value);
  if (content.kind === 'candidate') assertAbout(run, content.document, 'AWSPENDING');
  return { id, createdAt, own: run.ledger.hasPutValue(id, value), content };
}

function assertAbout({ credential }: Run, document: CredentialDocument, label: string): void {
  const sameUrl = new URL(document.accessTokenUrl).href === new URL(credential.accessTokenUrl).href;
  if (clientIdsOf(credential).includes(document.clientId) && sameUrl) return;
  throw new RotationError(
    'document-invalid',
    `The document in ${label} is about another client or token URL than the settings`,
  );
}

/**
 * The client, with a `fault` when it can't be used. Of two clients that alternate, one that can't be used, or is gone, must not
 * keep the other from being repaired.
 */
async function findClient(
  { ports, credential }: Run,
  clientId: string,
  known: readonly string[] = [],
): Promise<IamClient> {
  try {
    const client = await ports.iam.find(clientId, known);
    if (!ports.iam.capabilities.read || client.fault !== undefined || isUsableSecret(client.secret)) return client;
    return {
      ...client,
      fault: `The secret that the IAM holds for ${clientId} is empty or a mask: anybody could guess it`,
    };
  } catch (error) {
    if (clientIdsOf(credential).length === 1 || !isRotationError(error, 'client-not-found')) throw error;
    return { id: '', clientId, secret: '', fault: error.message };
  }
}

/**
 * Where only token requests tell what the IAM holds, two of them may contradict each other about one secret: a person has refreshed it
 * in between, and it is refused from then on.
 */
function agreed(
  { ports }: Run,
  answer: TokenResult,
  { clientInUse, secret }: { readonly clientInUse: IamClient; readonly secret: string },
): TokenResult {
  const isSeen = [clientInUse.secret, clientInUse.previous?.secret].includes(secret);
  if (ports.iam.capabilities.read || !answer.accepted || isSeen) return answer;
  return { accepted: false, error: 'refused-meanwhile', description: 'the secret was refreshed a moment ago' };
}

const NOTHING_KNOWN: TokenResult = {
  accepted: false,
  error: 'nothing-submitted',
  description: 'no secret of the client is known',
};

/** At the first run what the IAM holds is put to the test. */
async function askFirst(run: Run, client: IamClient): Promise<TokenResult> {
  if (client.secret === '') return NOTHING_KNOWN;
  if (client.fault !== undefined) return { accepted: false, error: 'client-not-usable', description: client.fault };
  return await askToken(run, documentOf(run.credential, client));
}

async function holdsCandidate(
  run: Run,
  client: IamClient,
  seen: { current: StoredDocument | undefined; answer: TokenResult; pending: Pending | undefined },
): Promise<boolean> {
  const { current, answer, pending } = seen;
  if (pending?.kind !== 'candidate' || pending.document.clientSecret !== client.secret) return false;
  if (client.fault !== undefined) return false;
  if (sameCredential(current?.document, pending.document)) return answer.accepted;
  return (await askToken(run, pending.document)).accepted;
}
