import { serializeDocument } from '../functions/credential/document.ts';
import { Secret } from '../functions/credential/secret/secret.ts';
import { type Credential, credentialSchema } from '../functions/credential/settings/credential.ts';
import { IamEngine } from '../local/stand-ins/iam/engine.ts';
import { iamHandler } from '../local/stand-ins/iam/handler.ts';
import { OVERLAP_POLICY, OVERLAP_PROFILE } from '../local/stand-ins/iam/overlap-policy.ts';
import { localTokens } from '../local/stand-ins/iam/tokens.ts';
import type { createSecretsManager } from '../local/stand-ins/secrets-manager/engine.ts';
import { createSecret } from '../local/stand-ins/secrets-manager/lifecycle.ts';

export const REALM = 'acmeprod';
export const CLIENT_ID = 'NC_Flow_ClientCredentials';
/** The connector into which a person enters the secret, where there is one. */
export const DESK = 'desk';

/** Whether a section is one that a person fills in. */
export function isDesk(place: string): boolean {
  return place.startsWith(`${DESK} `);
}

/** The second of two clients that alternate; idle at first. */
export const IDLE_CLIENT_ID = 'NC_Flow_ClientCredentials_B';
export const TOKEN_URL = `https://iam.example.com/auth/realms/${REALM}/protocol/openid-connect/token`;
export const SECRET_ID = 'csr/acme-prod';
/** Where a person puts a secret that was refreshed in the IAM. */
export const INBOX_ID = 'csr-inbox/acme-prod';
/** A second credential of the same realm, in the same configurations. */
export const SECOND_ID = 'acme-second';
export const SECOND_CLIENT_ID = 'NC_Flow_Second';
/** What the stand-in of the IAM signs its tokens with. */
export const IAM_KEY = Buffer.alloc(32, 7);
export const TIMING = { leaseMs: 100_000, httpTimeoutMs: 10_000 };
export const FIRST_SECRET = 'the-secret-that-a-person-copied-once';
/** What lets the rotator in at the connectors. */
export const CONNECTOR_TOKEN = 'connector-access-token';
export const FUNCTION_TIMEOUT_MS = 90_000;

/** Which clients a realm's policy keeps previous secrets of: none, those with the marker, or every one. */
export type OverlapOf = boolean | 'any-client';

/** An IAM with the client, an idle second one, and the rotator that may change both. */
export function createIam(now: () => number, overlap: OverlapOf, { second = false } = {}) {
  let made = 0;
  const engine = new IamEngine({
    now,
    randomSecret: () => `keycloak-made-secret-${++made}`,
    randomUuid: () => `uuid-${++made}`,
  });
  engine.createRealm(REALM);
  if (overlap) {
    engine.putProfiles(REALM, { profiles: [OVERLAP_PROFILE] });
    const any = { ...OVERLAP_POLICY, conditions: [{ condition: 'any-client', configuration: {} }] };
    engine.putPolicies(REALM, { policies: [overlap === 'any-client' ? any : OVERLAP_POLICY] });
  }
  const { id } = engine.createClient(REALM, { clientId: CLIENT_ID, secret: FIRST_SECRET });
  const idle = engine.createClient(REALM, { clientId: IDLE_CLIENT_ID, secret: 'the-secret-of-the-idle-client' });
  engine.createClient(REALM, { clientId: 'flow-secret-rotator', secret: 'rotator-secret' });
  const others = second ? [engine.createClient(REALM, { clientId: SECOND_CLIENT_ID, secret: FIRST_SECRET }).id] : [];
  engine.permit(REALM, 'flow-secret-rotator', { kind: 'clients', list: true, clients: [id, idle.id, ...others] });
  const tokens = localTokens(engine, { key: IAM_KEY, randomUuid: () => `jti-${++made}` });
  return { engine, handler: iamHandler(engine, tokens) };
}

