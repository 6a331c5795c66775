import { isRotationError } from '../../credential/errors.ts';
import type { AuditRecord, AuditRecords, KnownFinding } from '../../ports/audit/records.ts';
import type { Events } from '../../ports/events.ts';
import { findingEvent, isTold } from './announce.ts';
import type { AuditTelling } from './telling.ts';

/** Where findings are noted and published. */
export interface NoteDeps {
  readonly records: AuditRecords;
  readonly events: Pick<Events, 'publish'>;
  readonly tell: AuditTelling;
}

/**
 * Writes what is known, publishes what was not published yet, and notes that it was: an event is never older than its record. What could
 * not be published is by the next audit.
 */
export async function note(id: string, record: AuditRecord, deps: NoteDeps): Promise<void> {
  const { auditedAt, findings } = record;
  const write = (known: readonly KnownFinding[]) =>
    attempt('record', id, deps, () => deps.records.write(id, { ...record, findings: known }));
  if (!(await write(findings))) return;
  const announced = new Set<KnownFinding>();
  for (const finding of newsIn(findings)) {
    const event = findingEvent(id, finding, auditedAt);
    if (await attempt('event', id, deps, () => deps.events.publish(event))) announced.add(finding);
  }
  if (announced.size > 0) await write(findings.map((one) => (announced.has(one) ? { ...one, announced: true } : one)));
}

/** What nobody was told of yet. */
export function newsIn(findings: readonly KnownFinding[]): readonly KnownFinding[] {
  return findings.filter((finding) => !finding.announced && isTold(finding));
}

/** Does what may fail without ending the audit. @returns whether it was done */
export async function attempt(
  what: 'record' | 'event' | 'repair',
  id: string,
  { tell }: Pick<NoteDeps, 'tell'>,
  act: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!isRotationError(error)) throw error;
    tell.failed(what, id, error);
    return false;
  }
}
