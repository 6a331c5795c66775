import * as z from 'zod';
import type { Fetch, FetchInit } from '../http/fetch.ts';
import { repeatRead } from '../http/repeat.ts';
import { RotationError } from '../rotation/errors.ts';
import type { Credential } from '../rotation/settings.ts';
import type { AccessSecrets } from './access-secrets.ts';
import { connectionFailure, IAM_FAILURES, statusFailure } from './failures.ts';
import type { Iam, IamClient, SecretChange } from './iam.ts';
import { exchange } from './token-request.ts';

/** The marker that the realm's client policy looks for, and Keycloak's own attributes of a client's secrets. */
const ATTRIBUTES = {
  marker: 'novacura.rotation',
  createdAt: 'client.secret.creation.time',
  expiresAt: 'client.secret.expiration.time',
  previous: 'client.secret.rotated',
  previousCreatedAt: 'client.secret.rotated.creation.time',
  previousExpiresAt: 'client.secret.rotated.expiration.time',
} as const;

/** Ten years: the policy plants an expiry on the current secret, after which Keycloak refuses both. Every write moves it away. */
const FAR_FUTURE_S = 315_360_000;

const ClientRepresentation = z.object({
  id: z.string(),
  clientId: z.string(),
  secret: z.string().default(''),
  enabled: z.boolean().default(true),
  publicClient: z.boolean().default(false),
  bearerOnly: z.boolean().default(false),
  serviceAccountsEnabled: z.boolean().default(false),
  clientAuthenticatorType: z.string().default('client-secret'),
  attributes: z.record(z.string(), z.string()).default({}),
});

type ClientRepresentation = z.infer<typeof ClientRepresentation>;

/** What the adapter is made of. */
export interface KeycloakDeps {
  readonly fetch: Fetch;
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => Date;
  readonly accessSecrets: AccessSecrets;
}

/**
 * Keycloak's admin REST API, as the client `iam.auth` of a credential. One access token is obtained for a run.
 *
 * @see [Admin REST API](https://www.keycloak.org/docs-api/latest/rest-api/index.html)
 */
export function keycloak(credential: Pick<Credential, 'iam' | 'accessTokenUrl'>, deps: KeycloakDeps): Iam {
  const { adminUrl } = credential.iam;
  const call = adminApi(credential, deps);
  const clientUrl = ({ id }: IamClient) => `${adminUrl}/clients/${encodeURIComponent(id)}`;

  return {
    find: async (clientId) => {
      const response = await call(`${adminUrl}/clients?clientId=${encodeURIComponent(clientId)}`, { method: 'GET' });
      return parseFound(await readJson(response), clientId);
    },
    probeOverlap: async (client) => {
      const expiresAt = String(epochSeconds(deps.now()) + FAR_FUTURE_S);
      const attributes = { [ATTRIBUTES.marker]: 'on', [ATTRIBUTES.expiresAt]: expiresAt };
      await call(clientUrl(client), { method: 'PUT', body: JSON.stringify({ attributes }) });
      const response = await call(clientUrl(client), { method: 'GET' });
      return parseClient(await readJson(response)).attributes[ATTRIBUTES.expiresAt] === expiresAt;
    },
    setSecret: async (client, change) => {
      await call(clientUrl(client), { method: 'PUT', body: JSON.stringify(secretUpdate(change, deps.now())) });
    },
    regenerate: async (client) => {
      const response = await call(`${clientUrl(client)}/client-secret`, { method: 'POST' });
      const credential = z.object({ value: z.string().min(1) }).safeParse(await readJson(response));
      if (credential.success) return credential.data.value;
      throw new RotationError('iam-unavailable', 'The IAM regenerated the secret, but its answer does not hold one');
    },
    endPrevious: async (client) => {
      await call(`${clientUrl(client)}/client-secret/rotated`, { method: 'DELETE' });
    },
  };
}

/**
 * The partial representation that sets a secret. Keycloak merges attributes, removes blank ones, and honours a previous secret
 * only with both of its times. Without `attributes` an expired client's update fails.
 */
export function secretUpdate({ secret, previous }: SecretChange, now: Date) {
  const seconds = epochSeconds(now);
  return {
    secret,
    attributes: {
      [ATTRIBUTES.createdAt]: String(seconds),
      [ATTRIBUTES.expiresAt]: String(seconds + FAR_FUTURE_S),
      [ATTRIBUTES.previous]: previous?.secret ?? '',
      [ATTRIBUTES.previousCreatedAt]: previous ? String(seconds) : '',
      [ATTRIBUTES.previousExpiresAt]: previous ? String(epochSeconds(previous.validUntil)) : '',
      ...(previous ? { [ATTRIBUTES.marker]: 'on' } : {}),
    },
  };
}

