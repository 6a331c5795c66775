import { ATTRIBUTES } from '../../../functions/adapters/keycloak/client.ts';
import type { Target } from '../target.ts';
import type { Abilities } from './abilities.ts';

/** What a realm is prepared with. A `marker-role` is one for each client. */
export const PARTS = {
  rotator: "the rotator's client",
  'access-secret': "the rotator's access secret in Secrets Manager",
  role: "the role of the rotator's service account",
  'permissions-switch': "the realm's fine-grained admin permissions",
  'user-policy': "who the permission is for: the rotator's service account",
  permission: 'the permission to view and manage exactly the named clients',
  'marker-role': 'the role by which the overlap policy knows a client',
  'overlap-profile': 'the client profile that keeps previous secrets',
  'overlap-policy': 'the client policy that applies the profile',
} as const;

export type Part = keyof typeof PARTS;

/** What was asked for. */
export interface Wish {
  /** The rotator's public keys, as the text of a JWK Set. Absent: the rotator has a secret. */
  readonly jwks?: string | undefined;
  /** Whether the rotator may have the role `manage-clients` where nothing narrower exists. */
  readonly manageClients: boolean;
}

/** Stands in the description of whatever is made, and says whose it is: an undo removes nothing without it. */
export const DESCRIPTION = 'Made by csr iam prepare. Remove it with csr iam undo.';

/** Attribute of the rotator's client that names the parts which were made here and have no description of their own. */
export const RECORD = 'novacura.prepared';

/** The role of its own that a client needs where the overlap policy can't go by attributes. */
export const MARKER_ROLE = 'novacura-rotate';

/** What client profile and policy are called. */
export const OVERLAP_NAME = 'client-secret-rotation';

/** Ten years: when a secret expires that the policy has stamped, Keycloak refuses the current and the previous one alike. */
const FAR_FUTURE_S = 315_360_000;

/** A member of the realm's list of client profiles. */
export interface Profile {
  readonly name: string;
  readonly [member: string]: unknown;
}

/** The desired state of a realm: data, which a plan compares with what is there. */
export interface Recipe {
  readonly rotator: {
    readonly clientId: string;
    /** What has to be so, whoever made the client. */
    readonly demanded: Readonly<Record<string, unknown>>;
    readonly attributes: Readonly<Record<string, string>>;
    /** What else a new client gets. */
    readonly initial: Readonly<Record<string, unknown>>;
  };
  /** A role of the client `realm-management`. Absent: nothing may be given without a word of the administrator. */
  readonly role?: 'query-clients' | 'manage-clients';
  /** Absent where the release has no permissions for single clients. */
  readonly permission?: { readonly name: string; readonly scopes: readonly string[]; readonly userPolicy: string };
  /** Absent where the server's feature is off. */
  readonly overlap?: { readonly profile: Profile; readonly policy: Profile; readonly markerRole?: string };
}

/**
 * The verified recipe, as far as a release knows it.
 *
 * @see [Fine-grained admin permissions](https://www.keycloak.org/docs/latest/server_admin/index.html#_fine_grained_permissions)
 * @see [Client secret rotation](https://www.keycloak.org/docs/latest/server_admin/index.html#_secret_rotation)
 */
export function recipeOf({ rotator }: Target, { jwks, manageClients }: Wish, abilities: Abilities): Recipe {
  const role = abilities.fineGrained ? 'query-clients' : manageClients ? 'manage-clients' : undefined;
  return {
    rotator: {
      clientId: rotator,
      demanded: {
        enabled: true,
        publicClient: false,
        bearerOnly: false,
        serviceAccountsEnabled: true,
        clientAuthenticatorType: jwks === undefined ? 'client-secret' : 'client-jwt',
      },
      attributes: jwks === undefined ? {} : keyAttributes(jwks),
      initial: INITIAL,
    },
    ...(role && { role }),
    ...(abilities.fineGrained && {
      permission: { ...permissionNames(rotator), scopes: SCOPES },
    }),
    ...(abilities.overlap && { overlap: overlapOf(abilities) }),
  };
}

/** What the rotator may do with a client that it rotates. */
export const SCOPES = ['view', 'manage'] as const;

/** What a rotator's permission and its policy are called. */
export function permissionNames(rotator: string): { readonly name: string; readonly userPolicy: string } {
  return { name: `${rotator}-clients`, userPolicy: `${rotator}-user` };
}

const INITIAL = {
  protocol: 'openid-connect',
  description: DESCRIPTION,
  standardFlowEnabled: false,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
} as const;

/** The keys stand in the client itself: a key that is removed there is refused at once. */
function keyAttributes(jwks: string): Record<string, string> {
  return { 'use.jwks.string': 'true', 'jwks.string': jwks, 'token.endpoint.auth.signing.alg': 'ES256' };
}

function overlapOf({ attributeCondition }: Abilities): NonNullable<Recipe['overlap']> {
  const configuration = {
    'expiration-period': FAR_FUTURE_S,
    'rotated-expiration-period': 172_800,
    'remaining-rotation-period': 864_000,
  };
  const marker = JSON.stringify([{ key: ATTRIBUTES.marker, value: 'on' }]);
  const condition = attributeCondition
    ? { condition: 'client-attributes', configuration: { attributes: marker } }
    : { condition: 'client-roles', configuration: { roles: [MARKER_ROLE] } };
  return {
    profile: {
      name: OVERLAP_NAME,
      description: DESCRIPTION,
      executors: [{ executor: 'secret-rotation', configuration }],
    },
    policy: {
      name: OVERLAP_NAME,
      description: DESCRIPTION,
      enabled: true,
      profiles: [OVERLAP_NAME],
      conditions: [condition],
    },
    ...(!attributeCondition && { markerRole: MARKER_ROLE }),
  };
}
