import * as z from 'zod';
import { anyway } from './parts/checks.ts';
import { accessSecretId } from './parts/parts.ts';

/** What the TLS connections to a host are made with. Verification can't be switched off. */
export const tls = z
  .strictObject({
    secretId: accessSecretId(
      ': {"ca":"…"} with the authorities to trust instead of the public ones, {"certificate":"…","privateKey":"…"} with a client certificate, or both; all PEM. "passphrase" opens an encrypted key.',
    ),
  })
  .optional()
  .describe(
    'The TLS of this host, where a public authority does not vouch for it, or it asks for a client certificate.',
  );

/** A place in the settings that says how a host is called over TLS. */
interface TlsPlace {
  readonly path: readonly PropertyKey[];
  readonly host: string;
  /** Undefined where the place leaves it to the defaults. */
  readonly secretId: string | undefined;
}

/** The access secrets of the hosts of a credential that have TLS settings, by host and port: they hold for all calls to that host. */
export function tlsSecrets(credential: unknown): ReadonlyMap<string, string> {
  return new Map(
    placesOf(credential).flatMap(({ host, secretId }) => (secretId === undefined ? [] : [[host, secretId]])),
  );
}

/** Refuses two TLS settings of one host: a call could keep only one of them. */
export const oneTlsForEachHost = anyway<unknown>((credential, tell) => {
  const firsts = new Map<string, string>();
  for (const { path, host, secretId } of placesOf(credential)) {
    if (secretId === undefined) continue;
    const first = firsts.get(host);
    if (first === undefined) firsts.set(host, secretId);
    else if (first !== secretId)
      tell([...path, 'tls', 'secretId'], `is not ${first}, which has the TLS of the same host`);
  }
});

/** Places with a URL that can be read: of others other rules tell. It must not rely on the shape of what it looks at. */
function placesOf(credential: unknown): TlsPlace[] {
  const { accessTokenUrl, serviceUri, iam, connectors } = membersOf(credential);
  const { adminUrl, auth } = membersOf(iam);
  return [
    ...[adminUrl, membersOf(auth).accessTokenUrl, accessTokenUrl, serviceUri].flatMap((url) =>
      placeOf(['iam'], iam, url),
    ),
    ...(Array.isArray(connectors) ? connectors : []).flatMap((connector: unknown, index) => {
      const path = ['connectors', index];
      const { url, auth: access } = membersOf(connector);
      return [
        ...placeOf(path, connector, url),
        ...placeOf([...path, 'auth'], access, membersOf(access).accessTokenUrl),
      ];
    }),
  ];
}

function placeOf(path: readonly PropertyKey[], holder: unknown, url: unknown): TlsPlace[] {
  if (typeof url !== 'string' || !URL.canParse(url)) return [];
  const { secretId } = membersOf(membersOf(holder).tls);
  return [{ path, host: new URL(url).host, secretId: typeof secretId === 'string' ? secretId : undefined }];
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
