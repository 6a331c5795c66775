import { inClear, Secret } from '../../credential/secret/secret.ts';
import type { IamClient, SecretChange } from '../../ports/iam.ts';
import { ATTRIBUTES } from './client.ts';

/** Ten years: the policy plants an expiry on the current secret, after which Keycloak refuses both. Every write moves it away. */
const FAR_FUTURE_S = 315_360_000;

/** The members of a client's representation that a write sends. */
interface Update {
  readonly secret?: Secret;
  readonly attributes: Readonly<Record<string, string | Secret>>;
}

/**
 * The body of a client's PUT. Keycloak leaves absent members as they are, with two exceptions that it takes for "off": without
 * `authorizationServicesEnabled` it deletes the client's resources, policies and permissions, and without
 * `serviceAccountsEnabled` (up to 26.0) the service account with its roles. So both are always sent, as they were read.
 */
export function putBody({ keep }: IamClient, { secret, attributes }: Update): Secret {
  const sent = { ...(secret !== undefined && inClear({ secret })), attributes: inClear(attributes) };
  return new Secret(JSON.stringify({ serviceAccountsEnabled: true, ...keep, ...sent }));
}

/**
 * Sets a secret. Keycloak merges attributes, removes blank ones, and accepts a previous secret only with both of its times.
 * Without `attributes` an expired client's update fails.
 */
export function secretUpdate({ secret, previous }: SecretChange, now: Date): Update {
  const seconds = epochSeconds(now);
  return {
    secret,
    attributes: {
      [ATTRIBUTES.createdAt]: String(seconds),
      [ATTRIBUTES.expiresAt]: String(seconds + FAR_FUTURE_S),
      [ATTRIBUTES.previous]: previous?.secret ?? '',
      [ATTRIBUTES.previousCreatedAt]: previous ? String(seconds) : '',
      [ATTRIBUTES.previousExpiresAt]: previous ? String(epochSeconds(previous.validUntil)) : '',
      ...(previous ? { [ATTRIBUTES.marker]: 'on' } : {}),
    },
  };
}

/**
 * Ends the previous secret and names the one that stays: should somebody have made another since the client was read, the secret
 * that the connectors hold is the valid one all the same.
 */
export function endUpdate({ secret }: IamClient, now: Date): Update {
  return {
    secret,
    attributes: {
      [ATTRIBUTES.expiresAt]: String(epochSeconds(now) + FAR_FUTURE_S),
      [ATTRIBUTES.previous]: '',
      [ATTRIBUTES.previousCreatedAt]: '',
      [ATTRIBUTES.previousExpiresAt]: '',
    },
  };
}

/** Sets the marker and an expiry, and no secret. Where no policy applies, Keycloak strips the expiry without a word. */
export function probeUpdate(expiresAt: Date): Update {
  return { attributes: { [ATTRIBUTES.marker]: 'on', [ATTRIBUTES.expiresAt]: String(epochSeconds(expiresAt)) } };
}

/** The expiry that a probe sets: ten years ahead, a whole second. */
export function probeExpiry(now: Date): Date {
  return new Date((epochSeconds(now) + FAR_FUTURE_S) * 1000);
}

function epochSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
