import type { Outcome } from '../../credential/outcome.ts';
import { type SecretVersion, VersionTakenError } from '../../ports/secret-store.ts';
import { ConnectorLedger } from './connector-ledger.ts';
import { leavesInDoubt } from './in-doubt.ts';
import type { Answers, Known } from './known.ts';

/** A label that runs move. */
type Label = 'AWSCURRENT' | 'AWSPENDING';

/** What became of the write to the IAM that replaces the secret in use: never sent or refused for certain, or else. */
type Renewal = 'not-sent' | 'in-doubt' | 'answered';

/**
 * What a run has sent to its dependencies, what they answered, and what the run saw others do. Decisions and the report are
 * derived from it, so that the report tells what is known, and says so where something is not.
 */
export class Ledger implements Known {
  readonly connectors = new ConnectorLedger();
  #carriedOut = 0;
  #unanswered = 0;
  readonly #puts = new Map<string, string>();
  readonly #confirmed = new Set<string>();
  /** Versions that were seen with a label: a list without one of them is stale. */
  readonly #shown = new Set<string>();
  /** Versions that were seen in AWSCURRENT, in this order. AWSCURRENT never goes back: a list that shows it there is stale. */
  readonly #currents: string[] = [];
  readonly #movedFrom = new Map<Label, string>();
  readonly #cleared = new Set<string>();
  #firstSeen: ReadonlySet<string> | undefined;
  #currentId: string | undefined;
  #undisturbed: boolean | undefined;
  #pendingStands: boolean | undefined;
  #clearedForeign = false;
  #renewal: Renewal = 'not-sent';
  #iamUnanswered = false;
  #achieved: Outcome | undefined;
  #promoted = false;
  #revoked = false;
  #handedOver = false;
  #owesRenewal = false;
  #answers: Answers = {};

