import type { CredentialDocument } from '../../credential/document.ts';
import { isRotationError } from '../../credential/errors.ts';
import { type Secret, sameSecret } from '../../credential/secret/secret.ts';
import type { Credential } from '../../credential/settings/credential.ts';
import type { Connector } from '../../ports/connector.ts';
import type { IamClient } from '../../ports/iam.ts';
import type { Submission } from '../../ports/inbox.ts';
import type { SecretOverview } from '../../ports/secret-store.ts';
import type { TokenResult } from '../../ports/token-endpoint.ts';
import { leaseLeftMs, type Run, timed } from '../run/context.ts';
import { inOrder, settled } from '../run/in-order.ts';
import { findClients, findClientToRenew, firstInUse } from './clients.ts';
import { ANY_PURPOSE, agrees, type Hints, type Purpose, readHints } from './hints.ts';
import { readLabels } from './labels.ts';
import { askToken } from './looks.ts';
import {
  type ConnectorView,
  holds,
  isHeld,
  type Labels,
  type Look,
  type Observation,
  type PendingVersion,
  type StoredDocument,
  sameCredential,
} from './observation.ts';
import { type Holders, holdersIn, readCurrent, readPending } from './stored.ts';
import { readSubmission, viewOf } from './submission.ts';

/**
 * Looks at everything, and changes nothing. Connectors come first: a write of theirs that is based on this look then fails if
 * any run has begun to push since, whatever the labels say. The labels come second: what they lead to is younger than they are.
 *
 * @param purpose what the observation is for @default - a run, which may begin a rotation by it
 */
export async function observe(run: Run, purpose: Purpose = ANY_PURPOSE): Promise<Observation> {
  run.ledger.observesAnew();
  return await timed(run, 'observe', async () => {
    const [connectors, hints] = await inOrder([readConnectors(run), readHints(run, purpose)]);
    const { labels, ...rest } = await readLabelled(run, hints, purpose);
    const { clients, answered, submission: submitted } = rest;
    const current = rest.current && labels.current && { ...rest.current, createdAt: labels.current.createdAt };
    const pending = rest.pending && labels.pending && { ...rest.pending, createdAt: labels.pending.createdAt };
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
  const connectors = await readConnectors(run);
  return { connectors, labels: await readLabels(run) };
}

async function readConnectors(run: Run): Promise<ConnectorView[]> {
  return await inOrder(run.ports.connectors.map((connector) => readConnector(run, connector)));
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

/** What versions and clients hold, and what the token endpoint says of it. */
interface Rest {
  readonly current: Omit<StoredDocument, 'createdAt'> | undefined;
  readonly pending: Omit<PendingVersion, 'createdAt'> | undefined;
  readonly submission: Submission | undefined;
  readonly clients: readonly IamClient[];
  readonly answered: TokenResult | undefined;
}

/**
 * Reads the labels, and the rest after them. Where the labels are known to have been the same before, the rest need not wait: it is
 * read beside them, and counts if they still are. Else it is read anew, as if nothing had been known.
 */
async function readLabelled(run: Run, hints: Hints, purpose: Purpose): Promise<Rest & { readonly labels: Labels }> {
  const { overview } = hints;
  const early = overview && readRest(run, holdersIn(overview.labelled), hints);
  const [labels] = await inOrder([readLabels(run), settled(early)]);
  const same = overview && agrees(overview, labels.versions);
  const reading = same && early ? early : readRest(run, holdersIn(labels.versions), hints);
  const [, rest] = await inOrder([noteVersions(run, labels, { purpose, ...(same && { overview }) }), reading]);
  return { ...rest, labels };
}

/** None of it waits for another, but where it has to be known what is asked about. */
async function readRest(run: Run, holders: Holders, hints: Hints): Promise<Rest> {
  const reading = {
    current: readCurrent(run, holders, hints),
    pending: readPending(run, holders, hints),
    submission: readSubmission(run),
  };
  const asking = reading.current.then(async (found) => found && (await askToken(run, found.document)));
  const [current, pending, submission, clients, answered] = await inOrder([
    reading.current,
    reading.pending,
    reading.submission,
    findClients(run, reading),
    asking,
  ]);
  return { current, pending, submission, clients, answered };
}

/**
 * The first look asks when the secret changed last: after the list, so that a change between the two is seen, or before it, where the
 * labels have not moved in between. A version that came and went in between is young.
 */
async function noteVersions(
  { ledger, ports, runtime, timing }: Run,
  { versions, current }: Labels,
  { purpose, overview }: { readonly purpose: Purpose; readonly overview?: SecretOverview | undefined },
): Promise<void> {
  if (ledger.hasLooked || !purpose.begins) return ledger.sawVersions(versions, current?.id);
  const { changedAt } = overview ?? (await ports.store.describe());
  const changes = [changedAt, ...versions.map(({ createdAt }) => createdAt)];
  const undisturbed = changes.every((at) => leaseLeftMs(at, runtime.now(), timing.leaseMs) === 0);
  ledger.sawVersions(versions, current?.id, undisturbed);
}

/** The document that the settings make of a client's secret. */
export function documentOf(
  { accessTokenUrl, scope }: Pick<Credential, 'accessTokenUrl' | 'scope'>,
  { clientId, secret }: { readonly clientId: string; readonly secret: Secret },
): CredentialDocument {
  return { accessTokenUrl, clientId, clientSecret: secret, scope };
}

/**
 * Where only token requests tell what the IAM holds, two of them may contradict each other about one secret: a person has refreshed it
 * in between, and it is refused from then on.
 */
function agreed(
  { ports }: Run,
  answer: TokenResult,
  { clientInUse, secret }: { readonly clientInUse: IamClient; readonly secret: Secret },
): TokenResult {
  const isSeen = isHeld(clientInUse, secret);
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
  if (client.secret.isEmpty) return NOTHING_KNOWN;
  if (client.fault !== undefined) return { accepted: false, error: 'client-not-usable', description: client.fault };
  return await askToken(run, documentOf(run.credential, client));
}

async function holdsCandidate(
  run: Run,
  client: IamClient,
  seen: { current: StoredDocument | undefined; answer: TokenResult; pending: PendingVersion['content'] | undefined },
): Promise<boolean> {
  const { current, answer, pending } = seen;
  if (pending?.kind !== 'candidate' || !sameSecret(pending.document.clientSecret, client.secret)) return false;
  if (client.fault !== undefined) return false;
  if (sameCredential(current?.document, pending.document)) return answer.accepted;
  return (await askToken(run, pending.document)).accepted;
}
