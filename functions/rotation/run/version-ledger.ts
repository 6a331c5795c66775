import type { SecretVersion } from '../../ports/secret-store.ts';

/** A label that runs move. */
export type Label = 'AWSCURRENT' | 'AWSPENDING';

/** The labels of one answer, as far as they are on a version. */
export type SeenLabels = Partial<Record<'current' | 'previous' | 'pending', SecretVersion>>;

/** What a run knows of the versions and labels: what it was shown, and what Secrets Manager has said to its writes. */
export class VersionLedger {
  readonly #confirmed = new Set<string>();
  /** Versions that were seen with a label: a list without one of them is stale. */
  readonly #shown = new Set<string>();
  /** Versions that were in AWSCURRENT, in this order. AWSCURRENT never goes back: a list that shows it there is stale. */
  readonly #currents: string[] = [];
  readonly #movedFrom = new Map<Label, string>();
  /** The versions, as they were read last. */
  #listed: readonly SecretVersion[] = [];
  #hasChanged = false;

  /** This run has put a version, or is the step that a version is about: it is there. */
  confirmed(versionId: string): void {
    this.#hasChanged = true;
    this.#confirmed.add(versionId);
  }

  /** This run has moved a label: for certain it is not on a version any more. */
  moved(label: Label, from: string): void {
    this.#hasChanged = true;
    this.#movedFrom.set(label, from);
  }

  /** Another run has put a version: Secrets Manager has refused this run's. */
  wasTaken(versionId: string): void {
    this.#confirmed.add(versionId);
  }

  /** Another run has moved a label: Secrets Manager has refused to move it from there. */
  wasMoved(label: Label, from: string): void {
    this.#movedFrom.set(label, from);
  }

  /** AWSCURRENT is at a version. */
  isCurrent(versionId: string): void {
    if (!this.#currents.includes(versionId)) this.#currents.push(versionId);
  }

  /** The labels were read, and these versions with them. */
  saw({ current, previous, pending }: SeenLabels, versions: readonly SecretVersion[]): void {
    this.#listed = versions;
    for (const version of [current, previous, pending]) if (version) this.#shown.add(version.id);
    if (current) this.isCurrent(current.id);
  }

  /** Whether an answer of Secrets Manager is older than what this run has done. */
  isOutdated(versions: readonly SecretVersion[]): boolean {
    const known = new Map(versions.map(({ id, stages }) => [id, stages]));
    const lacks = [...this.#confirmed, ...this.#shown].some((id) => !known.has(id));
    const former = this.#currents.slice(0, -1).some((id) => known.get(id)?.includes('AWSCURRENT'));
    return lacks || former || [...this.#movedFrom].some(([label, id]) => known.get(id)?.includes(label));
  }

  /**
   * Whether this run knows how recent the answers of Secrets Manager are, since it has changed something there itself. What another run
   * was found to have changed tells that one is at work, and not what it has done since.
   */
  get knowsRecent(): boolean {
    return this.#hasChanged;
  }

  /** The version in AWSCURRENT: what was seen last, or done since. */
  get currentId(): string | undefined {
    return this.#currents.at(-1);
  }

  /** The version in AWSPREVIOUS. */
  get previousId(): string | undefined {
    return this.#movedFrom.get('AWSCURRENT') ?? this.#listed.find(({ stages }) => stages.includes('AWSPREVIOUS'))?.id;
  }

  /**
   * Whether a version has been in AWSCURRENT for certain, and another one is there now. An answer that is merely old shows a younger
   * version nowhere.
   *
   * @param since when the version was known to be current
   */
  isFormer(versionId: string, since: Date): boolean {
    const { currentId } = this;
    if (currentId === undefined || versionId === currentId) return false;
    if (versionId === '' || this.#movedFrom.get('AWSCURRENT') === versionId) return true;
    const dateOf = (id: string) => this.#listed.find((version) => version.id === id)?.createdAt;
    const newest = dateOf(currentId);
    // A version that this run has made current since it read the list is younger than all that is in the list.
    if (newest === undefined) return dateOf(versionId) !== undefined;
    return (dateOf(versionId) ?? since) < newest;
  }
}