  /** Whether the run has changed anything; null when an unanswered write leaves that open. */
  get changed(): boolean | null {
    if (this.#carriedOut > 0) return true;
    return this.#unanswered > 0 ? null : false;
  }

  /**
   * Sends a write and notes what became of it: a success has changed something; an answer that says for certain that nothing was
   * done has changed nothing; anything else leaves that open.
   */
  async sent<T>(send: () => Promise<T>): Promise<T> {
    this.#unanswered += 1;
    try {
      const answer = await send();
      this.#carriedOut += 1;
      this.#unanswered -= 1;
      return answer;
    } catch (error) {
      if (!leavesInDoubt(error)) this.#unanswered -= 1;
      throw error;
    }
  }

  /** Sends a version to the store. */
  async put<T>({ id, value, stage }: { id: string; value: string; stage: Label }, send: () => Promise<T>): Promise<T> {
    const stood = this.#pendingStands;
    this.#puts.set(id, value);
    if (stage === 'AWSPENDING') this.#pendingStands = true;
    try {
      const answer = await this.sent(send);
      this.#confirmed.add(id);
      return answer;
    } catch (error) {
      if (!leavesInDoubt(error)) {
        this.#puts.delete(id);
        this.#pendingStands = stood;
      }
      // Another run has put this version: a list without it is stale.
      if (error instanceof VersionTakenError) this.#confirmed.add(id);
      throw error;
    }
  }

  hasPut(versionId: string): boolean {
    return this.#puts.has(versionId);
  }

  /** Whether a version has exactly the value that this run has put. */
  hasPutValue(versionId: string, value: string | undefined): boolean {
    return value !== undefined && this.#puts.get(versionId) === value;
  }

  /** Ids of the versions that this run has put. */
  get putIds(): readonly string[] {
    return [...this.#puts.keys()];
  }

  /** Secrets Manager has said that a version is there. */
  confirmed(versionId: string): void {
    this.#confirmed.add(versionId);
  }

  /** Moves AWSCURRENT, as the compare-and-swap that `send` is. */
  async promote(from: string, send: () => Promise<void>): Promise<void> {
    await this.sent(send);
    this.#movedFrom.set('AWSCURRENT', from);
  }

  /** AWSCURRENT is at a version by this run's doing, or was found there already. */
  isCurrent(versionId: string): void {
    this.#currentId = versionId;
  }

  /** The version in AWSCURRENT, as far as this run knows. */
  get currentId(): string | undefined {
    return this.#currentId;
  }

  /** Takes AWSPENDING off a version. */
  async clear(versionId: string, send: () => Promise<void>): Promise<void> {
    try {
      await this.sent(send);
      this.#movedFrom.set('AWSPENDING', versionId);
    } finally {
      if (!this.#puts.has(versionId)) this.#clearedForeign = true;
    }
    this.#cleared.add(versionId);
    this.#pendingStands = false;
  }

  hasCleared(versionId: string): boolean {
    return this.#cleared.has(versionId);
  }

  /** The labels were read. */
  sawLabels({ current, ...others }: Partial<Record<'current' | 'previous' | 'pending', SecretVersion>>): void {
    this.#pendingStands = others.pending !== undefined;
    for (const version of [current, others.previous, others.pending]) if (version) this.#shown.add(version.id);
    if (current && !this.#currents.includes(current.id)) this.#currents.push(current.id);
  }

  /**
   * A version carried AWSPENDING when the labels were read last, or may carry it by this run's doing; undefined before the labels
   * were read.
   */
  get pendingStands(): boolean | undefined {
    return this.#pendingStands;
  }

  /** Whether an answer of Secrets Manager is older than what this run has done. */
  isOutdated(versions: readonly SecretVersion[]): boolean {
    const known = new Map(versions.map(({ id, stages }) => [id, stages]));
    const lacks = [...this.#confirmed, ...this.#shown].some((id) => !known.has(id));
    const former = this.#currents.slice(0, -1).some((id) => known.get(id)?.includes('AWSCURRENT'));
    return lacks || former || [...this.#movedFrom].some(([label, id]) => known.get(id)?.includes(label));
  }

  /** Whether this run knows how recent the answers of Secrets Manager are, since it has changed something there itself. */
  get knowsRecent(): boolean {
    return this.#confirmed.size > 0 || this.#movedFrom.size > 0;
  }

  /** Whether the versions have been looked at before. */
  get hasLooked(): boolean {
    return this.#firstSeen !== undefined;
  }

  /**
   * Notes the versions at the first look. Each later look tells whether anybody else has changed them since.
   *
   * @param undisturbed at the first look: nothing had changed within the last lease
   */
  sawVersions(versions: readonly SecretVersion[], currentId: string | undefined, undisturbed?: boolean): void {
    if (!this.#firstSeen) {
      this.#firstSeen = new Set(versions.map(({ id }) => id));
      this.#currentId = currentId;
      this.#undisturbed = undisturbed;
    }
    const foreign = versions.some(({ id }) => !this.#firstSeen?.has(id) && !this.#puts.has(id));
    if (foreign || currentId !== this.#currentId) this.#undisturbed = false;
  }

  /** Labels moved that another run may have moved: from then on this run begins nothing. */
  sawForeignChange(): void {
    this.#undisturbed = false;
  }

  get undisturbed(): boolean | undefined {
    return this.#undisturbed;
  }

  get mayBegin(): boolean {
    return this.#undisturbed === true && !this.#clearedForeign && !this.#iamUnanswered;
  }

  /** An attempt begins: its secret has not been sent to the IAM. */
  attemptBegins(): void {
    this.#renewal = 'not-sent';
  }

  /** Sends the write to the IAM that replaces the secret in use. */
  async renew<T>(send: () => Promise<T>): Promise<T> {
    try {
      const answer = await this.sent(send);
      this.#renewal = 'answered';
      return answer;
    } catch (error) {
      if (leavesInDoubt(error)) {
        this.#iamUnanswered = true;
        if (this.#renewal === 'not-sent') this.#renewal = 'in-doubt';
      }
      throw error;
    }
  }

  get renewal(): Renewal {
    return this.#renewal;
  }

  /** A write to the IAM was sent and not answered: it may still be carried out. */
  get iamUnanswered(): boolean {
    return this.#iamUnanswered;
  }

  /** The unanswered write has been seen to be carried out, or can't be carried out any more. */
  iamSettled(): void {
    this.#iamUnanswered = false;
  }

  /** What the run has achieved. */
  achieve(outcome: Outcome): void {
    this.#achieved = outcome;
  }

  get achieved(): Outcome | undefined {
    return this.#achieved;
  }

  /** The run has moved AWSCURRENT to a new secret, or has found it moved to its own. */
  rotationDone(): void {
    this.#promoted = true;
  }

  get promoted(): boolean {
    return this.#promoted;
  }

  /** The previous secret was ended, and is proven to be refused. */
  revoke(): void {
    this.#revoked = true;
  }

  get revoked(): boolean {
    return this.#revoked;
  }

  /** Secrets Manager carries the rotation out. */
  handOver(): void {
    this.#handedOver = true;
  }

  get handedOver(): boolean {
    return this.#handedOver;
  }

  /** What was adopted is to be renewed by this run, or is not (any more). */
  oweRenewal(owes: boolean): void {
    this.#owesRenewal = owes;
  }

  get owesRenewal(): boolean {
    return this.#owesRenewal;
  }

  /** A question of a decision was answered. */
  answered(answers: Answers): void {
    this.#answers = { ...this.#answers, ...answers };
  }

  /** The run observes anew: answers to questions about the last observation are out of date. */
  observesAnew(): void {
    this.#answers = {};
  }

  get answers(): Answers {
    return this.#answers;
  }
}
