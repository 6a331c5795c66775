import type { Connector, ConnectorConfiguration } from '../ports/connector.ts';
import type { IamClient } from '../ports/iam.ts';
import type { TokenResult } from '../ports/token-endpoint.ts';
import { type CredentialDocument, isUsableSecret, parseDocument } from './document.ts';
import { isRotationError, RotationError } from './errors.ts';
import { secretFingerprint } from './fingerprint.ts';
import { type Pending, parsePending } from './journal.ts';
import { type Labels, readLabels } from './label-reading.ts';
import { askToken, lookRepeatedly } from './proofs.ts';
import { leaseLeft, type Run, step } from './run.ts';

/** A connector as it was read, or why it could not be. */
export type ConnectorView = { readonly connector: Connector } & (
  | { readonly configuration: ConnectorConfiguration; readonly error?: never }
  | { readonly configuration?: never; readonly error: RotationError }
);

/** A version and the credential document in it. */
export interface StoredDocument {
  readonly id: string;
  readonly createdAt: Date;
  readonly document: CredentialDocument;
}

/** Everything that a decision rests on. */
export interface Observation {
  readonly connectors: readonly ConnectorView[];
  readonly labels: Labels;
  /** C: absent at the first run. */
  readonly current?: StoredDocument;
  /** P: absent when no version, or the current one, is labelled AWSPENDING. */
  readonly pending?: {
    readonly id: string;
    readonly createdAt: Date;
    readonly own: boolean;
    readonly content: Pending;
  };
  /** The IAM's client that C is about; at the first run, the one that the connectors use. */
  readonly client: IamClient;
  /** The client that P is about; without one, the client that a rotation would renew. The same as `client` except when alternating. */
  readonly target: IamClient;
  /** The token endpoint's answer to C; at the first run, to what the IAM holds. */
  readonly answer: TokenResult;
  /** Whether the IAM holds and accepts the candidate in P. */
  readonly holdsPending: boolean;
}

/** An observation of a credential that has a current document. */
export type Found = Observation & { readonly current: StoredDocument };

/**
 * Looks at everything, and changes nothing. Connectors come first: a write of theirs that is based on this look then fails if
 * any run has begun to push since, whatever the labels say. The labels come second: what they lead to is younger than they are.
 */
export async function observe(run: Run): Promise<Observation> {
  return await step(run, 'observe', async () => {
    const connectors = await readConnectors(run);
    const labels = await readLabels(run);
    const reading = readCurrent(run, labels);
    const [, current, pending, clients, answered] = await inOrder([
      watch(run, labels),
      reading,
      readPending(run, labels),
      Promise.all(clientIdsOf(run).map((id) => findClient(run, id))),
      reading.then(async (found) => found && (await askToken(run, found.document))),
    ]);
    const live = current?.document.clientId ?? clientInUse(run, connectors);
    const client = clients.find(({ clientId }) => clientId === live) as IamClient;
    const target = findTarget(clients, client, pending?.content);
    const answer = answered ?? (await askFirst(run, client));
    const holdsPending = await isHeld(run, target, { current, answer, pending: pending?.content });
    return {
      connectors,
      labels,
      ...(current ? { current } : {}),
      ...(pending ? { pending } : {}),
      client,
      target,
      answer,
      holdsPending,
    };
  });
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
  run: Run,
  { clientId, secret }: { readonly clientId: string; readonly secret: string },
): CredentialDocument {
  const { accessTokenUrl, scope } = run.credential;
  return { accessTokenUrl, clientId, clientSecret: secret, scope };
}

/** The Client IDs of the settings: one, or two that alternate. */
function clientIdsOf({ credential }: Run): string[] {
  return [credential.clientId].flat();
}

/** Before there is a C, the connectors tell which of two clients is the live one. */
function clientInUse(run: Run, connectors: readonly ConnectorView[]): string {
  const used = connectors.flatMap(({ configuration }) => configuration?.sections ?? []).map(({ clientId }) => clientId);
  const ids = clientIdsOf(run);
  return ids.find((id) => used.includes(id)) ?? (ids[0] as string);
}

function findTarget(clients: readonly IamClient[], client: IamClient, pending: Pending | undefined): IamClient {
  const idle = clients.find(({ clientId }) => clientId !== client.clientId);
  const about = pending?.kind === 'candidate' ? pending.document.clientId : undefined;
  const wanted = (pending?.kind === 'regenerate' ? pending.clientId : about) ?? idle?.clientId;
  return clients.find(({ clientId }) => clientId === wanted) ?? client;
}

/** Reads every connector anew. One that can't be read doesn't hide the others. */
export async function readConnectors(run: Run): Promise<ConnectorView[]> {
  return await Promise.all(run.ports.connectors.map((connector) => readConnector(run, connector)));
}

/** Reads one connector anew. */
async function readConnector(run: Run, connector: Connector): Promise<ConnectorView> {
  try {
    const configuration = await connector.read();
    run.skipped.set(connector.name, configuration.sectionsSkipped);
    return { connector, configuration };
  } catch (error) {
    if (isRotationError(error)) return { connector, error };
    throw error;
  }
}

/** Whether a connector is known to hold exactly this document in all sections of ours. */
export function holds(view: ConnectorView, document: CredentialDocument): boolean {
  const fingerprint = secretFingerprint(document.clientSecret);
  return (view.configuration?.sections ?? [undefined]).every(
    (section) => section?.clientId === document.clientId && section.secretFingerprint === fingerprint,
  );
}

