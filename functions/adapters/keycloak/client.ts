import * as z from 'zod';
import { RotationError } from '../../credential/errors.ts';
import { Secret } from '../../credential/secret/secret.ts';
import type { IamClient } from '../../ports/iam.ts';

/** The marker that the realm's client policy looks for, and Keycloak's own attributes of a client's secrets. */
export const ATTRIBUTES = {
  marker: 'novacura.rotation',
  createdAt: 'client.secret.creation.time',
  expiresAt: 'client.secret.expiration.time',
  previous: 'client.secret.rotated',
  previousCreatedAt: 'client.secret.rotated.creation.time',
  previousExpiresAt: 'client.secret.rotated.expiration.time',
} as const;

const ClientRepresentation = z.object({
  // It becomes a part of a path.
  id: z.string().regex(/^(?!\.{1,2}$)[^\s/\\?#%]+$/),
  clientId: z.string(),
  secret: z.string().nullish(),
  enabled: z.boolean().default(true),
  publicClient: z.boolean().default(false),
  bearerOnly: z.boolean().default(false),
  serviceAccountsEnabled: z.boolean().default(false),
  authorizationServicesEnabled: z.boolean().optional(),
  clientAuthenticatorType: z.string().default('client-secret'),
  attributes: z.record(z.string(), z.string()).default({}),
});

type ClientRepresentation = z.infer<typeof ClientRepresentation>;

/** The client with exactly this Client ID in the answer of a search. */
export function parseFound(body: unknown, clientId: string): IamClient {
  const list = z.array(z.unknown()).safeParse(body);
  if (!list.success) throw new RotationError('iam-unexpected', 'The search for the client did not give a list');
  const found = list.data.map(parseRepresentation).find((client) => client.clientId === clientId);
  if (found) return toIamClient(withSecret(found));
  throw new RotationError(
    'client-not-found',
    `The realm has no client ${clientId} that the rotator may see; case counts`,
  );
}

/** A client as the admin API shows it. */
export function parseClient(body: unknown): IamClient {
  return toIamClient(parseRepresentation(body));
}

function parseRepresentation(body: unknown): ClientRepresentation {
  const result = ClientRepresentation.safeParse(body);
  if (result.success) return result.data;
  throw new RotationError('iam-unexpected', 'The IAM answered something that is not a client representation');
}

/** @throws {RotationError} `iam-forbidden` when a client that can have a secret is shown without it, or with a mask */
function withSecret(client: ClientRepresentation): ClientRepresentation {
  const shown = typeof client.secret === 'string' && client.secret !== MASK;
  if (shown || clientFault(client)) return client;
  const detail = `The IAM shows the rotator the client ${client.clientId}, but not its secret: it may view it, and not manage it`;
  throw new RotationError('iam-forbidden', detail);
}

/** What Keycloak shows instead of a secret. */
const MASK = '**********';

function toIamClient(client: ClientRepresentation): IamClient {
  const { attributes, id, clientId, serviceAccountsEnabled, authorizationServicesEnabled } = client;
  const previous = attributes[ATTRIBUTES.previous];
  const validUntil = toDate(attributes[ATTRIBUTES.previousExpiresAt]);
  const accepted = previous && validUntil && attributes[ATTRIBUTES.previousCreatedAt];
  const secretExpiresAt = toDate(attributes[ATTRIBUTES.expiresAt]);
  const fault = clientFault(client);
  return {
    id,
    clientId,
    secret: new Secret(client.secret ?? ''),
    ...(accepted ? { previous: { secret: new Secret(previous), validUntil } } : {}),
    ...(secretExpiresAt ? { secretExpiresAt } : {}),
    ...(fault ? { fault } : {}),
    keep: {
      serviceAccountsEnabled,
      ...(authorizationServicesEnabled === undefined ? {} : { authorizationServicesEnabled }),
    },
  };
}

/** Keycloak's own; what an extension calls its authenticator could be any text. */
const AUTHENTICATORS = ['client-jwt', 'client-secret-jwt', 'client-x509', 'federated-jwt'] as const;

function clientFault(client: ClientRepresentation): string | undefined {
  const { clientId, clientAuthenticatorType } = client;
  if (!client.enabled) return `The client ${clientId} is disabled`;
  if (client.publicClient || client.bearerOnly) return `The client ${clientId} is not confidential: it has no secret`;
  if (!client.serviceAccountsEnabled)
    return `The client ${clientId} has no service account (client credentials are off)`;
  if (clientAuthenticatorType !== 'client-secret') {
    const told = AUTHENTICATORS.find((name) => name === clientAuthenticatorType) ?? 'something else';
    return `The client ${clientId} authenticates by ${told}, not by a client secret`;
  }
  return undefined;
}

function toDate(seconds: string | undefined): Date | undefined {
  const value = Number(seconds);
  return seconds && Number.isFinite(value) && value > 0 ? new Date(value * 1000) : undefined;
}
