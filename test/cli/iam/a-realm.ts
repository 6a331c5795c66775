import type { Abilities } from '../../../cli/iam/prepare/abilities.ts';
import { DESCRIPTION } from '../../../cli/iam/prepare/recipe.ts';
import type { Seen, SeenClient, SeenPermission, SeenRotator } from '../../../cli/iam/prepare/seen.ts';
import type { Target } from '../../../cli/iam/target.ts';

const BASE = 'https://acme.example.com/auth';

/** A realm with two clients to rotate. */
export const TARGET: Target = {
  adminUrl: `${BASE}/admin/realms/acmeprod`,
  accessTokenUrl: `${BASE}/realms/acmeprod/protocol/openid-connect/token`,
  rotator: 'rotator',
  auth: { clientId: 'rotator', secretId: 'client-secret-rotation-access/acme-prod/iam' },
  clients: ['A', 'B'],
  overlapping: [],
  credentials: ['acme-prod'],
};

/** What the releases can do that are supported. */
export const RELEASES = {
  '26.7': { version: '26.7.3', fineGrained: true, attributeCondition: true, overlap: true },
  '26.0': { version: '26.0.8', fineGrained: false, attributeCondition: true, overlap: true },
  '22.0': { version: '22.0.5', fineGrained: false, attributeCondition: false, overlap: true },
} as const satisfies Record<string, Abilities>;

const client = (clientId: string): SeenClient => ({ clientId, uuid: `id-${clientId}` });

/** A realm with the two clients and nothing else. */
export function freshRealm(abilities: Abilities = RELEASES['26.7']): Seen {
  return {
    abilities,
    clients: [client('A'), client('B')],
    accessSecret: 'absent',
    switchedOn: false,
    profiles: [],
    policies: [],
  };
}

/** A rotator's client as it was made here. */
export function rotatorWith(change: Partial<SeenRotator> = {}): SeenRotator {
  return {
    uuid: 'id-rotator',
    representation: {
      clientId: 'rotator',
      enabled: true,
      publicClient: false,
      bearerOnly: false,
      serviceAccountsEnabled: true,
      clientAuthenticatorType: 'client-secret',
    },
    attributes: {},
    mine: true,
    recorded: ['permissions-switch', 'role:query-clients'],
    serviceAccount: 'sa',
    roles: ['query-clients'],
    ...change,
  };
}

/** A permission for clients. */
export function permissionWith(change: Partial<SeenPermission> = {}): SeenPermission {
  return {
    id: 'p-own',
    name: 'rotator-clients',
    mine: true,
    resourceType: 'Clients',
    clients: ['id-A', 'id-B'],
    scopes: ['view', 'manage'],
    forRotator: true,
    ...change,
  };
}

/** The realm as it is after a preparation on the latest release. */
export function preparedRealm(change: Partial<Seen> = {}): Seen {
  return {
    ...freshRealm(),
    rotator: rotatorWith(),
    accessSecret: 'same',
    switchedOn: true,
    permissions: {
      client: 'ap',
      userPolicy: { id: 'u-own', mine: true, users: ['sa'], usedBy: ['rotator-clients'] },
      own: permissionWith(),
      others: [],
      count: 0,
    },
    profiles: [
      {
        name: 'client-secret-rotation',
        description: DESCRIPTION,
        executors: [
          {
            executor: 'secret-rotation',
            configuration: {
              'expiration-period': 315360000,
              'rotated-expiration-period': 172800,
              'remaining-rotation-period': 864000,
            },
          },
        ],
      },
    ],
    policies: [
      {
        name: 'client-secret-rotation',
        description: DESCRIPTION,
        enabled: true,
        profiles: ['client-secret-rotation'],
        conditions: [
          {
            condition: 'client-attributes',
            configuration: { attributes: '[{"key":"novacura.rotation","value":"on"}]' },
          },
        ],
      },
    ],
    ...change,
  };
}
