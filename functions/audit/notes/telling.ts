import type { KnownFinding, KnownOutage } from '../../ports/audit/records.ts';

/** Hears of what one audit finds, for logs and metrics. */
export interface AuditTelling {
  /** A credential was looked at: what is known of it now, and which of that is new. */
  readonly looked: (id: string, known: readonly KnownFinding[], news: readonly KnownFinding[]) => void;
  /** How old the current secret is, in days. */
  readonly aged: (id: string, days: number) => void;
  /** A system could not be read; `isNew` where nobody knew. */
  readonly away: (outage: KnownOutage, isNew: boolean) => void;
  /** `rotate` is asked to put something right. */
  readonly handedOver: (id: string) => void;
  /** A credential could not be looked at, or what was found of it could not be noted, published or handed over. */
  readonly failed: (what: 'look' | 'record' | 'event' | 'repair', id: string, error: unknown) => void;
}