/** Whether every connector that could be read holds C, or the candidate: a renewal ends no other secret that is in use. */
export function holdOurs({ connectors, current, pending }: Found): boolean {
  const candidate = pending?.content.kind === 'candidate' ? pending.content.document : undefined;
  return connectors.every(
    (view) => view.error || holds(view, current.document) || (candidate !== undefined && holds(view, candidate)),
  );
}

/** Whether the previous secret that the IAM keeps is still accepted. */
export function graceRuns(client: IamClient, now: Date): boolean {
  const { previous, secret } = client;
  return previous !== undefined && previous.secret !== secret && previous.validUntil > now;
}

/**
 * The first look asks when the secret changed last, after the list, so that a change between the two is seen; each later one looks
 * whether anybody else has changed it since.
 */
async function watch(run: Run, { versions, current }: Labels): Promise<void> {
  if (!run.seenIds) {
    run.seenIds = new Set(versions.map(({ id }) => id));
    run.currentId = current?.id;
    run.quiet = leaseLeft(run, await run.ports.store.lastChangedAt()) === 0;
  }
  const foreign = versions.some(({ id }) => !run.seenIds?.has(id) && !run.puts.has(id));
  if (foreign || current?.id !== run.currentId) run.quiet = false;
}

async function readCurrent(run: Run, labels: Labels): Promise<StoredDocument | undefined> {
  if (!labels.current) return undefined;
  const { id, createdAt } = labels.current;
  // A version that carries AWSCURRENT has a value: one that is not found was not replicated yet, and is no first run.
  const value = await lookRepeatedly(
    run,
    () => run.ports.store.read(id),
    (found) => found !== undefined,
  );
  if (value === undefined)
    throw new RotationError('store-unavailable', 'Secrets Manager lists AWSCURRENT, but does not find its value yet');
  // A secret that was created without a value; an emulator lists an empty version for it.
  if (value === '') return undefined;
  const document = parseDocument(value);
  assertAbout(run, document, 'AWSCURRENT');
  return { id, createdAt, document };
}

async function readPending(run: Run, labels: Labels): Promise<Observation['pending']> {
  if (!labels.pending || labels.pending.id === labels.current?.id) return undefined;
  const { id, createdAt } = labels.pending;
  const value = await lookRepeatedly(
    run,
    () => run.ports.store.read(id),
    // What the run itself has put is there; a version of somebody else's may have no value at all.
    (found) => found !== undefined || !run.puts.has(id),
  );
  const content = parsePending(value);
  if (content.kind === 'candidate') assertAbout(run, content.document, 'AWSPENDING');
  return { id, createdAt, own: value !== undefined && run.puts.get(id) === value, content };
}

function assertAbout(run: Run, document: CredentialDocument, stage: string): void {
  const { accessTokenUrl } = run.credential;
  const sameUrl = new URL(document.accessTokenUrl).href === new URL(accessTokenUrl).href;
  if (clientIdsOf(run).includes(document.clientId) && sameUrl) return;
  throw new RotationError(
    'document-invalid',
    `The document in ${stage} is about another client or token URL than the settings`,
  );
}

/**
 * The client, with a `fault` when it can't be used. Of two clients that alternate, one that can't be used, or is gone, must not
 * keep the other from being repaired.
 */
async function findClient(run: Run, clientId: string): Promise<IamClient> {
  try {
    const client = await run.ports.iam.find(clientId);
    if (client.fault !== undefined || isUsableSecret(client.secret)) return client;
    return {
      ...client,
      fault: `The secret that the IAM holds for ${clientId} is empty or a mask: anybody could guess it`,
    };
  } catch (error) {
    if (clientIdsOf(run).length === 1 || !isRotationError(error, 'client-not-found')) throw error;
    return { id: '', clientId, secret: '', fault: error.message };
  }
}

/** At the first run what the IAM holds is put to the test. */
async function askFirst(run: Run, client: IamClient): Promise<TokenResult> {
  if (client.fault !== undefined) return { accepted: false, error: 'client-not-usable', description: client.fault };
  return await askToken(run, documentOf(run, client));
}

async function isHeld(
  run: Run,
  target: IamClient,
  seen: { current: StoredDocument | undefined; answer: TokenResult; pending: Pending | undefined },
): Promise<boolean> {
  const { current, answer, pending } = seen;
  if (pending?.kind !== 'candidate' || pending.document.clientSecret !== target.secret) return false;
  if (target.fault !== undefined) return false;
  if (sameCredential(current?.document, pending.document)) return answer.accepted;
  return (await askToken(run, pending.document)).accepted;
}

/** Whether two documents are the same client with the same secret. */
export function sameCredential(one: CredentialDocument | undefined, other: CredentialDocument): boolean {
  return one?.clientId === other.clientId && one.clientSecret === other.clientSecret;
}

/** @throws {RotationError} what kept a connector from being read: nothing is begun that could not be pushed */
export function assertReadable({ connectors }: Observation): void {
  for (const view of connectors) if (view.error) throw view.error;
}

/** @throws {RotationError} `client-not-usable`, with what is wrong with the client */
export function assertUsable({ fault }: IamClient): void {
  if (fault !== undefined) throw new RotationError('client-not-usable', fault);
}