/** The client with exactly this Client ID in the answer of a search. */
export function parseFound(body: unknown, clientId: string): IamClient {
  const list = z.array(z.unknown()).safeParse(body);
  if (!list.success) throw new RotationError('iam-unexpected', 'The search for the client did not give a list');
  const found = list.data.map(parseClient).find((client) => client.clientId === clientId);
  if (found) return toIamClient(found);
  throw new RotationError(
    'client-not-found',
    `The realm has no client ${clientId} that the rotator may see; case counts`,
  );
}

function parseClient(body: unknown): ClientRepresentation {
  const result = ClientRepresentation.safeParse(body);
  if (result.success) return result.data;
  throw new RotationError('iam-unexpected', 'The IAM answered something that is not a client representation');
}

function toIamClient(client: ClientRepresentation): IamClient {
  const { attributes, id, clientId, secret } = client;
  const previous = attributes[ATTRIBUTES.previous];
  const validUntil = toDate(attributes[ATTRIBUTES.previousExpiresAt]);
  const honoured = previous && validUntil && attributes[ATTRIBUTES.previousCreatedAt];
  const secretExpiresAt = toDate(attributes[ATTRIBUTES.expiresAt]);
  const fault = clientFault(client);
  return {
    id,
    clientId,
    secret,
    ...(honoured ? { previous: { secret: previous, validUntil } } : {}),
    ...(secretExpiresAt ? { secretExpiresAt } : {}),
    ...(fault ? { fault } : {}),
  };
}

function clientFault(client: ClientRepresentation): string | undefined {
  const { clientId, clientAuthenticatorType } = client;
  if (!client.enabled) return `The client ${clientId} is disabled`;
  if (client.publicClient || client.bearerOnly) return `The client ${clientId} is not confidential: it has no secret`;
  if (!client.serviceAccountsEnabled)
    return `The client ${clientId} has no service account (client credentials are off)`;
  if (clientAuthenticatorType !== 'client-secret') {
    return `The client ${clientId} authenticates by ${clientAuthenticatorType}, not by a client secret`;
  }
  return undefined;
}

/** Calls the admin API. Reads are repeated; a write is sent once, except after a 401, which says that it was not carried out. */
function adminApi(credential: Pick<Credential, 'iam' | 'accessTokenUrl'>, deps: KeycloakDeps) {
  let token: Promise<string> | undefined;
  const send = async (url: string, init: FetchInit): Promise<Response> => {
    const headers = {
      authorization: `Bearer ${await token}`,
      accept: 'application/json',
      'content-type': 'application/json',
    };
    const once = () => deps.fetch(url, { ...init, headers });
    return await (init.method === 'GET' ? repeatRead(once, deps.sleep) : once());
  };
  return async (url: string, init: FetchInit): Promise<Response> => {
    const what = `Keycloak, ${init.method} ${new URL(url).pathname}`;
    try {
      token ??= adminToken(credential, deps, false);
      let response = await send(url, init);
      if (response.status === 401) {
        token = adminToken(credential, deps, true);
        response = await send(url, init);
      }
      if (!response.ok) throw statusFailure(IAM_FAILURES, response, what);
      return response;
    } catch (error) {
      token = undefined;
      throw connectionFailure(IAM_FAILURES, error, what);
    }
  };
}

async function adminToken(
  { iam, accessTokenUrl }: Pick<Credential, 'iam' | 'accessTokenUrl'>,
  { fetch, sleep, accessSecrets }: KeycloakDeps,
  fresh: boolean,
): Promise<string> {
  const { auth } = iam;
  if (!('secretId' in auth)) throw new RotationError('not-available', 'private_key_jwt is not available yet');
  const request = async (again: boolean) => {
    const { clientSecret } = await accessSecrets.read(auth.secretId, 'clientSecret', { fresh: again });
    const credentials = {
      accessTokenUrl: auth.accessTokenUrl ?? accessTokenUrl,
      clientId: auth.clientId,
      clientSecret,
    };
    return await exchange(credentials, {
      fetch,
      sleep,
      codes: IAM_FAILURES,
      what: `Token request of ${auth.clientId}`,
    });
  };
  let answer = await request(fresh);
  if (answer.accessToken === undefined && !fresh) answer = await request(true);
  if (answer.accessToken !== undefined) return answer.accessToken;
  throw new RotationError(
    'iam-unauthorized',
    `The IAM refuses the rotator ${auth.clientId}: ${answer.error}: ${answer.description}`,
  );
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new RotationError(
      'iam-unexpected',
      `The IAM answered HTTP ${response.status} with something that is not JSON`,
    );
  }
}

function epochSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function toDate(seconds: string | undefined): Date | undefined {
  const value = Number(seconds);
  return seconds && Number.isFinite(value) && value > 0 ? new Date(value * 1000) : undefined;
}
