import type { AuditReport } from '../audit/audit.ts';
import type { AuditTelling } from '../audit/notes/telling.ts';
import { describeError } from '../credential/errors.ts';
import type { PublishedEvent } from '../credential/published/vocabulary.ts';
import type { KnownFinding } from '../ports/audit/records.ts';
import { FOUND, type MetricName, measure, measureOf } from './metrics.ts';
import type { Telemetry } from './telemetry.ts';

/** Tells logs and metrics what an audit finds. A line that names a finding begins with `finding`. */
export function auditTelling(
  telemetry: Telemetry,
  { perCredential }: { readonly perCredential: boolean },
): AuditTelling {
  const { logger } = telemetry;
  const count = (id: string, name: MetricName, value = 1) => measureOf({ id, perCredential }, [name, value], telemetry);
  return {
    looked: (credential, known, news) => {
      for (const finding of known)
        logger[news.includes(finding) ? 'warn' : 'info'](`finding ${finding.kind}`, {
          credential,
          finding: asText(finding),
        });
      for (const { kind } of news) count(credential, FOUND[kind]);
      measure('CredentialsAudited', 1, telemetry);
    },
    aged: (credential, days) => count(credential, 'DaysSinceRotation', days),
    away: (outage, isNew) => {
      logger[isNew ? 'error' : 'warn']('outage', { outage });
      if (isNew) measure('SystemUnreadable', 1, telemetry);
    },
    handedOver: (credential) => {
      logger.warn('repair asked for', { credential });
      count(credential, 'RepairAsked');
    },
    failed: (what, about, error) => {
      logger.error(`audit: ${what} failed`, { about, failure: describeError(error) });
      measure(what === 'event' ? 'EventMissing' : 'AuditFailed', 1, telemetry);
    },
  };
}

/** What the log holds of a finding. */
function asText({ announced: _, system: __, ...finding }: KnownFinding): object {
  return finding;
}

/** An audit's end, as an event. */
export function auditCompleted({ startedAt, durationMs, audited, failed, findings }: AuditReport): PublishedEvent {
  const detail = { audited, findings, failed, startedAt: startedAt.toISOString(), durationMs };
  return { detailType: 'Audit Completed', detail };
}
