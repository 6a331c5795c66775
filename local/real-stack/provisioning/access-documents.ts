import type { Credential } from '../../../functions/rotation/settings.ts';

/** What an access secret holds, each member a text. */
export type AccessDocument = Readonly<Record<string, string>>;

/**
 * Every access secret of a fleet with its document: `{"clientSecret"}` of the rotator, and for connectors `{"token":"local-<id>"}`,
 * `{"username":"<id>","password":"local-<id>"}` or `{"clientSecret":"local-<id>"}`. One that several name has all members that are
 * asked for, each with the value of the first who asks; rotators come first.
 */
export function accessDocuments(
  credentials: readonly Credential[],
  rotatorSecrets: ReadonlyMap<Credential, string>,
): ReadonlyMap<string, AccessDocument> {
  const documents = new Map<string, AccessDocument>();
  const add = (secretId: string, members: AccessDocument) => {
    documents.set(secretId, { ...members, ...documents.get(secretId) });
  };
  for (const credential of credentials) {
    const { auth } = credential.iam;
    if ('secretId' in auth) add(auth.secretId, { clientSecret: rotatorSecrets.get(credential) ?? '' });
  }
  for (const { id, connectors } of credentials) {
    for (const { auth } of connectors) add(auth.secretId, FORMS[auth.type](id));
  }
  return documents;
}

const FORMS = {
  bearer: (id: string) => ({ token: `local-${id}` }),
  basic: (id: string) => ({ username: id, password: `local-${id}` }),
  'client-credentials': (id: string) => ({ clientSecret: `local-${id}` }),
} as const;
