import type { Credential, KeycloakSettings } from '../../../functions/credential/settings/credential.ts';
import { realmOf } from './realms.ts';

/** What an access secret holds, each member a text. */
export type AccessDocument = Readonly<Record<string, string>>;

/**
 * Every access secret of a fleet with its document: `{"clientSecret"}` of the rotator, and for connectors `{"token":"local-<id>"}`,
 * `{"username":"<id>","password":"local-<id>"}` or `{"clientSecret":"local-<id>"}`. One that several name has all members that are
 * asked for, each with the value of the first who asks; rotators come first.
 *
 * @param ofRotators as {@link rotatorSecrets} makes them
 */
export function accessDocuments(
  credentials: readonly Credential[],
  ofRotators: ReadonlyMap<Credential, string>,
): ReadonlyMap<string, AccessDocument> {
  const documents = new Map<string, AccessDocument>();
  const add = (secretId: string, members: AccessDocument) => {
    documents.set(secretId, { ...members, ...documents.get(secretId) });
  };
  for (const credential of credentials) {
    for (const { auth } of rotatorOf(credential)) {
      if ('secretId' in auth) add(auth.secretId, { clientSecret: ofRotators.get(credential) ?? '' });
    }
  }
  for (const { id, connectors } of credentials) {
    for (const connector of connectors) {
      if (connector.via === 'https') add(connector.auth.secretId, FORMS[connector.auth.type](id));
    }
  }
  return documents;
}

const FORMS = {
  bearer: (id: string) => ({ token: `local-${id}` }),
  basic: (id: string) => ({ username: id, password: `local-${id}` }),
  'client-credentials': (id: string) => ({ clientSecret: `local-${id}` }),
} as const;

/**
 * The rotator's secret for each credential. It is one and the same where two of them name the same rotator of the same realm, or
 * the same access secret.
 */
export function rotatorSecrets(
  credentials: readonly Credential[],
  newSecret: () => string,
): ReadonlyMap<Credential, string> {
  const secrets = new Map<string, string>();
  for (const credential of credentials) {
    const names = namesOf(credential);
    const known = names.flatMap((name) => secrets.get(name) ?? []);
    const secret = known[0] ?? newSecret();
    for (const [name, other] of secrets) if (known.includes(other)) secrets.set(name, secret);
    for (const name of names) secrets.set(name, secret);
  }
  return new Map(credentials.map((credential) => [credential, secrets.get(namesOf(credential)[0] ?? '') ?? '']));
}

/** How the IAM is administered, if not by a person. */
function rotatorOf({ iam }: Credential): KeycloakSettings[] {
  return iam.type === 'keycloak' ? [iam] : [];
}

function namesOf(credential: Credential): string[] {
  return rotatorOf(credential).flatMap(({ auth }) => [
    `client ${realmOf(credential)} ${auth.clientId}`,
    ...('secretId' in auth ? [`secret ${auth.secretId}`] : []),
  ]);
}
