import type { FindingKind } from '../../credential/published/findings.ts';
import type { Finding, Unread } from '../../ports/audit/records.ts';
import { expiryNear, taskLate, tooOld } from './dates.ts';
import { clientUnusable, connectorsDiffer, endedSecretWorks, iamDiffers, secretRefused } from './holders.ts';
import { pendingLeft, repeatOverdue, retireOverdue, scheduleDisabled, scheduleEnds, scheduleMissed } from './plans.ts';
import type { Check, Sight } from './sight.ts';
import { hasIamAnswered, hasSigned, unreadFinding } from './unread.ts';

/** Everything that an audit looks for. */
const CHECKS: readonly Check[] = [
  secretRefused,
  iamDiffers,
  clientUnusable,
  connectorsDiffer,
  endedSecretWorks,
  pendingLeft,
  tooOld,
  expiryNear,
  retireOverdue,
  repeatOverdue,
  scheduleMissed,
  scheduleDisabled,
  scheduleEnds,
  taskLate,
];

/** What an audit concludes from what it has read. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /** Whether it would have found this again. What was found before and could not be told this time stays found. */
  readonly tells: (finding: Finding) => boolean;
}

/** Goes through the checks. Pure: the same sight always has the same findings. A read that failed is never a wrong secret. */
export function judge(sight: Sight): Judgement {
  const judged = CHECKS.map(({ kinds, find }) => ({ kinds, found: find(sight) }));
  const { wrong } = sight;
  const told = new Set<FindingKind>([
    'settings-invalid',
    ...wrong.map(({ kind }) => kind),
    ...judged.flatMap(({ kinds, found }) => (found ? kinds : [])),
    ...(sight.seen ? (['value-invalid'] as const) : []),
  ]);
  return {
    findings: [...wrong, ...judged.flatMap(({ found }) => found ?? []), ...sight.unread.map(unreadFinding)],
    tells: ({ kind, system }) => (system ? isAsked(sight, system.system) : told.has(kind)),
  };
}

/** Whether a system was asked this time: a probe asks no connector, and says nothing of one. */
function isAsked(sight: Sight, system: Unread['system']): boolean {
  const { labels, seen, tasks, lastRunAt } = sight;
  const asked = {
    scheduler: true,
    'secrets-manager': labels,
    kms: hasSigned(sight) || undefined,
    iam: hasIamAnswered(sight) || undefined,
    connector: seen,
    agent: seen,
    table: tasks ?? lastRunAt,
  };
  return asked[system] !== undefined;
}
