import { settleBelongings } from './belongings.ts';
import { type Client, type ClientRepresentation, withRepresentation } from './client.ts';
import { adminError, oauthError, unknownError } from './errors.ts';
import { periodsIn, type Realm } from './realm.ts';
import {
  applyToRegenerated,
  applyToUpdate,
  generateSecret,
  type RotationDeps,
  stripRotation,
} from './secret-rotation.ts';

const LONGEST_SECRET = 255;

/**
 * What a PUT makes of a client; nothing is stored.
 *
 * @throws {KeycloakError} 409 for a Client ID that is taken, 500 for a secret of more than 255 characters and where the policy had
 *   to act on a representation without attributes
 */
export function updated(
  before: Client,
  realm: Realm,
  { representation, deps }: { readonly representation: ClientRepresentation; readonly deps: RotationDeps },
): Client {
  const sent = withRepresentation(before, representation);
  refuseTaken(realm, sent);
  const settled = settleSecret(settleBelongings(sent, representation, realm.release), deps);
  const periods = periodsIn(realm, settled);
  const sentAttributes = Boolean(representation.attributes);
  const result = periods ? applyToUpdate(settled, periods, { ...deps, sentAttributes }) : stripRotation(settled);
  if ((result.secret?.length ?? 0) > LONGEST_SECRET) throw unknownError();
  return result;
}

/** A client with a new random secret. Only where the rotation policy applies, the previous one is kept. */
export function regenerated(before: Client, realm: Realm, deps: RotationDeps): Client {
  const client = generateSecret(before, deps);
  const periods = periodsIn(realm, client);
  return periods ? applyToRegenerated(client, periods, { ...deps, previous: before.secret }) : stripRotation(client);
}

function refuseTaken(realm: Realm, client: Client): void {
  const others = [...realm.clients.values()].filter(({ id }) => id !== client.id);
  if (others.some(({ clientId }) => clientId === client.clientId)) {
    if (realm.release === '22.0') throw adminError(409, 'unknown_error');
    throw oauthError(409, realm.release === '26.7' ? 'conflict' : 'unknown_error', 'Duplicate resource error');
  }
}

/** A public client has no secret; one that becomes confidential gets a random one. */
function settleSecret(client: Client, deps: RotationDeps): Client {
  if (client.publicClient) return { ...client, secret: undefined };
  return client.secret === undefined ? generateSecret(client, deps) : client;
}
