import { anyway } from '../../functions/credential/settings/parts/checks.ts';

/** A URL of a credential, and the setting that names it. */
interface Address {
  readonly path: readonly PropertyKey[];
  readonly url: string;
}

const SECRET_PARAMETER =
  /^(code|key|pw|pwd|sig|auth)$|secret|signature|passw|token|api-?_?key|(access|function|subscription)-?_?key/i;
const REALM_OF_TOKENS = /\/realms\/([^/]+)\/protocol\/openid-connect\/token$/;
const REALM_OF_ADMIN = /\/admin\/realms\/([^/]+)$/;

/** Every address that a rotation of a credential may call. What is no text is left out: other rules tell of it. */
export function addressesOf(credential: unknown): Address[] {
  const { accessTokenUrl, iam, serviceUri, connectors } = membersOf(credential);
  const { adminUrl, auth } = membersOf(iam);
  const named: [readonly PropertyKey[], unknown][] = [
    [['accessTokenUrl'], accessTokenUrl],
    [['iam', 'adminUrl'], adminUrl],
    [['iam', 'auth', 'accessTokenUrl'], membersOf(auth).accessTokenUrl],
    [['serviceUri'], serviceUri],
    ...(Array.isArray(connectors) ? connectors : []).flatMap((connector, index) =>
      connectorAddresses(connector, index),
    ),
  ];
  return named.flatMap(([path, url]) => (typeof url === 'string' && URL.canParse(url) ? [{ path, url }] : []));
}

function connectorAddresses(connector: unknown, index: number): [readonly PropertyKey[], unknown][] {
  const { url, auth } = membersOf(connector);
  return [
    [['connectors', index, 'url'], url],
    [['connectors', index, 'auth', 'accessTokenUrl'], membersOf(auth).accessTokenUrl],
  ];
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Checks that a credential's addresses fit together, and that none carries what opens a door. */
export const addressesFit = anyway<unknown>((credential, tell) => {
  const { accessTokenUrl, iam } = membersOf(credential);
  const [tokens, admin] = [realmIn(accessTokenUrl, REALM_OF_TOKENS), realmIn(membersOf(iam).adminUrl, REALM_OF_ADMIN)];
  if (tokens !== undefined && admin !== undefined && tokens !== admin) {
    tell(['iam', 'adminUrl'], `its realm '${admin}' is not '${tokens}', that of accessTokenUrl`);
  }
  for (const { path, url } of addressesOf(credential)) {
    if (![...new URL(url).searchParams.keys()].some((name) => SECRET_PARAMETER.test(name))) continue;
    tell(
      [...path],
      'carries a key in its query: renew it, since the file may have been read; the new one goes into an access secret',
    );
  }
});

function realmIn(url: unknown, pattern: RegExp): string | undefined {
  const [, realm] = (typeof url === 'string' && pattern.exec(url)) || [];
  try {
    return realm && decodeURIComponent(realm);
  } catch {
    return realm;
  }
}
