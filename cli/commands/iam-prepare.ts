import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, Result } from '../context.ts';
import { CliError, failed, usage } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Realm } from '../iam/admin/realm.ts';
import type { Plan } from '../iam/prepare/plan.ts';
import type { Recipe, Wish } from '../iam/prepare/recipe.ts';
import type { Seen } from '../iam/prepare/seen.ts';
import { realmOf, secretIdOf, type Target } from '../iam/target.ts';
import { leavable } from '../terminal/leave.ts';
import { openQuestions } from '../terminal/questions.ts';
import { type AdministratorOptions, askAdministrator, type RealmOptions, targetFrom } from './iam-options.ts';

/** Options of `csr iam prepare` and `csr iam undo`. */
export interface PrepareOptions extends RealmOptions, AdministratorOptions {
  readonly jwks?: string;
  readonly manageClients?: boolean;
  readonly plan?: boolean;
  readonly yes?: boolean;
}

/** A realm with its administrator. */
interface Opened {
  readonly target: Target;
  readonly realm: Realm;
}

/** What was seen, and what follows from it. */
interface Looked {
  readonly seen: Seen;
  readonly recipe: Recipe;
  readonly plan: Plan;
}

/** In milliseconds, for one call. */
const PATIENCE_MS = 30_000;

/** Asks who administers the realm, and opens it. @throws {CliError} */
export async function open(context: Context, options: PrepareOptions): Promise<Opened> {
  const { plan = false, yes = false } = options;
  if (!plan && !yes && !process.stdin.isTTY)
    throw usage('Nobody is there to confirm the plan: stdin is no terminal', 'Look at it with --plan, then add --yes.');
  const target = await targetFrom(context, options);
  const [{ createFetch }, { openRealm }] = await Promise.all([
    import('../../functions/adapters/http/fetch.ts'),
    import('../iam/admin/realm.ts'),
  ]);
  // The operator names the address: it may be one of a private network.
  const fetch = createFetch({ local: true, privateTargets: true, timeoutMs: PATIENCE_MS });
  return { target, realm: openRealm(target, await askAdministrator(options, target), { fetch, sleep }) };
}

/** Carries `csr iam prepare` out. */
export async function prepare(context: Context, options: PrepareOptions): Promise<Result> {
  const [{ readKeys }, { rotatorSecret }, report, { stepsOf }] = await Promise.all([
    import('../iam/jwks.ts'),
    import('../iam/access-secret.ts'),
    import('../iam/report.ts'),
    import('../iam/prepare/plan.ts'),
  ]);
  const given = options.jwks === undefined ? undefined : readKeys(options.jwks);
  const { target, realm } = await open(context, options);
  const jwks = given ?? (await keysInKms(target, context));
  const wish: Wish = { jwks, manageClients: options.manageClients ?? false };
  const secret = rotatorSecret(jwks === undefined ? secretIdOf(target) : undefined, context.session);
  const look = () => looked(target, wish, { realm, accessSecret: secret.compare });
  const before = await look();
  const steps = stepsOf(before.plan);
  const text = report.planText(target, before.seen, before.plan);
  const result = (now: Looked, applied: number, words: string): Result => ({
    exit: exitOf(now.plan, applied, options.plan ?? false),
    value: { ...report.planValue(target, now.seen, now.plan), applied },
    text: words,
  });
  if (options.plan) return result(before, 0, `${text}\n\n${steps.length} to do. Nothing was changed.`);
  if (steps.length === 0) return result(before, 0, `${text}\n\nNothing is to do.`);
  context.note(text);
  await confirmed(options, `Carry out these ${steps.length} steps in the realm ${realmOf(target)}?`);
  const [{ apply }, { clientIn }] = await Promise.all([
    import('../iam/prepare/apply.ts'),
    import('../iam/prepare/read.ts'),
  ]);
  const applying = { target, recipe: before.recipe, realm, storeSecret: secret.store };
  await eachOf(
    steps,
    (step) => apply(step, applying),
    'Repeat the command: it goes on. Or take it back: csr iam undo.',
  );
  const after = await look();
  const neighbour = await clientIn(realm, 'account');
  const next = stepsOf(after.plan).length > 0 ? 'Repeat the command.' : `Next: ${verifyLine(target, neighbour?.id)}`;
  return result(
    after,
    steps.length,
    `${report.planText(target, after.seen, after.plan)}\n\n${steps.length} done. ${next}`,
  );
}

/** The public key of a rotator that signs with KMS, by the caller's own right; undefined where it has a secret. */
async function keysInKms({ auth }: Target, { session }: Context): Promise<string | undefined> {
  if (!('kmsKeyId' in auth)) return undefined;
  const [{ readPublicKey }, { jwkSetOf }] = await Promise.all([
    import('../aws/public-key.ts'),
    import('../iam/jwk.ts'),
  ]);
  return JSON.stringify(await jwkSetOf(await readPublicKey(auth.kmsKeyId, session)));
}

async function looked(
  target: Target,
  wish: Wish,
  observing: Parameters<typeof import('../iam/prepare/observe.ts').observe>[1],
): Promise<Looked> {
  const [{ observe }, { recipeOf }, { planOf }] = await Promise.all([
    import('../iam/prepare/observe.ts'),
    import('../iam/prepare/recipe.ts'),
    import('../iam/prepare/plan.ts'),
  ]);
  const seen = await observe(target, observing);
  const recipe = recipeOf(target, wish, seen.abilities);
  return { seen, recipe, plan: planOf(target, recipe, seen) };
}

/** What a person still has to do keeps the rotator from working: that is no success. */
function exitOf({ manual, items }: Plan, applied: number, isPlan: boolean): Result['exit'] {
  const open = manual.some(({ needed }) => needed) || items.some(({ step }) => step !== undefined);
  if (!open || isPlan) return EXIT.done;
  return applied > 0 ? EXIT.changed : EXIT.failed;
}

function verifyLine({ adminUrl, credentials: [id], rotator, clients }: Target, neighbour = ''): string {
  const which =
    id === undefined
      ? `--admin-url ${adminUrl} --rotator ${rotator} --client ${clients.join(' --client ')}`
      : `--id ${id}`;
  return `csr iam verify ${which}${neighbour === '' ? '' : ` --neighbour ${neighbour}`}`;
}

/** @throws {CliError} unless a person agrees */
export async function confirmed({ yes = false }: PrepareOptions, text: string): Promise<void> {
  if (yes) return;
  const questions = openQuestions();
  const agreed = await questions.confirm(text, false).finally(questions.close);
  if (!agreed)
    throw failed({ what: 'The plan was not confirmed', next: 'Repeat the command when it is to be carried out.' });
}

/** Does one after the other. Whoever leaves, or meets a failure, is told how far it came. */
export async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>, next: string): Promise<void> {
  let done = 0;
  const state = () => `${done} of ${all.length} steps were carried out, and another one may have been`;
  const left = () => new CliError(EXIT.changed, { what: 'The command was left', state: state(), next });
  await leavable(left, async () => {
    for (const one of all) {
      try {
        await work(one);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        const exit = done > 0 || error.exit === EXIT.changed ? EXIT.changed : error.exit;
        throw new CliError(exit, { ...error.facts, state: done > 0 ? state() : error.facts.state, next });
      }
      done += 1;
    }
  });
}
