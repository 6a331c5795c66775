import { randomUUID } from 'node:crypto';
import type { Release } from '../../../../local/stand-ins/iam/client.ts';
import { IamEngine } from '../../../../local/stand-ins/iam/engine.ts';
import { OVERLAP_ROLE } from '../../../../local/stand-ins/iam/overlap-policy.ts';
import { randomSecret } from '../../../../local/stand-ins/iam/secret-rotation.ts';
import type { Handler } from '../../../../local/stand-ins/serve.ts';
import type { IamFixture } from '../../../contracts/iam-probe.ts';

export const REALM = 'acmeprod';

/** An engine whose clock moves only when it is told to. */
export function engineWithClock(seconds = 1_767_571_200, release: Release = '26.7') {
  const clock = { seconds };
  const engine = new IamEngine({
    now: () => clock.seconds * 1000,
    randomSecret: () => (release === '26.7' ? randomSecret() : randomSecret().slice(0, 32)),
    randomUuid: randomUUID,
  });
  return { engine, clock };
}

interface EmbeddedOptions {
  readonly fetch: Handler;
  readonly base: string;
  readonly passSeconds: IamFixture['passSeconds'];
  readonly release?: Release;
}

/** An embedded IAM for the contract's cases. `clock` is absent where time is the machine's own. */
export async function embeddedFixture(
  engine: IamEngine,
  { fetch, base, passSeconds, release = '26.7' }: EmbeddedOptions,
): Promise<IamFixture> {
  engine.createRealm(REALM, { release });
  engine.createClient(REALM, { clientId: 'realm-admin', secret: 'realm-admin-secret' });
  engine.permit(REALM, 'realm-admin', { kind: 'realm-admin' });
  const tokenUrl = `${base}/realms/${REALM}/protocol/openid-connect/token`;
  const form = { grant_type: 'client_credentials', client_id: 'realm-admin', client_secret: 'realm-admin-secret' };
  return {
    release,
    adminUrl: `${base}/admin/realms/${REALM}`,
    tokenUrl,
    fetch,
    nowSeconds: () => engine.nowSeconds,
    passSeconds,
    adminToken: async () => {
      const response = await fetch(new Request(tokenUrl, { method: 'POST', body: new URLSearchParams(form) }));
      return JSON.parse(await response.text()).access_token;
    },
    createClient: async (client) => {
      const roles = release === '22.0' ? [OVERLAP_ROLE] : [];
      return { uuid: engine.createClient(REALM, { ...client, roles }).id };
    },
    createRotator: async ({ clientId, secret, clients }) => {
      engine.createClient(REALM, { clientId, secret });
      const fine = { kind: 'clients', list: true, clients } as const;
      engine.permit(REALM, clientId, release === '26.7' ? fine : { kind: 'all-clients' });
    },
    allowHiddenScope: async (uuid, scope) => {
      engine.realm(REALM).hiddenScopes.add(scope);
      const { optionalClientScopes } = engine.client(REALM, uuid);
      engine.adjustClient(REALM, uuid, { optionalClientScopes: [...optionalClientScopes, scope] });
    },
    disableServiceAccountUser: async (uuid) => engine.adjustClient(REALM, uuid, { serviceAccountUserEnabled: false }),
  };
}
