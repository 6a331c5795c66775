import { randomInt } from 'node:crypto';
import type { Client } from './client.ts';
import { unknownError } from './errors.ts';

/** The attributes in which Keycloak keeps what belongs to a client's secret. Times are seconds since the epoch, as text. */
export const ATTRIBUTES = {
  creation: 'client.secret.creation.time',
  expiration: 'client.secret.expiration.time',
  rotated: 'client.secret.rotated',
  rotatedCreation: 'client.secret.rotated.creation.time',
  rotatedExpiration: 'client.secret.rotated.expiration.time',
} as const;

/** The periods of a secret-rotation executor, in seconds. */
export interface RotationPeriods {
  readonly expiration: number;
  readonly rotatedExpiration: number;
}

/** What the rules of rotation take from outside. */
export interface RotationDeps {
  /** Seconds since the epoch. */
  readonly nowSeconds: number;
  readonly randomSecret: () => string;
}

/** Whether the current secret has passed its expiry: then the rotated one is refused too. */
export function isSecretExpired({ attributes }: Client, nowSeconds: number): boolean {
  const expiration = wholeNumber(attributes[ATTRIBUTES.expiration]);
  return expiration > 0 && expiration < nowSeconds;
}

/** The rotated secret, whether it is still valid or not: it counts only together with its creation time. */
export function rotatedSecret({ attributes }: Client): string | undefined {
  return attributes[ATTRIBUTES.rotatedCreation] ? attributes[ATTRIBUTES.rotated] : undefined;
}

/**
 * Whether the rotated secret is past its time; without an expiration time it always is.
 *
 * @throws {KeycloakError} when its expiration time isn't a number
 */
export function isRotatedExpired({ attributes }: Client, nowSeconds: number): boolean {
  const expiration = attributes[ATTRIBUTES.rotatedExpiration];
  return !expiration || wholeNumber(expiration) < nowSeconds;
}

/** A new random secret, with its creation time. */
export function generateSecret(client: Client, { nowSeconds, randomSecret }: RotationDeps): Client {
  return {
    ...client,
    secret: randomSecret(),
    attributes: { ...client.attributes, [ATTRIBUTES.creation]: `${nowSeconds}` },
  };
}

/** What happens at the end of every change of a client that no rotation policy applies to: its overlap and expiry vanish. */
export function stripRotation(client: Client): Client {
  const stripped = omit(client, ATTRIBUTES.expiration);
  return rotatedSecret(client) === undefined ? stripped : endOverlap(stripped);
}

/** Ends the overlap: the rotated secret is valid no more. */
export function endOverlap(client: Client): Client {
  if (rotatedSecret(client) === undefined) return client;
  return omit(client, ATTRIBUTES.rotated, ATTRIBUTES.rotatedCreation, ATTRIBUTES.rotatedExpiration);
}

/**
 * What the rotation policy makes of a client that was just updated. A secret without an expiry gets one; one past its expiry
 * is replaced by a random one, and what was just set becomes the rotated one.
 *
 * @param sentAttributes whether the update carried attributes
 * @throws {KeycloakError} 500 when the policy had to act and the update carried no attributes
 */
export function applyToUpdate(
  client: Client,
  periods: RotationPeriods,
  { sentAttributes, ...deps }: RotationDeps & { readonly sentAttributes: boolean },
): Client {
  const expiration = wholeNumber(client.attributes[ATTRIBUTES.expiration]);
  if (expiration > 0 && expiration >= deps.nowSeconds) return client;
  if (!sentAttributes) throw unknownError();
  if (expiration <= 0) return withExpiry(client, periods, deps);
  return withExpiry(generateSecret(keepAsRotated(client, client.secret, { periods, deps }), deps), periods, deps);
}

/** What the rotation policy makes of a client whose secret was just regenerated. */
export function applyToRegenerated(
  client: Client,
  periods: RotationPeriods,
  { previous, ...deps }: RotationDeps & { readonly previous: string | undefined },
): Client {
  return withExpiry(keepAsRotated(client, previous, { periods, deps }), periods, deps);
}

function keepAsRotated(
  client: Client,
  secret: string | undefined,
  { periods, deps }: { periods: RotationPeriods; deps: RotationDeps },
): Client {
  if (periods.rotatedExpiration <= 0 || secret === undefined) {
    return omit(client, ATTRIBUTES.rotated, ATTRIBUTES.rotatedCreation, ATTRIBUTES.rotatedExpiration);
  }
  const rotated = {
    [ATTRIBUTES.rotated]: secret,
    [ATTRIBUTES.rotatedCreation]: `${deps.nowSeconds}`,
    [ATTRIBUTES.rotatedExpiration]: `${deps.nowSeconds + periods.rotatedExpiration}`,
  };
  return { ...client, attributes: { ...client.attributes, ...rotated } };
}

function withExpiry(client: Client, { expiration }: RotationPeriods, { nowSeconds }: RotationDeps): Client {
  const expiry = { [ATTRIBUTES.expiration]: `${nowSeconds + expiration}` };
  return { ...client, attributes: { ...client.attributes, ...expiry } };
}

function omit(client: Client, ...names: string[]): Client {
  const kept = Object.entries(client.attributes).filter(([name]) => !names.includes(name));
  return { ...client, attributes: Object.fromEntries(kept) };
}

function wholeNumber(value: string | undefined): number {
  if (value === undefined) return 0;
  if (!/^-?\d+$/.test(value)) throw unknownError();
  return Number(value);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A secret as Keycloak makes it: 86 letters and digits. */
export function randomSecret(): string {
  return Array.from({ length: 86 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
