import { adminApi } from '../../../functions/adapters/keycloak/admin-api.ts';
import { readJson } from '../../../functions/adapters/keycloak/answer.ts';
import { type ErrorCode, RotationError } from '../../../functions/credential/errors.ts';
import { serverOf, type Target } from '../target.ts';
import type { Check } from './checks.ts';
import { type Neighbour, neighboursOf } from './neighbours.ts';
import { credentialOf, type RotatorDeps } from './rotator.ts';

/** What is tried, and what is borne. */
export interface Trials {
  /** A UUID that nothing has. */
  readonly nobody: string;
  /** Keycloak's ids of other clients. */
  readonly others: readonly string[];
  /** Whether the rotator has the role `manage-clients` since its release knows nothing narrower. */
  readonly manageClients: boolean;
}

type Call = ReturnType<typeof adminApi>['call'];

/** Proves that the rotator can do nothing else: each neighbour has to be refused. */
export async function refusalChecks(target: Target, deps: RotatorDeps, trials: Trials): Promise<Check[]> {
  const { call } = adminApi(credentialOf(target), deps);
  const checks: Check[] = [];
  for (const neighbour of neighboursOf({ ...target, ...trials }))
    checks.push(await refusalCheck(neighbour, { target, call, trials }));
  return checks;
}

interface Trying {
  readonly target: Target;
  readonly call: Call;
  readonly trials: Trials;
}

async function refusalCheck(neighbour: Neighbour, { target, call, trials }: Trying): Promise<Check> {
  const { on, what, method, path, server = false, body, harmless, withManageClients } = neighbour;
  const url = server ? `${serverOf(target)}/admin${path}` : `${target.adminUrl}${path}`;
  const check = { on, what, expected: 'refused' } as const;
  const allowed = (proof: string): Check => {
    const borne = trials.manageClients && withManageClients === true;
    return { ...check, result: borne ? 'accepted' : 'too-much', proof: borne ? `${proof}, by manage-clients` : proof };
  };
  try {
    const response = await call(url, { method, ...(body && { body: JSON.stringify(body) }) });
    const { status } = response;
    if (harmless?.(await readJson(response)))
      return { ...check, result: 'ok', proof: `HTTP ${status}, and nothing of others in it` };
    return allowed(`HTTP ${status}`);
  } catch (error) {
    if (!(error instanceof RotationError)) throw error;
    if (error.code === 'iam-forbidden') return { ...check, result: 'ok', proof: 'HTTP 403' };
    if (PASSED.includes(error.code)) return allowed(`not refused: ${error.message}`);
    return { ...check, result: 'unclear', proof: error.message };
  }
}

/** "Not there" and "there already": whoever may not is refused before that. */
const PASSED: readonly ErrorCode[] = ['iam-not-found', 'iam-conflict'];
