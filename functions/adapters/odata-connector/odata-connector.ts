import { RotationError } from '../../credential/errors.ts';
import type { Secret } from '../../credential/secret/secret.ts';
import type { ConnectorVia } from '../../credential/settings/credential.ts';
import type { AccessSecrets } from '../../ports/access-secrets.ts';
import { ConfigurationChangedError, type Connector, type ConnectorConfiguration } from '../../ports/connector.ts';
import { basic, bearer } from '../http/authorization.ts';
import { CONNECTOR_FAILURES, connectionFailure, statusFailure } from '../http/failures.ts';
import type { Fetch, FetchInit } from '../http/fetch.ts';
import { repeatRead } from '../http/repeat.ts';
import { clientSecretBasic } from '../oauth/client-credentials.ts';
import { exchange } from '../oauth/token-request.ts';
import { mergePatch, type Ownership, parseConfiguration } from './configuration.ts';

type HttpsConnector = Pick<ConnectorVia<'https'>, 'name' | 'url' | 'auth' | 'proof'>;
type ClientCredentialsAuth = Extract<HttpsConnector['auth'], { type: 'client-credentials' }>;

/** What the adapter is made of. */
export interface ConnectorDeps {
  readonly fetch: Fetch;
  readonly sleep: (ms: number) => Promise<void>;
  readonly accessSecrets: AccessSecrets;
}

/** A connector's configuration over HTTPS, by the contract in docs/connector.md. */
export function odataConnector(settings: HttpsConnector, ours: Ownership, deps: ConnectorDeps): Connector {
  const { name, url, proof } = settings;
  const call = authorizedFetch(settings, deps);
  return {
    name,
    proof,
    attended: false,
    read: async () => {
      const response = await call({ method: 'GET', headers: { accept: 'application/json' } });
      if (!response.ok) throw statusFailure(CONNECTOR_FAILURES, response, `${name}, GET ${url}`);
      return await readConfiguration(name, response, ours);
    },
    write: async (configuration, { document }) => {
      const headers = { 'content-type': 'application/merge-patch+json', 'if-match': configuration.etag };
      const response = await call({
        method: 'PATCH',
        headers,
        body: mergePatch(configuration, document),
      });
      if (response.status === 412) throw new ConfigurationChangedError();
      if (!response.ok) throw statusFailure(CONNECTOR_FAILURES, response, `${name}, PATCH ${url}`);
    },
  };
}

/** @throws {RotationError} `connector-invalid` when the answer breaks the contract; `section-not-found` when no section is ours */
async function readConfiguration(name: string, response: Response, ours: Ownership): Promise<ConnectorConfiguration> {
  const body: unknown = await response.json().catch(() => undefined);
  return parseConfiguration(name, { etag: response.headers.get('etag'), body }, ours);
}

/** Sends with the connector's access secret; after a 401 it is read afresh, once. */
function authorizedFetch(settings: HttpsConnector, deps: ConnectorDeps) {
  const { name, url } = settings;
  let authorization: Promise<Secret> | undefined;
  const send = async (init: FetchInit, authorized: Promise<Secret>): Promise<Response> => {
    const headers = { ...init.headers, authorization: await authorized };
    const once = () => deps.fetch(url, { ...init, headers });
    return await (init.method === 'GET' ? repeatRead(once, deps.sleep) : once());
  };
  return async (init: FetchInit): Promise<Response> => {
    try {
      authorization ??= authorizationHeader(settings, deps, false);
      const response = await send(init, authorization);
      if (response.status !== 401) return response;
      authorization = authorizationHeader(settings, deps, true);
      return await send(init, authorization);
    } catch (error) {
      authorization = undefined;
      throw connectionFailure(CONNECTOR_FAILURES, error, `${name}, ${init.method} ${url}`);
    }
  };
}

async function authorizationHeader(
  { name, auth }: Pick<HttpsConnector, 'name' | 'auth'>,
  deps: ConnectorDeps,
  fresh: boolean,
): Promise<Secret> {
  const { accessSecrets } = deps;
  switch (auth.type) {
    case 'bearer':
      return bearer((await accessSecrets.read(auth.secretId, 'token', { fresh })).token);
    case 'basic':
      return basic(await accessSecrets.read(auth.secretId, 'basic', { fresh }));
    case 'client-credentials':
      return bearer(await connectorToken(auth, deps, { fresh, name }));
  }
}

/** After a refusal the secret is read afresh, once: it may have been rotated since. */
async function connectorToken(
  auth: ClientCredentialsAuth,
  deps: ConnectorDeps,
  { fresh, name }: { fresh: boolean; name: string },
): Promise<Secret> {
  const { accessTokenUrl, clientId } = auth;
  const next = `See to the token endpoint of this connector's auth, ${accessTokenUrl}, and to its client ${clientId}.`;
  const request = (again: boolean) => requestConnectorToken(auth, deps, { fresh: again, name, next });
  let answer = await request(fresh);
  if (answer.accessToken === undefined && !fresh) answer = await request(true);
  if (answer.accessToken !== undefined) return answer.accessToken;
  throw new RotationError(
    'connector-unauthorized',
    `${name}, the token endpoint refuses ${clientId}: ${answer.error}: ${answer.description}`,
    { next },
  );
}

async function requestConnectorToken(
  auth: ClientCredentialsAuth,
  { fetch, sleep, accessSecrets }: ConnectorDeps,
  { fresh, name, next }: { fresh: boolean; name: string; next: string },
) {
  const { clientSecret } = await accessSecrets.read(auth.secretId, 'clientSecret', { fresh });
  const { accessTokenUrl, clientId, scope } = auth;
  const authentication = clientSecretBasic(clientSecret);
  const credentials = { accessTokenUrl, clientId, authentication, ...(scope === undefined ? {} : { scope }) };
  return await exchange(credentials, {
    fetch,
    sleep,
    codes: CONNECTOR_FAILURES,
    what: `${name}, token request of ${clientId}`,
    next,
  });
}
