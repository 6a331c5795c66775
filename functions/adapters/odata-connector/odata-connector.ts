import * as z from 'zod';
import type { CredentialDocument } from '../../credential/document.ts';
import { RotationError } from '../../credential/errors.ts';
import type { ConnectorSettings } from '../../credential/settings/credential.ts';
import type { AccessSecrets } from '../../ports/access-secrets.ts';
import {
  ConfigurationChangedError,
  type Connector,
  type ConnectorConfiguration,
  type ConnectorSection,
} from '../../ports/connector.ts';
import { CONNECTOR_FAILURES, connectionFailure, statusFailure } from '../http/failures.ts';
import type { Fetch, FetchInit } from '../http/fetch.ts';
import { repeatRead } from '../http/repeat.ts';
import { exchange } from '../oauth/token-request.ts';
import { isStrongETag } from './etag.ts';

const Section = z.object({
  flowType: z.string(),
  accessTokenUrl: z.string().nullish(),
  clientId: z.string().nullish(),
  clientSecretFingerprint: z.string().nullish(),
});

const Configuration = z.object({
  authentication: z.object({
    designTime: Section,
    runtime: Section,
    studioTestBench: Section.optional(),
    machineUsers: z.record(z.string(), Section).optional(),
  }),
});

type Section = z.infer<typeof Section>;

/** Whose sections are ours. */
export interface Ownership {
  readonly clientIds: readonly string[];
  readonly accessTokenUrl: string;
}

/** What the adapter is made of. */
export interface ConnectorDeps {
  readonly fetch: Fetch;
  readonly sleep: (ms: number) => Promise<void>;
  readonly accessSecrets: AccessSecrets;
}

/** A connector's configuration over HTTPS, by the contract in docs/connector.md. */
export function odataConnector(settings: ConnectorSettings, ours: Ownership, deps: ConnectorDeps): Connector {
  const { name, url } = settings;
  const call = authorizedFetch(settings, deps);
  return {
    name,
    read: async () => {
      const response = await call({ method: 'GET', headers: { accept: 'application/json' } });
      if (!response.ok) throw statusFailure(CONNECTOR_FAILURES, response, `${name}, GET ${url}`);
      return await parseConfiguration(name, response, ours);
    },
    write: async (configuration, document) => {
      const headers = { 'content-type': 'application/merge-patch+json', 'if-match': configuration.etag };
      const response = await call({
        method: 'PATCH',
        headers,
        body: JSON.stringify(mergePatch(configuration, document)),
      });
      if (response.status === 412) throw new ConfigurationChangedError();
      if (!response.ok) throw statusFailure(CONNECTOR_FAILURES, response, `${name}, PATCH ${url}`);
    },
  };
}

/**
 * Reads a configuration's answer.
 *
 * @throws {RotationError} `connector-invalid` when it breaks the contract; `section-not-found` when no section is ours
 */
export async function parseConfiguration(
  name: string,
  response: Response,
  ours: Ownership,
): Promise<ConnectorConfiguration> {
  const etag = response.headers.get('etag');
  const body = Configuration.safeParse(await response.json().catch(() => undefined));
  if (!isStrongETag(etag) || !body.success) {
    const what = isStrongETag(etag) ? 'is not a configuration' : 'has no strong ETag';
    throw new RotationError('connector-invalid', `${name}: the answer ${what}`);
  }
  const { machineUsers = {}, designTime, runtime, studioTestBench } = body.data.authentication;
  const named: [string, Section][] = [
    ['designTime', designTime],
    ['runtime', runtime],
    ...(studioTestBench ? [['studioTestBench', studioTestBench] satisfies [string, Section]] : []),
    ...Object.entries(machineUsers).map(([user, section]): [string, Section] => [`machineUsers/${user}`, section]),
  ];
  const sameClient = named.filter(
    ([, { flowType, clientId }]) => flowType !== 'Basic' && ours.clientIds.includes(clientId ?? ''),
  );
  const sections = sameClient
    .filter(([, { accessTokenUrl }]) => sameUrl(accessTokenUrl, ours.accessTokenUrl))
    .map(toSection);
  const sectionsSkipped = sameClient.length - sections.length;
  if (sections.length > 0) return { etag, sections, sectionsSkipped };
  const skipped = sectionsSkipped > 0 ? `; ${sectionsSkipped} with this Client ID belong to another token URL` : '';
  throw new RotationError(
    'section-not-found',
    `${name} has no section with the Client ID ${ours.clientIds.join(' or ')}${skipped}`,
  );
}

