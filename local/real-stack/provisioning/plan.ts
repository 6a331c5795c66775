import type { Credential } from '../../../functions/credential/settings/credential.ts';
import { type AccessDocument, accessDocuments, rotatorSecrets } from './access-secrets.ts';
import { mustNotOverlap, overlaps, realmAt, realmOf } from './realms.ts';

/** A client to be made. */
export interface PlannedClient {
  readonly clientId: string;
  /** Given where somebody else holds it, too. @default - a random one */
  readonly secret?: string;
  /** What its token requests ask for. */
  readonly scopes: readonly string[];
  /** Whether its previous secrets can be kept valid. */
  readonly overlap: boolean;
}

/** A rotator to be made. */
interface PlannedRotator {
  readonly clientId: string;
  readonly secret: string;
  /** The Client IDs that it may view and manage, beside its own where that is rotated. */
  readonly clients: readonly string[];
  /** What it has as a client that is rotated. @default - its own secret is not */
  readonly own?: PlannedClient;
}

/** What a realm is to hold. */
export interface PlannedRealm {
  readonly name: string;
  /** Whose previous secrets can be kept valid; `chosen` where somebody in the realm must not overlap. */
  readonly overlap: 'nobody' | 'everybody' | 'chosen';
  readonly clients: readonly PlannedClient[];
  readonly rotators: readonly PlannedRotator[];
}

/** Everything that customers would have made before their credentials can be rotated. */
export interface ProvisioningPlan {
  readonly realms: readonly PlannedRealm[];
  /** Each access secret with its document. */
  readonly secrets: ReadonlyMap<string, AccessDocument>;
}

/** Plans realms, clients, rotators and access secrets for a fleet. What several credentials share is made once. */
export function planProvisioning(credentials: readonly Credential[], newSecret: () => string): ProvisioningPlan {
  const rotators = rotatorSecrets(credentials, newSecret);
  const secrets = accessDocuments(credentials, rotators);
  const clients = credentials.flatMap((one) => [...rotatedClients(one), ...connectorClients(one, secrets)]);
  const names = new Set([...credentials.map(realmOf), ...clients.map(({ realm }) => realm)]);
  const realms = [...names].map((name) => {
    const residents = credentials.filter((one) => realmOf(one) === name);
    const all = merged(clients.filter(({ realm }) => realm === name));
    const planned = rotatorsOf(residents, rotators).map((rotator) => ownRole(rotator, all));
    return {
      name,
      overlap: overlapOf(residents),
      clients: all.filter(({ clientId }) => !planned.some(({ own }) => own?.clientId === clientId)),
      rotators: planned,
    };
  });
  return { realms, secrets };
}

type RealmClient = PlannedClient & { readonly realm: string };

function rotatedClients(credential: Credential): RealmClient[] {
  const client = { realm: realmOf(credential), scopes: scopesIn(credential.scope), overlap: overlaps(credential) };
  return [credential.clientId].flat().map((clientId) => ({ ...client, clientId }));
}

/** Clients with which a rotation gets in at connectors, where this Keycloak gives them their tokens. */
function connectorClients({ connectors }: Credential, secrets: ReadonlyMap<string, AccessDocument>): RealmClient[] {
  return connectors.flatMap((connector) => {
    if (connector.via !== 'https') return [];
    const { auth } = connector;
    const realm = auth.type === 'client-credentials' ? realmAt(auth.accessTokenUrl) : undefined;
    if (auth.type !== 'client-credentials' || realm === undefined) return [];
    const secret = secrets.get(auth.secretId)?.clientSecret ?? '';
    return [{ realm, clientId: auth.clientId, secret, scopes: scopesIn(auth.scope), overlap: false }];
  });
}

/** One of each Client ID, with everything that is asked of it. */
function merged(clients: readonly RealmClient[]): PlannedClient[] {
  const byId = new Map<string, PlannedClient>();
  for (const { realm: _, ...client } of clients) {
    const known = byId.get(client.clientId) ?? client;
    const scopes = [...new Set([...known.scopes, ...client.scopes])];
    byId.set(client.clientId, { ...known, scopes, overlap: known.overlap || client.overlap });
  }
  return [...byId.values()];
}

function overlapOf(residents: readonly Credential[]): PlannedRealm['overlap'] {
  if (!residents.some(overlaps)) return 'nobody';
  return residents.some(mustNotOverlap) ? 'chosen' : 'everybody';
}

function rotatorsOf(residents: readonly Credential[], secrets: ReadonlyMap<Credential, string>): PlannedRotator[] {
  const rotators = new Map<string, PlannedRotator>();
  for (const credential of residents) {
    if (credential.iam.type === 'manual') continue;
    const { clientId } = credential.iam.auth;
    const clients = [...(rotators.get(clientId)?.clients ?? []), ...[credential.clientId].flat()];
    rotators.set(clientId, { clientId, secret: secrets.get(credential) ?? '', clients: [...new Set(clients)] });
  }
  return [...rotators.values()];
}

/** A rotator that rotates its own secret is made once. */
function ownRole(rotator: PlannedRotator, clients: readonly PlannedClient[]): PlannedRotator {
  const own = rotator.clients.includes(rotator.clientId) ? clientNamed(rotator.clientId, clients) : undefined;
  if (!own) return rotator;
  return { ...rotator, clients: rotator.clients.filter((one) => one !== rotator.clientId), own };
}

function clientNamed(clientId: string, clients: readonly PlannedClient[]): PlannedClient | undefined {
  return clients.find((one) => one.clientId === clientId);
}

function scopesIn(scope: string | undefined): string[] {
  return (scope ?? '').split(' ').filter(Boolean);
}
