import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type ClientPolicy from '@keycloak/keycloak-admin-client/lib/defs/clientPolicyRepresentation.js';
import type ClientProfile from '@keycloak/keycloak-admin-client/lib/defs/clientProfileRepresentation.js';
import {
  attributeCondition,
  OVERLAP_NAME,
  OVERLAP_POLICY,
  OVERLAP_POLICY_BY_ROLE,
  OVERLAP_PROFILE,
} from '../../stand-ins/iam/overlap-policy.ts';

/** Whose previous secrets a realm keeps. */
export interface OverlapPolicyOptions {
  /** An attribute that a client must have besides the marker. @default - none */
  readonly only?: { readonly key: string; readonly value: string };
  /** Whether it goes by a role of the client instead of attributes, as before 26.0. @default false */
  readonly byRole?: boolean;
}

/**
 * Makes a realm keep the previous secret of every client whose attribute `novacura.rotation` is `on`, or, by role, of those
 * that have it. Repeatable.
 *
 * @see [Client secret rotation](https://www.keycloak.org/docs/latest/server_admin/index.html#_secret_rotation)
 */
export async function setOverlapPolicy(
  api: KeycloakAdminClient,
  realm: string,
  { only, byRole = false }: OverlapPolicyOptions = {},
): Promise<void> {
  const byAttribute = [...OVERLAP_POLICY.conditions, ...(only ? [attributeCondition(only)] : [])];
  await putProfiles(api, realm, [OVERLAP_PROFILE]);
  await putPolicies(api, realm, [byRole ? OVERLAP_POLICY_BY_ROLE : { ...OVERLAP_POLICY, conditions: byAttribute }]);
}

/** Takes the policy away again; a previous secret that is still valid stays so until the client's next PUT. */
export async function removeOverlapPolicy(api: KeycloakAdminClient, realm: string): Promise<void> {
  await putPolicies(api, realm, []);
  await putProfiles(api, realm, []);
}

/** A PUT replaces the realm's whole list, so the other profiles are read first. */
async function putProfiles(api: KeycloakAdminClient, realm: string, own: ClientProfile[]): Promise<void> {
  const { profiles = [] } = await api.clientPolicies.listProfiles({ realm });
  await api.clientPolicies.createProfiles({ realm, profiles: [...profiles.filter(isAnothers), ...own] });
}

/** The same for policies. */
async function putPolicies(api: KeycloakAdminClient, realm: string, own: ClientPolicy[]): Promise<void> {
  const { policies = [] } = await api.clientPolicies.listPolicies({ realm });
  await api.clientPolicies.updatePolicy({ realm, policies: [...policies.filter(isAnothers), ...own] });
}

function isAnothers({ name }: { name?: string }): boolean {
  return name !== OVERLAP_NAME;
}
