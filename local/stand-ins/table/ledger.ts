import type { LedgerEntry, RunEnd, RunLedger, RunOrigin } from '../../../functions/ports/ledger.ts';

/** The runs of one credential, in memory. */
export class MemoryLedger implements RunLedger {
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #rotations = new Map<string, string>();

  async accept(run: RunOrigin): Promise<void> {
    if (!this.#entries.has(run.requestId)) this.#set(run);
  }

  async begin(run: RunOrigin, begunAt: Date): Promise<boolean> {
    const known = this.#entries.get(run.requestId);
    if (known?.begunAt && known.begunAt.getTime() !== begunAt.getTime()) return false;
    this.#set({ ...known, ...run, begunAt });
    return true;
  }

  async end(run: RunOrigin, end: RunEnd): Promise<void> {
    const known = this.#entries.get(run.requestId);
    if (!known?.end) this.#set({ ...known, ...run, end });
    const rotationId = end.rotation?.rotationId;
    if (rotationId) this.#rotations.set(rotationId, run.requestId);
  }

  async find(id: string): Promise<LedgerEntry | undefined> {
    return this.#entries.get(id) ?? this.#entries.get(this.#rotations.get(id) ?? '');
  }

  async list({ limit, after }: { limit: number; after?: string | undefined }) {
    const ids = [...this.#entries.keys()].sort().reverse();
    const rest = after === undefined ? ids : ids.filter((id) => id < after);
    const entries = rest.slice(0, limit).flatMap((id) => this.#entries.get(id) ?? []);
    const last = rest.length > limit ? rest[limit - 1] : undefined;
    return { entries, ...(last !== undefined && { last }) };
  }

  #set(entry: LedgerEntry): void {
    this.#entries.set(entry.requestId, entry);
  }
}
