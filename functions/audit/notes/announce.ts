import { FINDINGS, type FindingKind } from '../../credential/published/findings.ts';
import type { PublishedEvent } from '../../credential/published/vocabulary.ts';
import type { Finding, KnownFinding, KnownOutage } from '../../ports/audit/records.ts';
import { DAY_MS } from '../findings/dates.ts';
import { unreadFinding } from '../findings/unread.ts';

/** Findings that are told by themselves. A system that could not be asked is told once, whatever it hides. */
export function isTold({ system }: Finding): boolean {
  return system === undefined;
}

/** A finding as people are told of it. */
export function findingEvent(credential: string, finding: KnownFinding, now: Date): PublishedEvent {
  const { kind, about, detail, expiresAt } = finding;
  const common = { credential, detail, since: finding.since.toISOString(), next: FINDINGS[kind].next };
  if (kind !== 'expiry-near') return driftEvent({ ...common, kind, about });
  const end = expiresAt ?? finding.since;
  const days = Math.floor((end.getTime() - now.getTime()) / DAY_MS);
  const which = about === 'previous' ? 'previous' : 'current';
  return { detailType: 'Expiry Near', detail: { ...common, which, expiresAt: end.toISOString(), days } };
}

/** An outage as people are told of it: it names one of the credentials, and says how many there are. */
export function outageEvent(outage: KnownOutage): PublishedEvent {
  const { credentials, examples, since } = outage;
  const { kind, about, detail } = unreadFinding(outage);
  const hidden = `Could not be looked at: ${credentials}, for example ${examples.join(', ')}`;
  return driftEvent({
    credential: examples[0] ?? '',
    kind: kind as Exclude<FindingKind, 'expiry-near'>,
    about,
    detail: `${detail}. ${hidden}`,
    since: since.toISOString(),
    next: FINDINGS[kind].next,
  });
}

type DriftDetail = Extract<PublishedEvent, { detailType: 'Drift Detected' }>['detail'];

function driftEvent({ about, ...detail }: Omit<DriftDetail, 'about'> & { about?: string | undefined }): PublishedEvent {
  return { detailType: 'Drift Detected', detail: { ...detail, ...(about !== undefined && { about }) } };
}
