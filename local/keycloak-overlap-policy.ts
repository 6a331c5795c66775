import type { AdminRequest } from './keycloak-http.ts';

const NAME = 'client-secret-rotation';

/** The role of its own that a client needs where the policy goes by roles. */
export const OVERLAP_ROLE = 'novacura-rotate';

// Ten years: when a secret that the policy stamped expires, Keycloak refuses the current and the previous one alike.
const EXPIRATION_SECONDS = 315_360_000;

/** The profile with the executor that keeps previous secrets. */
export const OVERLAP_PROFILE = {
  name: NAME,
  executors: [
    {
      executor: 'secret-rotation',
      configuration: {
        'expiration-period': EXPIRATION_SECONDS,
        'rotated-expiration-period': 172_800,
        'remaining-rotation-period': 864_000,
      },
    },
  ],
};

/** The policy that applies the profile to clients that carry the marker. */
export const OVERLAP_POLICY = {
  name: NAME,
  enabled: true,
  profiles: [NAME],
  conditions: [attributeCondition({ key: 'novacura.rotation', value: 'on' })],
};

/**
 * The policy where the condition above does not exist (before 26.0): it applies to clients that have this role of their own, which
 * somebody has to make.
 */
export const OVERLAP_POLICY_BY_ROLE = {
  ...OVERLAP_POLICY,
  conditions: [{ condition: 'client-roles', configuration: { roles: [OVERLAP_ROLE] } }],
};

/** A policy applies where all of its conditions do. The attributes are a JSON text, not JSON: that is what this one takes. */
function attributeCondition(attribute: { readonly key: string; readonly value: string }) {
  return { condition: 'client-attributes', configuration: { attributes: JSON.stringify([attribute]) } };
}

/** Whose previous secrets a realm keeps. */
export interface OverlapPolicyOptions {
  /** An attribute that a client must have besides the marker. @default - none */
  readonly only?: { readonly key: string; readonly value: string };
  /** Whether it goes by {@link OVERLAP_ROLE} instead of attributes, as before 26.0. @default false */
  readonly byRole?: boolean;
}

/**
 * Makes a realm keep the previous secret of every client whose attribute `novacura.rotation` is `on`, or, by role, of those
 * that have it. Repeatable.
 *
 * @see [Client secret rotation](https://www.keycloak.org/docs/latest/server_admin/index.html#_secret_rotation)
 */
export async function setOverlapPolicy(
  call: AdminRequest,
  realm: string,
  { only, byRole = false }: OverlapPolicyOptions = {},
): Promise<void> {
  const byAttribute = [...OVERLAP_POLICY.conditions, ...(only ? [attributeCondition(only)] : [])];
  await merge(call, { path: `/${realm}/client-policies/profiles`, key: 'profiles', entry: OVERLAP_PROFILE });
  const policy = byRole ? OVERLAP_POLICY_BY_ROLE : { ...OVERLAP_POLICY, conditions: byAttribute };
  await merge(call, { path: `/${realm}/client-policies/policies`, key: 'policies', entry: policy });
}

/** Takes the policy away again; a previous secret that is still valid stays so until the client's next PUT. */
export async function removeOverlapPolicy(call: AdminRequest, realm: string): Promise<void> {
  await merge(call, { path: `/${realm}/client-policies/policies`, key: 'policies' });
  await merge(call, { path: `/${realm}/client-policies/profiles`, key: 'profiles' });
}

/** A PUT replaces the realm's whole list, so the other entries are read first. */
async function merge(
  call: AdminRequest,
  { path, key, entry }: { path: string; key: 'profiles' | 'policies'; entry?: { name: string } },
): Promise<void> {
  const { body } = await call('GET', path);
  const others = (body[key] as { name: string }[]).filter(({ name }) => name !== NAME);
  await call('PUT', path, { [key]: entry ? [...others, entry] : others });
}
