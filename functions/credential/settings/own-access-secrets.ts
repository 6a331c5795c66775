import { anyway } from './parts/checks.ts';
import { ID } from './parts/parts.ts';

/** Below `<prefix>-access/`: where access secrets lie that several credentials use on purpose. */
export const SHARED = 'shared';

/** Where settings name an access secret, below the IAM or a connector. */
const PLACES = [[], ['auth'], ['tls'], ['auth', 'tls']] as const;

/**
 * A run of one credential reads its own access secrets and those that are shared on purpose: never another credential's, which a
 * copied block, or somebody who may change one schedule, would otherwise carry to hosts of its own choice.
 */
export function ownAccessSecrets({ prefix }: { readonly prefix: string }) {
  return anyway<Record<string, unknown>>(({ id, iam, connectors }, tell) => {
    // Faults of an id that can't be used are told once.
    if (typeof id !== 'string' || id === SHARED || !ID.test(id)) return;
    const [own, shared] = [id, SHARED].map((owner) => `${prefix}-access/${owner}/`) as [string, string];
    const look = (holder: unknown, path: PropertyKey[]) => {
      for (const place of PLACES) {
        const secretId = memberAt(holder, [...place, 'secretId']);
        if (typeof secretId !== 'string' || [own, shared].some((at) => secretId.startsWith(at) && secretId !== at))
          continue;
        tell(
          [...path, ...place, 'secretId'],
          `must begin with ${own}, or with ${shared} where several credentials use it`,
        );
      }
    };
    look(iam, ['iam']);
    for (const [index, one] of (Array.isArray(connectors) ? connectors : []).entries())
      look(one, ['connectors', index]);
  });
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, name) => (at as Record<string, unknown> | null | undefined)?.[name], value);
}
