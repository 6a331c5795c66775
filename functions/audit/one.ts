import { isRotationError, RotationError } from '../credential/errors.ts';
import type { FindingKind } from '../credential/published/findings.ts';
import type { AuditRecord, Finding, KnownFinding, Unread } from '../ports/audit/records.ts';
import type { ScheduleWatch } from '../ports/audit/schedule-watch.ts';
import type { Schedules } from '../ports/schedules.ts';
import { DAY_MS } from './findings/dates.ts';
import { type Judgement, judge } from './findings/judge.ts';
import type { Sight } from './findings/sight.ts';
import { answeredIn, iamOf, SERVICES, unreadFinding, unreadService, wrongIn } from './findings/unread.ts';
import { type LookDeps, look, type Subject } from './look.ts';
import { isNews, merge } from './notes/merge.ts';
import { attempt, type NoteDeps, newsIn, note } from './notes/note.ts';
import type { Outages } from './notes/outages.ts';
import { repairOf } from './repair.ts';
import type { Depth } from './slices.ts';

/** What the audit of one credential works with. */
export interface OneDeps extends Omit<LookDeps, 'isAway'>, NoteDeps {
  readonly watch: ScheduleWatch;
  /** Plans repairs. @default - nothing is put right */
  readonly repairs?: Pick<Schedules, 'plan'> | undefined;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What may be a rotation that has just begun is looked at twice, so far apart, in milliseconds. */
const SECOND_LOOK_MS = 2000;
/** What a second look is taken for: whatever compares secrets. */
const FLEETING: readonly FindingKind[] = [
  'secret-refused',
  'iam-differs',
  'client-unusable',
  'connector-differs',
  'connector-unproven',
  'ended-secret-works',
  'value-invalid',
];

/** What was concluded of one credential. */
interface Audited {
  readonly judgement: Judgement;
  readonly unread: readonly Unread[];
  /** Absent where its settings could not be read. */
  readonly sight?: Sight;
}

/**
 * Audits one credential: looks, judges, notes what is known, and tells what is new.
 *
 * @returns what is known now; undefined for a credential that is gone
 */
export async function auditOne(
  id: string,
  depth: Depth,
  { deps, outages }: { readonly deps: OneDeps; readonly outages: Outages },
): Promise<readonly KnownFinding[] | undefined> {
  const record = await tried(() => deps.records.read(id));
  const before = record instanceof RotationError ? [] : (record?.findings ?? []);
  const audited = await auditWith(id, depth, { deps, outages, before });
  if (!audited) return undefined;
  const { judgement, sight, unread } = audited;
  if (!(record instanceof RotationError)) outages.answered(SERVICES.ledger);
  for (const place of answeredIn(sight)) outages.answered(place);
  for (const one of unread) outages.failed(id, one);
  const known = merge(before, judgement, deps.now());
  await noteIt({ id, known, audited, record }, deps, outages);
  const repair = sight && deps.repairs && repairOf(sight, judgement.findings);
  if (repair && (await attempt('repair', id, deps, async () => deps.repairs?.plan(repair)))) deps.tell.handedOver(id);
  return known;
}

interface Noting {
  readonly id: string;
  readonly known: readonly KnownFinding[];
  readonly audited: Audited;
  readonly record: AuditRecord | RotationError | undefined;
}

/** Where it could not be read what was known, nobody can say what is new: the next audit does. */
async function noteIt({ id, known, audited, record }: Noting, deps: OneDeps, outages: Outages): Promise<void> {
  const { sight } = audited;
  const auditedAt = deps.now();
  const createdAt = sight?.labels?.current?.createdAt;
  if (createdAt) deps.tell.aged(id, (auditedAt.getTime() - createdAt.getTime()) / DAY_MS);
  if (record instanceof RotationError) {
    deps.tell.looked(id, known, []);
    deps.tell.failed('record', id, record);
    return outages.failed(id, unreadService('ledger', record));
  }
  deps.tell.looked(id, known, newsIn(known));
  await note(id, { auditedAt, seenAt: sight?.seen ? auditedAt : record?.seenAt, findings: known }, deps);
}

interface Auditing {
  readonly deps: OneDeps;
  readonly outages: Outages;
  readonly before: readonly KnownFinding[];
}

async function auditWith(id: string, depth: Depth, auditing: Auditing): Promise<Audited | undefined> {
  const subject = await tried(() => auditing.deps.watch.read(id));
  if (!(subject instanceof RotationError)) return await lookTwice(subject, depth, auditing);
  if (subject.code === 'credential-unknown') return undefined;
  if (subject.code === 'settings-invalid')
    return { judgement: only({ kind: 'settings-invalid', detail: subject.message }), unread: [] };
  const wrong = wrongIn(subject);
  if (wrong) return { judgement: only(wrong), unread: [] };
  const unread = unreadService('schedule', subject);
  return { judgement: only(unreadFinding(unread)), unread: [unread] };
}

/** The judgement of a credential whose settings could not be read. */
function only(finding: Finding): Judgement {
  return {
    findings: [finding],
    tells: ({ kind, system }) => kind === finding.kind && system?.system === finding.system?.system,
  };
}

async function lookTwice(subject: Subject, depth: Depth, { deps, outages, before }: Auditing): Promise<Audited> {
  const lookDeps = { ...deps, isAway: () => outages.isAway(iamOf(subject.credential)) };
  const lookOnce = async (how: Depth): Promise<Audited & { readonly sight: Sight }> => {
    const sight = await look(subject, how, lookDeps);
    return { judgement: judge(sight), unread: sight.unread, sight };
  };
  const first = await lookOnce(depth);
  const fleeting = first.judgement.findings.filter(({ kind }) => FLEETING.includes(kind));
  if (!isNews(before, { ...first.judgement, findings: fleeting })) return first;
  await deps.sleep(SECOND_LOOK_MS);
  return await lookOnce('whole');
}

async function tried<T>(ask: () => Promise<T>): Promise<T | RotationError> {
  try {
    return await ask();
  } catch (error) {
    if (isRotationError(error)) return error as RotationError;
    throw error;
  }
}