/** The merge patch that gives every section of ours the document, and touches nothing else (RFC 7396). */
export function mergePatch({ sections }: ConnectorConfiguration, document: CredentialDocument): object {
  const { clientId, clientSecret, scope } = document;
  // As it is compared: what a parser repairs in a URL, the connector may not.
  const accessTokenUrl = new URL(document.accessTokenUrl).href;
  const value = { clientId, clientSecret, accessTokenUrl, scopes: scope };
  const paths = sections.map(({ path }) => path);
  const users = paths.filter((path) => path.startsWith(USERS)).map((path) => [path.slice(USERS.length), value]);
  const single = paths.filter((path) => !path.startsWith(USERS)).map((path) => [path, value]);
  return {
    authentication: {
      ...Object.fromEntries(single),
      ...(users.length > 0 ? { machineUsers: Object.fromEntries(users) } : {}),
    },
  };
}

const USERS = 'machineUsers/';

function toSection([path, section]: [string, Section]): ConnectorSection {
  return { path, clientId: section.clientId ?? '', secretFingerprint: section.clientSecretFingerprint ?? null };
}

function sameUrl(text: string | null | undefined, ours: string): boolean {
  return typeof text === 'string' && URL.canParse(text) && new URL(text).href === new URL(ours).href;
}

/** Sends with the connector's access secret; after a 401 it is read afresh, once. */
function authorizedFetch(settings: ConnectorSettings, deps: ConnectorDeps) {
  const { name, url } = settings;
  let authorization: Promise<string> | undefined;
  const send = async (init: FetchInit): Promise<Response> => {
    const headers = { ...init.headers, authorization: (await authorization) ?? '' };
    const once = () => deps.fetch(url, { ...init, headers });
    return await (init.method === 'GET' ? repeatRead(once, deps.sleep) : once());
  };
  return async (init: FetchInit): Promise<Response> => {
    try {
      authorization ??= authorizationHeader(settings, deps, false);
      const response = await send(init);
      if (response.status !== 401) return response;
      authorization = authorizationHeader(settings, deps, true);
      return await send(init);
    } catch (error) {
      authorization = undefined;
      throw connectionFailure(CONNECTOR_FAILURES, error, `${name}, ${init.method} ${url}`);
    }
  };
}

async function authorizationHeader(
  { name, auth }: Pick<ConnectorSettings, 'name' | 'auth'>,
  deps: ConnectorDeps,
  fresh: boolean,
): Promise<string> {
  const { accessSecrets } = deps;
  switch (auth.type) {
    case 'bearer':
      return `Bearer ${(await accessSecrets.read(auth.secretId, 'token', { fresh })).token}`;
    case 'basic': {
      const { username, password } = await accessSecrets.read(auth.secretId, 'basic', { fresh });
      return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    }
    case 'client-credentials':
      return `Bearer ${await connectorToken(auth, deps, { fresh, name })}`;
  }
}

async function connectorToken(
  auth: Extract<ConnectorSettings['auth'], { type: 'client-credentials' }>,
  { fetch, sleep, accessSecrets }: ConnectorDeps,
  { fresh, name }: { fresh: boolean; name: string },
): Promise<string> {
  const { clientSecret } = await accessSecrets.read(auth.secretId, 'clientSecret', { fresh });
  const { accessTokenUrl, clientId, scope } = auth;
  const credentials = { accessTokenUrl, clientId, clientSecret, ...(scope === undefined ? {} : { scope }) };
  const what = `${name}, token request of ${clientId}`;
  const next = `See to the token endpoint of this connector's auth, ${accessTokenUrl}, and to its client ${clientId}.`;
  const answer = await exchange(credentials, { fetch, sleep, codes: CONNECTOR_FAILURES, what, next });
  if (answer.accessToken !== undefined) return answer.accessToken;
  throw new RotationError(
    'connector-unauthorized',
    `${name}, the token endpoint refuses ${clientId}: ${answer.error}: ${answer.description}`,
    { next },
  );
}
