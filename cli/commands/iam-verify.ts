import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { accessSecrets } from '../../functions/adapters/secrets-manager/access-secrets.ts';
import type { Context, Result } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { realmOf, type Target } from '../iam/target.ts';
import type { Check } from '../iam/verify/checks.ts';
import type { RotatorDeps } from '../iam/verify/rotator.ts';
import { shown, table } from '../terminal/text.ts';
import { type RealmOptions, targetFrom } from './iam-options.ts';

/** Options of `csr iam verify`. */
export interface VerifyOptions extends RealmOptions {
  readonly neighbour?: readonly string[];
  readonly manageClients?: boolean;
  /** False with `--no-write`. */
  readonly write: boolean;
}

/** In milliseconds, for one call. */
const PATIENCE_MS = 30_000;

/** Carries `csr iam verify` out. */
export async function verify(context: Context, options: VerifyOptions): Promise<Result> {
  const [{ abilityChecks }, { refusalChecks }, { isWrong }] = await Promise.all([
    import('../iam/verify/abilities.ts'),
    import('../iam/verify/refusals.ts'),
    import('../iam/verify/checks.ts'),
  ]);
  const target = await targetFrom(context, options);
  const deps = await rotatorDeps(context);
  const signedIn = await signIn(target, deps);
  if (signedIn.result !== 'ok') return resultOf(target, [signedIn], isWrong);
  const { neighbour: others = [], manageClients = false, write } = options;
  const allowed = await abilityChecks(target, deps, write);
  const refused = await refusalChecks(target, deps, { nobody: randomUUID(), others, manageClients });
  return resultOf(target, [signedIn, ...allowed, ...refused], isWrong);
}

/** What a run has: the access secret is read from Secrets Manager, or KMS signs, by the caller's own right. */
async function rotatorDeps({ session }: Context): Promise<RotatorDeps> {
  const { createFetch } = await import('../../functions/adapters/http/fetch.ts');
  await session.keys();
  return {
    fetch: createFetch({ local: true, privateTargets: true, timeoutMs: PATIENCE_MS }),
    sleep,
    now: () => new Date(),
    newId: randomUUID,
    accessSecrets: accessSecrets(await session.secretsManager()),
    signer: {
      sign: async (keyId, message) => {
        const [{ kmsSigner }, { sessionSignCall }] = await Promise.all([
          import('../../functions/adapters/kms/kms-signer.ts'),
          import('../aws/sign.ts'),
        ]);
        return await kmsSigner(sessionSignCall(session), { tryMs: () => PATIENCE_MS }).sign(keyId, message);
      },
    },
  };
}

/** The first thing, without which nothing else can be tried. */
async function signIn(target: Target, deps: RotatorDeps): Promise<Check> {
  const [{ adminApi }, { credentialOf }, { RotationError }] = await Promise.all([
    import('../../functions/adapters/keycloak/admin-api.ts'),
    import('../iam/verify/rotator.ts'),
    import('../../functions/credential/errors.ts'),
  ]);
  const check = { on: target.rotator, what: 'sign in', expected: 'allowed' } as const;
  try {
    // Whoever has signed in is told the realm's name, or is refused it.
    await adminApi(credentialOf(target), deps).call(target.adminUrl, { method: 'GET' });
  } catch (error) {
    if (!(error instanceof RotationError)) throw error;
    if (error.code !== 'iam-forbidden') return { ...check, result: 'missing', proof: error.message };
  }
  return { ...check, result: 'ok', proof: 'an access token was given, and the admin API takes it' };
}

function resultOf(target: Target, checks: readonly Check[], isWrong: (check: Check) => boolean): Result {
  const wrong = checks.filter(isWrong);
  const { adminUrl, rotator, clients } = target;
  const rows = checks.map(({ on, what, expected, result, proof }) => [on, what, expected, result, shown(proof)]);
  const sum =
    wrong.length === 0
      ? `${rotator} can do what it must in ${realmOf(target)}, and nothing else that was tried.`
      : `${wrong.length} of ${checks.length} checks are not ok.`;
  return {
    exit: wrong.length === 0 ? EXIT.done : EXIT.failed,
    value: { ok: wrong.length === 0, adminUrl, rotator, clients, checks },
    text: `${table(['ON', 'WHAT', 'HAS TO BE', 'RESULT', 'PROOF'], rows, Number.POSITIVE_INFINITY)}\n${sum}`,
  };
}
