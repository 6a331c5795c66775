import { audit } from '../../functions/audit/audit.ts';
import { RotationError } from '../../functions/credential/errors.ts';
import type { PublishedEvent } from '../../functions/credential/published/vocabulary.ts';
import type { KnownOutage } from '../../functions/ports/audit/records.ts';
import type { PlannedRun, RecurringSchedule, ScheduleWatch } from '../../functions/ports/audit/schedule-watch.ts';
import { MemoryAuditRecords } from '../../local/stand-ins/table/audit-records.ts';
import type { TestWorld } from './world.ts';

/** An audit over a world, and what it has told. */
export function auditOf(world: TestWorld, { ids = [world.credential.id] }: { ids?: readonly string[] } = {}) {
  const records = new MemoryAuditRecords();
  const told: string[] = [];
  const ages: number[] = [];
  const schedule: RecurringSchedule = {
    expression: world.credential.schedule.expression,
    timezone: 'UTC',
    enabled: true,
    windowMs: 0,
    changedAt: world.now(),
  };
  const watch: ScheduleWatch = {
    ids: async function* () {
      yield* ids;
    },
    read: async (id) => ({ credential: { ...world.credential, id }, schedule }),
    planned: async () => world.planned.map(plannedRun),
  };
  const endsAt = world.now().getTime() + 365 * 86_400_000;
  const deps = {
    watch,
    records,
    events: world.world.events,
    ledgerOf: () => world.ledger,
    depsOf: () => world.deps(),
    now: world.now,
    sleep: world.world.sleep,
    remainingMs: () => endsAt - world.now().getTime(),
    tell: {
      looked: () => {},
      aged: (_id: string, days: number) => ages.push(days),
      away: ({ system, host, credentials }: KnownOutage, isNew: boolean) =>
        told.push(`${isNew ? 'new outage' : 'outage'}: ${system} ${host} hides ${credentials}`),
      handedOver: (id: string) => told.push(`handed over: ${id}`),
      failed: (what: string, id: string, error: unknown) => told.push(`${what} failed: ${id}: ${codeOf(error)}`),
    },
  };
  return {
    records,
    told,
    ages,
    deps,
    watch,
    schedule,
    /** Looks at everything of the world's credential, or of those that have their turn. */
    run: async (more: Partial<typeof deps> & { repairs?: TestWorld['world']['schedules'] } = {}, slot?: Date) => {
      const request = slot ? { scheduledTime: slot } : { scheduledTime: world.now(), id: world.credential.id };
      return await audit(request, { ...deps, ...more });
    },
    /** The kinds of what was published since the last question, and what it is about. */
    news: () => world.events.splice(0).map(newsOf),
  };
}

function plannedRun({ name, at }: { name: string; at: Date }): PlannedRun {
  const [, word] = name.split('.');
  return { name, what: word === 'retire' ? 'retire' : word === 'repeat' ? 'repeat' : 'reminder', at };
}

function newsOf({ detailType, detail }: PublishedEvent): string {
  const { kind, about } = detail as { kind?: string; about?: string };
  return [detailType, kind, about].filter(Boolean).join(' ');
}

function codeOf(error: unknown): string {
  return error instanceof RotationError ? error.code : String(error);
}
