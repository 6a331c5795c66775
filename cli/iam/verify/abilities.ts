import { keycloak } from '../../../functions/adapters/keycloak/keycloak.ts';
import { RotationError } from '../../../functions/credential/errors.ts';
import { sameSecret } from '../../../functions/credential/secret/secret.ts';
import type { Iam, IamClient } from '../../../functions/ports/iam.ts';
import type { Target } from '../target.ts';
import type { Check } from './checks.ts';
import { credentialOf, type RotatorDeps } from './rotator.ts';

/**
 * Proves what the rotator must be able to do, by the same calls that a run makes. The one write is that of a run's preflight: the marker
 * and an expiry that is far away, and no secret.
 *
 * @param write whether that write is made
 */
export async function abilityChecks(target: Target, deps: RotatorDeps, write: boolean): Promise<Check[]> {
  const iam = keycloak(credentialOf(target), deps);
  const checks: Check[] = [];
  for (const clientId of target.clients) checks.push(...(await clientChecks(clientId, { target, iam, deps, write })));
  return checks;
}

interface Trying {
  readonly target: Target;
  readonly iam: Iam;
  readonly deps: RotatorDeps;
  readonly write: boolean;
}

async function clientChecks(clientId: string, trying: Trying): Promise<Check[]> {
  const on = clientId;
  try {
    const client = await trying.iam.find(clientId);
    const { fault } = client;
    if (fault !== undefined) return [{ on, what: READ, expected: 'allowed', result: 'missing', proof: fault }];
    const proof = 'found by its exact Client ID, and its secret is shown';
    return [{ on, what: READ, expected: 'allowed', result: 'ok', proof }, ...(await writeChecks(client, trying))];
  } catch (error) {
    return [failure(on, READ, error)];
  }
}

const READ = 'read it and its secret';
const SET = 'set its secret';
const OVERLAP = 'keep its previous secret';

async function writeChecks(client: IamClient, { target, iam, deps, write }: Trying): Promise<Check[]> {
  const on = client.clientId;
  const reason = write ? reasonNotTo(client, deps.now()) : 'left out, as you said';
  if (reason !== undefined)
    return [SET, OVERLAP].map((what) => ({ on, what, expected: 'allowed', result: 'not-tried', proof: reason }));
  try {
    const keeps = await iam.probeOverlap(client);
    const same = sameSecret((await iam.find(on)).secret, client.secret);
    const wrote = 'the client was changed (marker and expiry), and its secret is the same afterwards';
    const set: Check = same
      ? { on, what: SET, expected: 'allowed', result: 'ok', proof: wrote }
      : {
          on,
          what: SET,
          expected: 'allowed',
          result: 'unclear',
          proof: 'somebody changed the secret meanwhile: repeat',
        };
    return [set, overlapCheck(on, keeps, target)];
  } catch (error) {
    return [failure(on, SET, error)];
  }
}

/** A previous secret that is alive, or an expiry that has passed, is no moment for a write that isn't needed. */
function reasonNotTo({ previous, secretExpiresAt }: IamClient, now: Date): string | undefined {
  if (previous && previous.validUntil > now)
    return `a previous secret is valid until ${previous.validUntil.toISOString()}, and a write could end it`;
  if (secretExpiresAt && secretExpiresAt <= now) return 'its secret has expired in the IAM: csr rotate repairs that';
  return undefined;
}

function overlapCheck(on: string, keeps: boolean, { overlapping }: Target): Check {
  const check = { on, what: OVERLAP, expected: 'allowed' } as const;
  if (keeps) return { ...check, result: 'ok', proof: 'an expiry that was written stays: the overlap policy applies' };
  const proof = 'the expiry that was written is gone: no overlap policy applies';
  if (overlapping.includes(on)) return { ...check, result: 'missing', proof };
  return { ...check, result: 'accepted', proof: `${proof}; it rotates in place` };
}

/** The words of a run's failures hold no secret. */
function failure(on: string, what: string, error: unknown): Check {
  if (!(error instanceof RotationError)) throw error;
  const unsure = ['iam-timeout', 'iam-unavailable', 'host-not-allowed'].includes(error.code);
  return { on, what, expected: 'allowed', result: unsure ? 'unclear' : 'missing', proof: error.message };
}
