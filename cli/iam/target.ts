import type { Credential, KeycloakSettings } from '../../functions/credential/settings/credential.ts';
import { failed, usage } from '../errors.ts';

/** A realm, and the client in it that rotates some of its clients. */
export interface Target {
  /** The admin address of the realm, as `iam.adminUrl`. */
  readonly adminUrl: string;
  /** Where the rotator signs in. */
  readonly accessTokenUrl: string;
  /** The Client ID of the rotator. */
  readonly rotator: string;
  /** How the rotator signs in, as `iam.auth`. */
  readonly auth: KeycloakSettings['auth'];
  /** Client IDs of the clients that the rotator rotates, sorted, each once. */
  readonly clients: readonly string[];
  /** Those of them whose settings demand an overlap. */
  readonly overlapping: readonly string[];
  /** Ids of the credentials in the fleet file. */
  readonly credentials: readonly string[];
}

/** A credential whose IAM is called. */
interface Called extends Credential {
  readonly iam: KeycloakSettings;
}

/**
 * The realm of some credentials. All credentials of the fleet with the same realm and rotator belong to it, since they share one
 * permission: to leave one out would take the rotator's right to it away.
 *
 * @param ids of credentials in one realm with one rotator
 * @throws {CliError} when an id is unknown, has no admin API, or belongs to another realm or rotator
 */
export function targetOf(ids: readonly string[], fleet: readonly Credential[]): Target {
  const [first, ...others] = ids.map((id) => calledBy(id, fleet));
  if (first === undefined) throw usage('No credential was named', 'Name one: --id acme-prod.');
  const stranger = others.find((one) => !isSameRotator(one, first));
  if (stranger !== undefined)
    throw usage(
      `${stranger.id} is in another realm than ${first.id}, or has another rotator`,
      'Name credentials of one realm and one rotator; the others are a command of their own.',
    );
  const all = fleet.filter((one): one is Called => isCalled(one) && isSameRotator(one, first));
  const { adminUrl, auth } = first.iam;
  return {
    adminUrl,
    accessTokenUrl: auth.accessTokenUrl ?? first.accessTokenUrl,
    rotator: auth.clientId,
    auth,
    clients: clientsOf(all),
    overlapping: clientsOf(all.filter(({ strategy }) => strategy === 'dual-secret')),
    credentials: all.map(({ id }) => id),
  };
}

/** The access secret of the rotator; undefined where the rotator has a key. */
export function secretIdOf({ auth }: Pick<Target, 'auth'>): string | undefined {
  return 'secretId' in auth ? auth.secretId : undefined;
}

function clientsOf(credentials: readonly Called[]): string[] {
  return [...new Set(credentials.flatMap(({ clientId }) => clientId))].sort();
}

function calledBy(id: string, fleet: readonly Credential[]): Called {
  const found = fleet.find((one) => one.id === id);
  if (found === undefined) throw usage(`The fleet has no credential ${id}`, 'Compare the id with the fleet file.');
  if (isCalled(found)) return found;
  throw failed({
    credential: id,
    what: 'Its IAM is manual: nobody calls it',
    next: 'Nothing is to be prepared: a person refreshes the secret, see csr submit.',
  });
}

function isCalled(credential: Credential): credential is Called {
  return credential.iam.type === 'keycloak';
}

function isSameRotator({ iam: one }: Called, { iam: other }: Called): boolean {
  return one.adminUrl === other.adminUrl && one.auth.clientId === other.auth.clientId;
}

/** The name of the realm. */
export function realmOf({ adminUrl }: Pick<Target, 'adminUrl'>): string {
  return decodeURIComponent(adminUrl.slice(adminUrl.lastIndexOf('/') + 1));
}

/** The address of the server with its path, without a slash at its end. */
export function serverOf({ adminUrl }: Pick<Target, 'adminUrl'>): string {
  return adminUrl.slice(0, adminUrl.lastIndexOf('/admin/realms/'));
}

/** The token endpoint of a realm of the same server. */
export function tokenUrlOf(target: Pick<Target, 'adminUrl'>, realm = realmOf(target)): string {
  return `${serverOf(target)}/realms/${encodeURIComponent(realm)}/protocol/openid-connect/token`;
}

/** Whether the rotator signs in to the realm that it rotates in: fine-grained permissions know no other. */
export function isOwnRealm(target: Target): boolean {
  return target.accessTokenUrl.endsWith(`/realms/${encodeURIComponent(realmOf(target))}/protocol/openid-connect/token`);
}
