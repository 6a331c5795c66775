import { type Credential, writtenAccessSecrets } from '../../../functions/credential/settings/credential.ts';
import { realmAt, realmOf } from './realms.ts';

/** Why a Keycloak can't be set up for a fleet: one line for each fault, in the form of the fleet file's own. */
export function planFaults(credentials: readonly Credential[]): string[] {
  return credentials.flatMap((credential, index) =>
    [...rotatorFaults(credential, credentials), ...connectorFaults(credential, credentials)].map(
      (fault) => `credentials[${index}].${fault}`,
    ),
  );
}

/** What is allowed, yet worth a second look, in the form of {@link planFaults}. */
export function planWarnings(credentials: readonly Credential[]): string[] {
  return credentials.flatMap((credential, index) => {
    const first = credentials.find((one) => shareClient(one, credential));
    if (first === credential || first === undefined) return [];
    return [`credentials[${index}].clientId: ${first.id} rotates the same client of the same realm`];
  });
}

/** A client has one role: the secret of one that is rotated changes. */
function rotatorFaults(credential: Credential, credentials: readonly Credential[]): string[] {
  if (credential.iam.type === 'manual') return [];
  const { auth } = credential.iam;
  const { clientId } = auth;
  const realm = realmOf(credential);
  if (!rotatedIn(realm, credentials).includes(clientId)) return [];
  const byItself = credentials.some(
    (one) => realmOf(one) === realm && 'secretId' in auth && writtenAccessSecrets(one).includes(auth.secretId),
  );
  if (byItself) return [];
  return [`iam.auth.clientId: '${clientId}' is itself rotated; name a client of its own`];
}

function connectorFaults({ connectors }: Credential, credentials: readonly Credential[]): string[] {
  return connectors.flatMap((connector, index) => {
    if (connector.via !== 'https') return [];
    const { auth } = connector;
    const realm = auth.type === 'client-credentials' ? realmAt(auth.accessTokenUrl) : undefined;
    if (auth.type !== 'client-credentials' || realm === undefined) return [];
    const path = `connectors[${index}].auth`;
    const faults: string[] = [];
    const taken = [...rotatedIn(realm, credentials), ...rotatorsIn(realm, credentials)];
    if (taken.includes(auth.clientId)) {
      faults.push(`${path}.clientId: '${auth.clientId}' is rotated or a rotator; name another client`);
    }
    const [first] = secretIdsOf({ realm, clientId: auth.clientId }, credentials);
    if (first !== auth.secretId) {
      faults.push(`${path}.secretId: the secret of '${auth.clientId}' is in '${first}' already; name that one`);
    }
    return faults;
  });
}

/** The access secrets that are to hold the secret of a connector's client; only the first one can. */
function secretIdsOf(client: { realm: string; clientId: string }, credentials: readonly Credential[]): string[] {
  return credentials
    .flatMap(({ connectors }) => connectors)
    .flatMap((connector) => {
      if (connector.via !== 'https') return [];
      const { auth } = connector;
      if (auth.type !== 'client-credentials' || auth.clientId !== client.clientId) return [];
      return realmAt(auth.accessTokenUrl) === client.realm ? [auth.secretId] : [];
    });
}

function rotatedIn(realm: string, credentials: readonly Credential[]): string[] {
  return credentials.filter((one) => realmOf(one) === realm).flatMap(({ clientId }) => clientId);
}

function rotatorsIn(realm: string, credentials: readonly Credential[]): string[] {
  return credentials
    .filter((one) => realmOf(one) === realm)
    .flatMap(({ iam }) => (iam.type === 'keycloak' ? [iam.auth.clientId] : []));
}

function shareClient(one: Credential, other: Credential): boolean {
  const ids = [other.clientId].flat();
  return realmOf(one) === realmOf(other) && [one.clientId].flat().some((id) => ids.includes(id));
}
