/** What profile and policy are called. */
export const OVERLAP_NAME = 'client-secret-rotation';

/** The role of its own that a client needs where the policy goes by roles. */
export const OVERLAP_ROLE = 'novacura-rotate';

// Ten years: when a secret that the policy stamped expires, Keycloak refuses the current and the previous one alike.
const EXPIRATION_SECONDS = 315_360_000;

/** The profile with the executor that keeps previous secrets. */
export const OVERLAP_PROFILE = {
  name: OVERLAP_NAME,
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
  name: OVERLAP_NAME,
  enabled: true,
  profiles: [OVERLAP_NAME],
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
export function attributeCondition(attribute: { readonly key: string; readonly value: string }) {
  return { condition: 'client-attributes', configuration: { attributes: JSON.stringify([attribute]) } };
}
