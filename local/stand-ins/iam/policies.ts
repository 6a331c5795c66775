import * as z from 'zod';
import type { Client, Release } from './client.ts';
import { adminError, KeycloakError, unknownError } from './errors.ts';
import type { RotationPeriods } from './secret-rotation.ts';

const configuration = z.record(z.string(), z.unknown()).default({});

/** The body of `PUT …/client-policies/profiles`; it replaces the whole list. */
export const Profiles = z.object({
  profiles: z.array(
    z.looseObject({
      name: z.string(),
      executors: z.array(z.object({ executor: z.string(), configuration })).default([]),
    }),
  ),
});
export type Profiles = z.infer<typeof Profiles>;

/** The body of `PUT …/client-policies/policies`; it replaces the whole list. */
export const Policies = z.object({
  policies: z.array(
    z.looseObject({
      name: z.string(),
      enabled: z.boolean().default(false),
      conditions: z.array(z.object({ condition: z.string(), configuration })).default([]),
      profiles: z.array(z.string()).default([]),
    }),
  ),
});
export type Policies = z.infer<typeof Policies>;

type Condition = Policies['policies'][number]['conditions'][number];

const EXECUTOR = 'secret-rotation';

/** Whether a condition holds for a client that is being changed; one that has no opinion on changes holds for none. */
const CONDITIONS: Record<string, (client: Client, configuration: Condition['configuration']) => boolean> = {
  'any-client': () => true,
  'client-access-type': (client, { type }) => list(type).includes(accessTypeOf(client)),
  'client-attributes': (client, { attributes }) =>
    pairsOf(attributes).every(({ key, value }) => client.attributes[key] === value),
  'client-roles': (client, { roles }) => list(roles).some((role) => client.roles.some((own) => own === role)),
  'client-scopes': () => false,
  'grant-type': () => false,
};

/**
 * Refuses profiles that Keycloak refuses.
 *
 * @param feature whether the server runs with the feature `client-secret-rotation`
 * @throws {KeycloakError} 400 for an unknown executor or impossible periods, 500 for absent ones
 */
export function checkProfiles({ profiles }: Profiles, feature: boolean): void {
  for (const { executor, configuration } of profiles.flatMap(({ executors }) => executors)) {
    if (executor !== EXECUTOR || !feature || !possible(configuration)) {
      const errorMessage =
        'proposed client profile contains the executor, which does not have valid provider, or has invalid configuration.';
      throw new KeycloakError(400, { errorMessage });
    }
  }
}

/**
 * Refuses policies that Keycloak refuses, and what is not embedded.
 *
 * @throws {KeycloakError} 400 for an unknown profile or a condition that the release doesn't have, 501 for a condition that the embedded IAM doesn't know
 */
export function checkPolicies({ policies }: Policies, { profiles }: Profiles, release: Release): void {
  const names = profiles.map(({ name }) => name);
  for (const policy of policies) {
    const unknown = policy.profiles.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      const told = `Policy ${policy.name} contains invalid profile ${unknown}`;
      const errorMessage = release === '22.0' ? 'referring not existing client profile not allowed.' : told;
      throw new KeycloakError(400, { errorMessage });
    }
    for (const { condition, configuration } of policy.conditions) {
      if (release === '22.0' && condition === 'client-attributes') {
        const errorMessage = 'the proposed client policy contains the condition with its invalid configuration.';
        throw new KeycloakError(400, { errorMessage });
      }
      if (!CONDITIONS[condition]) throw adminError(501, `the embedded IAM has no condition ${condition}`);
      if (`${configuration['is-negative-logic'] ?? false}` !== 'false') {
        throw adminError(501, 'the embedded IAM has no negative logic');
      }
    }
  }
}

/** The periods of the rotation policy that applies to a client as it now is, or undefined when none does. */
export function rotationPeriodsFor(
  client: Client,
  { policies }: Policies,
  { profiles }: Profiles,
): RotationPeriods | undefined {
  if (client.publicClient || client.bearerOnly) return undefined;
  const applying = policies.filter(
    ({ enabled, conditions }) => enabled && conditions.length > 0 && holdAll(client, conditions),
  );
  const names = applying.flatMap((policy) => policy.profiles);
  const executors = profiles.filter(({ name }) => names.includes(name)).flatMap((profile) => profile.executors);
  const rotation = executors.find(({ executor }) => executor === EXECUTOR);
  return rotation && periodsOf(rotation.configuration);
}

function holdAll(client: Client, conditions: readonly Condition[]): boolean {
  return conditions.every(({ condition, configuration }) => CONDITIONS[condition]?.(client, configuration) ?? false);
}

function possible(configuration: Condition['configuration']): boolean {
  const { expiration, rotatedExpiration } = periodsOf(configuration);
  const remaining = period(configuration, 'remaining-rotation-period');
  return expiration > 0 && rotatedExpiration <= expiration && remaining <= expiration;
}

function periodsOf(configuration: Condition['configuration']): RotationPeriods {
  return {
    expiration: period(configuration, 'expiration-period'),
    rotatedExpiration: period(configuration, 'rotated-expiration-period'),
  };
}

function period(configuration: Condition['configuration'], name: string): number {
  const text = `${configuration[name] ?? ''}`;
  if (!/^-?\d+$/.test(text)) throw unknownError();
  return Number(text);
}

function accessTypeOf({ publicClient, bearerOnly }: Client): string {
  if (publicClient) return 'public';
  return bearerOnly ? 'bearer-only' : 'confidential';
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The pairs of a `client-attributes` condition, which Keycloak keeps as JSON in a text. */
function pairsOf(attributes: unknown): { key: string; value: string }[] {
  const pairs = z.array(z.object({ key: z.string(), value: z.string() }));
  try {
    return pairs.parse(JSON.parse(String(attributes)));
  } catch {
    return [{ key: '', value: '' }];
  }
}
