import type { AuditRecord, AuditRecords, KnownOutage } from '../../../functions/ports/audit/records.ts';

/** What audits have found, in memory. */
export class MemoryAuditRecords implements AuditRecords {
  readonly #records = new Map<string, AuditRecord>();
  #outages: readonly KnownOutage[] = [];
  readonly #rosters = new Map<number, readonly string[]>();

  async read(id: string): Promise<AuditRecord | undefined> {
    return this.#records.get(id);
  }

  async write(id: string, record: AuditRecord): Promise<void> {
    this.#records.set(id, record);
  }

  async outages(): Promise<readonly KnownOutage[]> {
    return this.#outages;
  }

  async writeOutages(outages: readonly KnownOutage[]): Promise<void> {
    this.#outages = outages;
  }

  async roster(turn: number): Promise<readonly string[]> {
    return this.#rosters.get(turn) ?? [];
  }

  async writeRoster(turn: number, ids: readonly string[]): Promise<void> {
    this.#rosters.set(turn, ids);
  }
}
