import type { IamClient, SecretChange } from '../ports/iam.ts';
import { assertFits, FORWARD, UNDO } from './budget.ts';
import type { CredentialDocument } from './document.ts';
import { describeError, isRotationError, RotationError } from './errors.ts';
import { planRetire, takeOverTimes } from './grace.ts';
import type { Labels } from './label-reading.ts';
import { assertLabels, assertLabelsOrWon, clear, LabelsMovedError, lookAgain, promote } from './labels.ts';
import { leavesInDoubt } from './ledger.ts';
import { type ConnectorView, holds, type StoredDocument } from './observe.ts';
import type { Outcome, Rotation, Strategy } from './outcome.ts';
import { askToken, findWhenBack, isAway, PAUSES_MS, proveAccepted, proveHeld } from './proofs.ts';
import { push } from './push.ts';
import { type Run, report, step } from './run.ts';
import { keepsBeside, type Overlap } from './strategy.ts';
import { undo } from './undo.ts';

/** A candidate on its way, and all that is needed to bring it home or to take it back. */
export interface Attempt {
  readonly labels: Labels;
  readonly current: StoredDocument;
  readonly candidate: { readonly id: string; readonly document: CredentialDocument };
  /** The client that the candidate is about. */
  readonly client: IamClient;
  readonly connectors: readonly ConnectorView[];
  /** Whether C has to stay valid beside the candidate. */
  readonly overlap: Overlap;
  /** What the IAM holds is adopted or repaired: there is no strategy. */
  readonly adopts?: true;
  /** The IAM write; absent when the IAM holds the candidate already. */
  readonly change?: SecretChange;
  /** C was accepted before: where the strategy keeps it, it has to be accepted afterwards. */
  readonly honoured: boolean;
  /**
   * What an undo gives back: the IAM's secret, the connectors' and the label; all but the IAM's, where the IAM has to stay as it
   * is; or nothing, where the old secret can't be had again.
   */
  readonly wayBack: 'iam' | 'labels' | 'none';
  /** What the run has achieved once the candidate is home. */
  readonly achieves: Outcome;
}

/** The run goes on looking, or has ended. */
export type Next = 'observe' | Rotation;

/** How far an attempt has come before its promote. */
export type Applied =
  | { readonly ended: Next; readonly failures?: never }
  | { readonly ended?: never; readonly failures: ReadonlyMap<string, RotationError>; readonly kept: Kept };

/** What became of C once the IAM held the candidate. */
interface Kept {
  /** C works beside the candidate, as it was meant to. */
  readonly works: boolean;
  /** The IAM keeps C, whether it was meant to or not: it has to be ended. */
  readonly lingers: boolean;
  /** The client as it was seen to hold the candidate. */
  readonly client: IamClient;
}

/**
 * Renew → check → push → promote → clear, with nothing in between. A failure before the promote is undone. But when only a
 * connector can't be reached, and going back would not help it, the run promotes and goes on pushing.
 */
export async function execute(run: Run, attempt: Attempt): Promise<Next> {
  const applied = await apply(run, attempt);
  return applied.failures ? await settle(run, attempt, applied) : applied.ended;
}

type Reversible = Pick<Attempt, 'overlap' | 'wayBack' | 'change' | 'adopts'>;

/**
 * Whether time is kept for an undo. With overlap nobody is cut off by a run that ends half-way; what was adopted, or can't be taken
 * back, is pushed as far as time allows.
 */
function keepsTimeForUndo({ overlap, wayBack, adopts }: Reversible): boolean {
  return overlap !== 'required' && wayBack !== 'none' && !adopts;
}

/** Milliseconds that have to be left before the IAM is changed: to go forward, and where that may fail to go back. */
export function timeNeeded(run: Run, attempt: Reversible): number {
  const { change } = attempt;
  const forward = run.budget.needs(FORWARD);
  if (!keepsTimeForUndo(attempt)) return forward;
  const unanswered = change ? 2 * run.timing.httpTimeoutMs : 0;
  return forward + run.budget.needs(UNDO) + unanswered;
}