/** A UUID for each number. The first eight characters of two of them differ, as they do in life. */
export function idOf(number: number): string {
  const beginning = ((number * 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
  return `${beginning}-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** The credential's settings, with every default filled in. */
export function credentialOf(connectors: readonly string[], overrides: Record<string, unknown>): Credential {
  const { id = 'acme-prod' } = overrides;
  return credentialSchema({ prefix: 'csr', local: false }).parse({
    id,
    accessTokenUrl: TOKEN_URL,
    clientId: CLIENT_ID,
    iam: {
      adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
      auth: { clientId: 'flow-secret-rotator', secretId: `csr-access/${id}/iam` },
    },
    connectors: connectors.map((name) => overHttps(name, id)),
    schedule: { expression: 'cron(0 3 ? * SUN *)' },
    ...overrides,
  });
}

/** The settings of a connector that is reached over HTTPS. */
export function overHttps(name: string, id: unknown) {
  return {
    name,
    url: `https://flow.example.com/odata-connector/configurations/${name}`,
    auth: { type: 'bearer', secretId: `csr-access/${id}/connector` },
  };
}

/** The credential document of a secret, written out. */
export function documentText(clientSecret: string): string {
  return `{"accessTokenUrl":"${TOKEN_URL}","clientId":"${CLIENT_ID}","clientSecret":"${clientSecret}","scope":"openid microprofile-jwt"}`;
}

/** Design time, runtime and one machine user are ours; one section differs in case, one in its token URL. */
export function configurationOf(clientSecret: string, clientId = CLIENT_ID) {
  const ours = {
    flowType: 'ClientCredentials' as const,
    accessTokenUrl: TOKEN_URL,
    clientId,
    clientSecret,
    scopes: 'openid microprofile-jwt',
  };
  return {
    name: 'IFS Production',
    serviceUri: 'https://iam.example.com',
    ifsVersion: 'IFS Cloud',
    breakWorkflowOnError: true,
    authentication: {
      designTime: ours,
      runtime: ours,
      studioTestBench: { ...ours, clientId: CLIENT_ID.toUpperCase(), clientSecret: 'untouched-by-case' },
      machineUsers: {
        anna: ours,
        bert: { ...ours, accessTokenUrl: TOKEN_URL.replace('acmeprod', 'acmetest'), clientSecret: 'untouched-by-url' },
      },
    },
  };
}

/** The same, with a machine user that another client of ours is entered for. */
export function sharedConfiguration(
  configuration: ReturnType<typeof configurationOf>,
  second: { readonly clientId: string; readonly clientSecret?: string | undefined },
) {
  const { authentication, ...others } = configuration;
  const carl = { ...authentication.runtime, clientId: second.clientId, clientSecret: second.clientSecret ?? '' };
  return {
    ...others,
    authentication: { ...authentication, machineUsers: { ...authentication.machineUsers, carl } },
  };
}

/** The credential's secret, with its document once it is adopted, and the two access secrets. */
export function seedSecrets(
  secrets: ReturnType<typeof createSecretsManager>,
  credential: Credential,
  adopted: boolean,
): void {
  const create = (Name: string, SecretString?: string) => {
    const token = Buffer.from(Name).toString('hex').padEnd(32, '0').slice(0, 64);
    createSecret(secrets.store, {
      Name,
      ClientRequestToken: token,
      ...(SecretString === undefined ? {} : { SecretString }),
    });
  };
  const { accessTokenUrl, scope } = credential;
  const clientSecret = new Secret(FIRST_SECRET);
  const document = serializeDocument({ accessTokenUrl, clientId: CLIENT_ID, clientSecret, scope }).reveal();
  create(SECRET_ID, adopted ? document : undefined);
  create(`csr/${SECOND_ID}`, document.replace(CLIENT_ID, SECOND_CLIENT_ID));
  for (const id of [credential.id, SECOND_ID]) {
    create(`csr-access/${id}/iam`, JSON.stringify({ clientSecret: 'rotator-secret' }));
    create(`csr-access/${id}/connector`, JSON.stringify({ token: CONNECTOR_TOKEN }));
  }
}
