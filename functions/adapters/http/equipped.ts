import type { AccessSecrets } from '../../ports/access-secrets.ts';
import { basic } from './authorization.ts';
import { type Equipment, sameEquipment } from './connection/connections.ts';
import { HttpError, type HttpFault } from './connection/http-error.ts';
import type { Fetch } from './fetch.ts';

/** Where the equipment of calls lies. */
export interface EquipmentSecrets {
  readonly accessSecrets: AccessSecrets;
  /** The access secrets with certificates, by the host and port that they are for. */
  readonly tls: ReadonlyMap<string, string>;
  /** The access secret with the proxy's user. @default - the proxy asks for none */
  readonly proxy?: string | undefined;
}

/** After these, an access secret that holds something else by now may help. */
const MAY_BE_RENEWED: readonly HttpFault[] = [
  'server-untrusted',
  'server-expired',
  'server-mismatch',
  'client-refused',
  'client-invalid',
  'secret-invalid',
  'tls',
  'proxy-unauthorized',
];

/**
 * A fetch that takes certificates, and the proxy's user, from access secrets. Where they are refused, they are read again once, and
 * what differs is tried: nothing was carried out by then.
 */
export function equippedFetch(fetch: Fetch, secrets: EquipmentSecrets): Fetch {
  return async (url, init) => {
    const secretId = secrets.tls.get(new URL(url).host);
    if (secretId === undefined && secrets.proxy === undefined) return await fetch(url, init);
    const equipment = await equip(secrets, secretId);
    try {
      return await fetch(url, { ...init, ...equipment });
    } catch (error) {
      const renewed = await renewedAfter(error, equipment, () => equip(secrets, secretId, { fresh: true }));
      if (!renewed) throw error;
      return await fetch(url, { ...init, ...renewed });
    }
  };
}

async function renewedAfter(
  error: unknown,
  before: Equipment,
  read: () => Promise<Equipment>,
): Promise<Equipment | undefined> {
  if (!(error instanceof HttpError)) return undefined;
  if (MAY_BE_RENEWED.includes(error.kind)) {
    const now = await read();
    return sameEquipment(now, before) ? undefined : now;
  }
  // Some servers only hang up on a certificate that they refuse. The request may have got through: the next one finds what is new.
  if (error.kind === 'connection' && before.tls?.certificate !== undefined) await read().catch(() => undefined);
  return undefined;
}

async function equip(
  { accessSecrets, proxy }: EquipmentSecrets,
  secretId: string | undefined,
  options?: { fresh: boolean },
): Promise<Equipment> {
  const [tls, user] = await Promise.all([
    secretId === undefined ? undefined : accessSecrets.read(secretId, 'tls', options),
    proxy === undefined ? undefined : accessSecrets.read(proxy, 'basic', options),
  ]);
  return {
    ...(tls && secretId !== undefined && { tls: { secretId, ...tls } }),
    ...(user && { proxyAuthorization: basic(user) }),
  };
}
