import type { AdminApiDeps, KeycloakCredential } from '../../../functions/adapters/keycloak/admin-api.ts';
import type { KeycloakDeps } from '../../../functions/adapters/keycloak/keycloak.ts';
import type { Target } from '../target.ts';

/** What the rotator's own calls are made with: exactly what a run has. */
export type RotatorDeps = KeycloakDeps & AdminApiDeps;

/** The part of a credential's settings by which a run signs in. */
export function credentialOf({ adminUrl, accessTokenUrl, auth }: Target): KeycloakCredential {
  return { accessTokenUrl, iam: { type: 'keycloak', renewal: 'set', firstRun: 'adopt', adminUrl, auth } };
}