/** Renew → check → push: everything before the promote. */
export async function apply(run: Run, attempt: Attempt): Promise<Applied> {
  run.rotationId = attempt.candidate.id;
  // What an earlier attempt of this run has kept may end with this one.
  delete run.previousValidUntil;
  run.renewed = 'no';
  const leave = keepsTimeForUndo(attempt) ? run.budget.enter('forward') : () => undefined;
  try {
    if (attempt.change) await renew(run, attempt, attempt.change);
    const kept = await check(run, attempt);
    const fence = () => assertLabelsOrWon(run, { current: attempt.current.id, pending: attempt.candidate.id });
    const { connectors: views, candidate, current } = attempt;
    const failures = await push(run, { views, document: candidate.document, former: current.document, fence });
    const [failure] = failures.values();
    if (failure && !rollsForward(run, attempt, { failures, kept })) throw failure;
    return { failures, kept };
  } catch (error) {
    if (error instanceof LabelsMovedError) return { ended: lookAgain(run) };
    const failure = describeError(error);
    // An IAM that is away says nothing of a secret that it was seen to hold: connectors may use it already.
    const away = !attempt.change && isAway(error);
    return { ended: away ? report(run, { outcome: 'interrupted', failure }) : await undo(run, attempt, failure) };
  } finally {
    leave();
  }
}

/**
 * Whether a failed push is no reason to go back: where C works as well; where what was adopted, can't be taken back, or belongs to
 * another client than a C that is refused, is the only secret that does; and where another run had pushed already, as far as can be seen, before it died.
 */
function rollsForward(
  run: Run,
  { adopts, wayBack, change, connectors, candidate, current, honoured }: Attempt,
  { failures, kept }: { failures: ReadonlyMap<string, RotationError>; kept: Kept },
): boolean {
  const isDead = candidate.document.clientId !== current.document.clientId && !honoured;
  if (adopts || wayBack === 'none' || isDead) return true;
  if (kept.works) return run.distorted.size === 0;
  const writtenTo = [...failures.keys()].some((name) => run.touched.has(name));
  const readable = connectors.filter((view) => !view.error);
  const usesCandidate = readable.length === 0 || readable.some((view) => holds(view, candidate.document));
  return !change && !writtenTo && usesCandidate;
}

async function renew(run: Run, { client, candidate, current }: Attempt, change: SecretChange): Promise<void> {
  await step(run, 'renew', async () => {
    for (let tries = 0; ; tries++) {
      assertFits(run.budget, run.budget.needs(FORWARD));
      try {
        return await setSecret(run, client, change);
      } catch (error) {
        if (!isAway(error) && !isRotationError(error, 'iam-conflict')) throw error;
        if (tries === 2) throw error;
        await run.runtime.sleep(PAUSES_MS[tries] ?? 0);
        if ((await findWhenBack(run, client.clientId)).secret === change.secret) return;
        await assertLabels(run, { current: current.id, pending: candidate.id });
      }
    }
  });
}

async function setSecret(run: Run, client: IamClient, change: SecretChange): Promise<void> {
  try {
    await run.ledger.write(() => run.ports.iam.setSecret(client, change));
    run.renewed = 'answered';
  } catch (error) {
    if (leavesInDoubt(error)) {
      run.unanswered = true;
      if (run.renewed === 'no') run.renewed = 'in-doubt';
    }
    throw error;
  }
}

/**
 * A success status is no proof: the IAM has to hold the candidate and to accept it. Whether it keeps C is read from the client
 * as well: a token for C may come from a node that has not heard of the change.
 */
async function check(run: Run, attempt: Attempt): Promise<Kept> {
  return await step(run, 'check', async () => {
    const { candidate, current, overlap, honoured, adopts } = attempt;
    const wanted = honoured && overlap !== 'none';
    const [held, , early] = await together([
      proveHeld(run, candidate.document),
      proveAccepted(run, candidate.document, 'token-refused'),
      wanted ? isAcceptedNow(run, current.document) : Promise.resolve(false),
    ]);
    const lingers = isKept(run, held, attempt);
    const works = wanted && lingers && (early || (await isAcceptedStill(run, attempt)));
    if (wanted && !works && overlap === 'required') throw OVERLAP_LOST;
    if (!adopts) run.strategy = strategyOf(attempt, works);
    return { works, lingers: lingers || works, client: held };
  });
}

function isKept(run: Run, held: IamClient, { candidate, current }: Attempt): boolean {
  const { clientId, clientSecret } = current.document;
  if (candidate.document.clientId !== clientId) return true;
  return keepsBeside(held, clientSecret, run.runtime.now());
}

/** One request; an IAM that is away has not accepted anything. */
async function isAcceptedNow(run: Run, document: CredentialDocument): Promise<boolean> {
  try {
    return (await askToken(run, document)).accepted;
  } catch (error) {
    if (isRotationError(error)) return false;
    throw error;
  }
}

