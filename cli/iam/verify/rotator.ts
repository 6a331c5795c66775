import type { KeycloakCredential, SignInDeps } from '../../../functions/adapters/keycloak/sign-in.ts';
import type { Target } from '../target.ts';

/** What the rotator's own calls are made with: exactly what a run has. */
export type RotatorDeps = SignInDeps;

/** The part of a credential's settings by which a run signs in. */
export function credentialOf({ adminUrl, accessTokenUrl, auth }: Target): KeycloakCredential {
  return { accessTokenUrl, iam: { type: 'keycloak', renewal: 'set', firstRun: 'adopt', adminUrl, auth } };
}
