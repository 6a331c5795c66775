import { putSecretValue } from '../../local/stand-ins/secrets-manager/values.ts';
import { CLIENT_ID, createWorld, FIRST_SECRET, REALM, type TestWorld, type WorldOptions } from './world.ts';

/** The access secret with which the rotator signs in, and which the rotation writes. */
export const ACCESS_ID = 'csr-access/acme-prod/iam';

/** A world in which the credential is the rotator's own client, and its consumer the access secret. */
export function ownWorld(options: Pick<WorldOptions, 'overlap'> & { readonly settings?: object } = {}): TestWorld {
  const world = createWorld({
    ...options,
    settings: {
      iam: {
        adminUrl: `https://iam.example.com/auth/admin/realms/${REALM}`,
        auth: { clientId: CLIENT_ID, secretId: ACCESS_ID },
      },
      connectors: [{ name: 'the rotator', via: 'access-secret', secretId: ACCESS_ID }],
      ...options.settings,
    },
  });
  const own = world.iam.findClient(REALM, CLIENT_ID)?.id ?? '';
  world.iam.permit(REALM, CLIENT_ID, { kind: 'clients', list: true, clients: [own] });
  storeAccess(world, { ca: 'kept', clientSecret: FIRST_SECRET });
  world.advance(3_600_000);
  return world;
}

/** What a person puts into the access secret, beside every interceptor. */
export function storeAccess({ secrets }: TestWorld, value: unknown): void {
  const ClientRequestToken = `by-hand-${secrets.versions(ACCESS_ID).length}`.padEnd(32, '0');
  const SecretString = typeof value === 'string' ? value : JSON.stringify(value);
  putSecretValue(secrets.store, { SecretId: ACCESS_ID, ClientRequestToken, SecretString });
}

/** What the access secret holds. */
export function storedAccess({ secrets }: TestWorld): Record<string, string> {
  const version = secrets.versions(ACCESS_ID).find(({ stages }) => stages.includes('AWSCURRENT'));
  return JSON.parse(version?.SecretString ?? '{}');
}
