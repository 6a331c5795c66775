import * as z from 'zod';
import { ATTRIBUTES } from '../../../functions/adapters/keycloak/client.ts';
import { type Secret, secretText } from '../../../functions/credential/secret/secret.ts';
import { failed } from '../../errors.ts';
import type { Realm } from '../admin/realm.ts';
import type { Profile } from './recipe.ts';

/** A client as the search gives it. */
const Client = z.looseObject({
  id: z.string(),
  clientId: z.string(),
  description: z.string().optional(),
  attributes: z.record(z.string(), z.string()).default({}),
});
type Client = z.infer<typeof Client>;
const Named = z.looseObject({ name: z.string() });
const Lists = {
  profiles: z.object({ profiles: z.array(Named).default([]) }),
  policies: z.object({ policies: z.array(Named).default([]) }),
};

/** The client with exactly this Client ID. */
export async function clientIn(realm: Realm, clientId: string): Promise<Client | undefined> {
  const found = await realm.get(`/clients?clientId=${encodeURIComponent(clientId)}`, z.array(Client));
  return found.find((one) => one.clientId === clientId);
}

/** The realm's own lists of client profiles or policies; those of the whole server are not in them. */
export async function profilesOf(realm: Realm): Promise<readonly Profile[]> {
  return (await realm.get('/client-policies/profiles', Lists.profiles)).profiles;
}

/** See {@link profilesOf}. */
export async function policiesOf(realm: Realm): Promise<readonly Profile[]> {
  return (await realm.get('/client-policies/policies', Lists.policies)).policies;
}

/** Keycloak's id of the client whose roles are rights in the realm. @throws {CliError} in master, which has another one */
export async function managementIn(realm: Realm): Promise<string> {
  const found = await clientIn(realm, 'realm-management');
  if (found) return found.id;
  const what = 'The realm has no client realm-management: it is master, or no realm of Keycloak';
  throw failed({ what, next: 'Compare the admin address with iam.adminUrl of the fleet file.' });
}

/** The rotator's secret as the IAM holds it; undefined where there is none yet, or it can't be read. */
export async function secretOf(
  realm: Realm,
  rotator: { readonly uuid: string } | undefined,
): Promise<Secret | undefined> {
  if (!rotator) return undefined;
  const answer = await realm.find(`/clients/${rotator.uuid}/client-secret`);
  return z.object({ value: secretText }).safeParse(answer).data?.value;
}

/** Clients at a time: a page stays far below the largest answer that is read. */
const PAGE = 100;

/** Client IDs of all clients that carry the marker of a rotation. Keycloak can't search for it. */
export async function markedClients(realm: Realm, first = 0): Promise<string[]> {
  const page = await realm.get(`/clients?first=${first}&max=${PAGE}`, z.array(Client));
  const marked = page
    .filter(({ attributes }) => attributes[ATTRIBUTES.marker] === 'on')
    .map(({ clientId }) => clientId);
  return page.length < PAGE ? marked : [...marked, ...(await markedClients(realm, first + PAGE))];
}
