import * as z from 'zod';
import type { Realm } from '../admin/realm.ts';

/** What a Keycloak can do for a rotation, as far as its administrator is shown that. */
export interface Abilities {
  /** For example `26.7.3`; undefined where it isn't shown. */
  readonly version: string | undefined;
  /** Whether a client can be allowed to manage some clients and no others: fine-grained admin permissions v2, from 26.2 on. */
  readonly fineGrained: boolean;
  /** Whether a client policy can go by attributes of a client, from 26.0 on; otherwise it goes by a role of the client. */
  readonly attributeCondition: boolean;
  /** Whether previous secrets can be kept: the server's feature `client-secret-rotation`. */
  readonly overlap: boolean;
}

const Providers = z.object({ providers: z.record(z.string(), z.unknown()) });

const ServerInfo = z.object({
  systemInfo: z.object({ version: z.string() }).optional().catch(undefined),
  features: z
    .array(z.object({ name: z.string(), enabled: z.boolean() }))
    .optional()
    .catch(undefined),
  providers: z.record(z.string(), Providers).catch({}),
});

/** The feature with which a realm can have permissions for single clients. */
const FINE_GRAINED = 'ADMIN_FINE_GRAINED_AUTHZ_V2';

/**
 * Asks a server what it can do. The version is for people: an ability shows in what the server lists. A server that doesn't list it to
 * this administrator is taken for one that can't.
 *
 * @param representation of the realm
 */
export async function abilitiesOf(realm: Realm, representation: Readonly<Record<string, unknown>>): Promise<Abilities> {
  const info = ServerInfo.safeParse(await realm.server('/serverinfo'));
  const { systemInfo, features, providers = {} } = info.success ? info.data : {};
  const has = (kind: string, name: string) => Object.keys(providers[kind]?.providers ?? {}).includes(name);
  const isOff = features?.some(({ name, enabled }) => name === FINE_GRAINED && !enabled) ?? false;
  return {
    version: systemInfo?.version,
    // Up to 26.1 a realm has no such switch.
    fineGrained: 'adminPermissionsEnabled' in representation && !isOff,
    attributeCondition: has('client-policy-condition', 'client-attributes'),
    overlap: has('client-policy-executor', 'secret-rotation'),
  };
}