async function isAcceptedStill(run: Run, { current, overlap }: Attempt): Promise<boolean> {
  try {
    await proveAccepted(run, current.document, 'iam-overlap-lost');
    return true;
  } catch (error) {
    if (overlap === 'where-possible' && isRotationError(error, 'iam-overlap-lost')) return false;
    throw error;
  }
}

const OVERLAP_LOST = new RotationError(
  'iam-overlap-lost',
  'The IAM did not keep the previous secret beside the new one',
);

function strategyOf({ candidate, current }: Attempt, works: boolean): Strategy {
  if (candidate.document.clientId !== current.document.clientId) return 'alternating-clients';
  return works ? 'dual-secret' : 'in-place';
}

/** Waits for all of them: nothing of an attempt goes on while it is undone. The first that failed, in this order, is thrown. */
async function together<A, B, C>(all: [Promise<A>, Promise<B>, Promise<C>]): Promise<[A, B, C]> {
  await Promise.allSettled(all);
  return await Promise.all(all);
}

async function settle(
  run: Run,
  attempt: Attempt,
  { failures, kept }: { failures: ReadonlyMap<string, RotationError>; kept: Kept },
): Promise<Next> {
  const { candidate, current } = attempt;
  try {
    await promote(run, { from: current.id, to: candidate.id });
    run.achieved = attempt.achieves;
    if (attempt.achieves === 'rotated') run.promoted = true;
    const client = await takeOverTimes(run, kept.client, kept.works ? current.document : undefined);
    await planEnd(run, attempt, { ...kept, validUntil: client.previous?.validUntil });
    await probeProjection(run, candidate.document);
    const [failure] = failures.values();
    if (failure) return await storedNotApplied(run, { failure, previous: current.document, client: kept.client });
    await clear(run, candidate.id);
  } catch (error) {
    if (error instanceof LabelsMovedError) return lookAgain(run);
    throw error;
  }
  return run.renewAdopted ? 'observe' : report(run, { outcome: attempt.achieves });
}

/**
 * Plans the end of C where the IAM keeps it: after grace where it was to be kept, else as soon as can be. A secret that is refused
 * today, since it has expired, may be accepted tomorrow, since somebody saved the client.
 */
async function planEnd(
  run: Run,
  { current, candidate }: Attempt,
  kept: Kept & { readonly validUntil: Date | undefined },
): Promise<void> {
  const same = current.document.clientSecret === candidate.document.clientSecret;
  if (same || !kept.lingers) return;
  const { validUntil, works } = kept;
  await planRetire(run, { versionId: current.id, promotedAt: run.runtime.now(), validUntil, works, atOnce: !works });
}

interface StoredNotApplied {
  readonly failure: RotationError;
  /** What a connector that is behind may still use. */
  readonly previous?: CredentialDocument | undefined;
  /** The client as it was seen to hold the current secret. */
  readonly client: IamClient;
}

/**
 * The truth is stored, a connector is behind: AWSPENDING stays on the current version. Whether the old secret works is asked, where
 * the IAM keeps it: a node that has not heard of the change accepts also what is kept no more.
 */
export async function storedNotApplied(run: Run, { failure, previous, client }: StoredNotApplied): Promise<Rotation> {
  const previousWorks = previous !== undefined && (await stillWorks(run, previous, client));
  return report(run, { outcome: 'stored-not-applied', previousWorks, failure: describeError(failure) });
}

async function stillWorks(run: Run, document: CredentialDocument, client: IamClient): Promise<boolean | null> {
  const { clientId, secret, previous } = client;
  if (clientId !== document.clientId) return await doesItWork(run, document);
  // It is the current one, which was proven.
  if (secret === document.clientSecret) return true;
  return previous?.secret === document.clientSecret && (await doesItWork(run, document));
}

/** Whether a secret gets a token; null when the IAM can't be asked. */
export async function doesItWork(run: Run, document: CredentialDocument): Promise<boolean | null> {
  try {
    return (await askToken(run, document)).accepted;
  } catch (error) {
    if (isRotationError(error)) return null;
    throw error;
  }
}

async function probeProjection(run: Run, document: CredentialDocument): Promise<void> {
  const { projection, tokens } = run.ports;
  if (!projection) return;
  await step(run, 'projection', async () => {
    const answer = await tokens.request(document);
    run.projection = answer.accepted ? await projection.probe(answer.accessToken) : 'unavailable';
  });
}
