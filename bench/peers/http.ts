import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { FetchInit } from '../../functions/adapters/http/fetch.ts';
import type { CredentialDocument } from '../../functions/credential/document.ts';
import type { Credential } from '../../functions/credential/settings/credential.ts';

/** A credential document as peers hold it. */
export type PlainDocument = { readonly [M in keyof CredentialDocument]: string };

/** A request as peers send it: the web's fetch takes it as well as ours does. */
interface PlainInit extends Pick<FetchInit, 'method'> {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** What peers call the world with. */
type PlainFetch = (url: string, init: PlainInit) => Promise<Response>;

/** What a peer works with. */
export interface PeerDeps {
  readonly newClient: () => SecretsManagerClient;
  readonly fetch: PlainFetch;
  readonly credential: Credential;
  /** @default - the stands' name of it */
  readonly secretId?: string;
}

/** An IAM's client, and how it may be changed. */
export interface Administered {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** Sends a request. @throws {Error} unless the answer is a success */
export async function ask(fetch: PlainFetch, url: string, init: PlainInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.ok) return response;
  throw new Error(`${init.method} ${new URL(url).pathname} was answered ${response.status}`);
}

/** Asks for a token. @throws {Error} when the secret is refused */
export async function tokenOf(
  fetch: PlainFetch,
  { accessTokenUrl, clientId, clientSecret, scope }: PlainDocument,
): Promise<string> {
  const basic = [clientId, clientSecret].map(encodeURIComponent).join(':');
  const response = await ask(fetch, accessTokenUrl, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }).toString(),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Signs in at the IAM, and finds the client. Three round trips. */
export async function administer(client: SecretsManagerClient, { fetch, credential }: PeerDeps): Promise<Administered> {
  const { iam, accessTokenUrl, scope } = credential;
  if (iam.type !== 'keycloak' || !('secretId' in iam.auth)) throw new Error('peers know this way in only');
  const { clientSecret } = await secretOf(client, iam.auth.secretId);
  const rotator = { accessTokenUrl, clientId: iam.auth.clientId, clientSecret: clientSecret ?? '', scope };
  const token = await tokenOf(fetch, rotator);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const list = `${iam.adminUrl}/clients?clientId=${encodeURIComponent(clientIdOf(credential))}`;
  const [found] = (await (await ask(fetch, list, { method: 'GET', headers })).json()) as { id: string }[];
  return { url: `${iam.adminUrl}/clients/${found?.id}`, headers };
}

/** Writes a document into the connectors, without a look at them afterwards. Three round trips. */
export async function push(
  client: SecretsManagerClient,
  { fetch, credential }: PeerDeps,
  { scope: scopes, ...document }: PlainDocument,
): Promise<void> {
  const section = { ...document, scopes };
  const body = JSON.stringify({ authentication: { designTime: section, runtime: section } });
  await Promise.all(
    credential.connectors.map(async (connector) => {
      if (connector.via !== 'https') throw new Error('peers know this door only');
      const { token } = await secretOf(client, connector.auth.secretId);
      const authorization = `Bearer ${token}`;
      const read = await ask(fetch, connector.url, { method: 'GET', headers: { authorization } });
      const etag = read.headers.get('etag') ?? '';
      const headers = { authorization, 'content-type': 'application/merge-patch+json', 'if-match': etag };
      await ask(fetch, connector.url, { method: 'PATCH', headers, body });
    }),
  );
}

/** The client that is renewed. */
export function clientIdOf({ clientId }: Credential): string {
  return [clientId].flat()[0] ?? '';
}

async function secretOf(client: SecretsManagerClient, SecretId: string): Promise<Record<string, string | undefined>> {
  const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString);
}
