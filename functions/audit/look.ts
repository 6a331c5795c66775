import { parseDocument } from '../credential/document.ts';
import { isRotationError, RotationError } from '../credential/errors.ts';
import type { Credential } from '../credential/settings/credential.ts';
import type { Finding, Unread } from '../ports/audit/records.ts';
import type { RecurringSchedule, ScheduleWatch } from '../ports/audit/schedule-watch.ts';
import type { RunLedger } from '../ports/ledger.ts';
import type { TokenResult } from '../ports/token-endpoint.ts';
import { readLabels } from '../rotation/observe/labels.ts';
import { askToken } from '../rotation/observe/looks.ts';
import { type Labels, type Observation, sameCredential } from '../rotation/observe/observation.ts';
import { observe } from '../rotation/observe/observe.ts';
import { readPrevious } from '../rotation/observe/stored.ts';
import { beginRun, type Run, type RunDeps } from '../rotation/run/context.ts';
import { graceIsOver, scheduleMissed } from './findings/plans.ts';
import type { Sight } from './findings/sight.ts';
import { unreadBy, unreadConnectors, wrongIn } from './findings/unread.ts';
import type { Depth } from './slices.ts';

/** What a look is made of. */
export interface LookDeps {
  readonly watch: Pick<ScheduleWatch, 'planned'>;
  readonly ledgerOf: (id: string) => Pick<RunLedger, 'list'>;
  /** What a run of the credential would be given. Of its ports only what reads is used. */
  readonly depsOf: (credential: Credential) => RunDeps;
  /** Whether the credential's IAM was found to be away: it is not asked once more then. */
  readonly isAway: (credential: Credential) => boolean;
}

/** A credential that is to be looked at. */
export interface Subject {
  readonly credential: Credential;
  readonly schedule: RecurringSchedule;
}

/** How many of the last runs are looked through for one of the schedule's. */
const LAST_RUNS = 10;

/**
 * Looks at one credential, and changes nothing. A probe whose secret gets no token becomes a whole look: only that tells why.
 *
 * @returns what was seen. A read that fails hides nothing else
 */
export async function look(subject: Subject, depth: Depth, deps: LookDeps): Promise<Sight> {
  const { credential } = subject;
  const reader = new Reader(credential);
  const run = beginRun(credential, { trigger: 'schedule' }, deps.depsOf(credential));
  const now = run.runtime.now();
  const labels = await reader.read(() => readLabels(run));
  const basis = { ...subject, now, leaseMs: run.timing.leaseMs, ...(labels && { labels }) };
  const away = deps.isAway(credential);
  if (away) reader.unread.push(unreadBy(new RotationError('iam-unavailable', NOT_ASKED), credential));
  const asked = labels && !away ? await ask(run, { labels, depth, reader }) : {};
  const { seen } = asked;
  const undisturbed = run.ledger.undisturbed === true && !inLease(run, labels);
  const more = seen ? await readMore(run, { seen, basis, reader, deps }) : {};
  const sight = { ...basis, ...asked, ...more, undisturbed, wrong: reader.wrong, unread: reader.unread };
  return { ...sight, ...(await lastRun(sight, reader, deps)) };
}

const NOT_ASKED = 'It was not asked: it did not answer for other credentials right before';

/** What is asked of IAM and connectors. */
async function ask(
  run: Run,
  { labels, depth, reader }: { readonly labels: Labels; readonly depth: Depth; readonly reader: Reader },
): Promise<Pick<Sight, 'answer' | 'seen'>> {
  if (depth === 'probe') {
    const answer = await reader.read(() => probe(run, labels));
    if (!answer || answer.accepted) return answer ? { answer } : {};
  }
  const seen = await reader.read(() => observe(run));
  if (!seen) return await askAtLeast(run, labels, reader);
  reader.unread.push(...unreadConnectors(seen.connectors, run.credential));
  return { seen, ...(seen.current && { answer: seen.answer }) };
}

/** Where the clients can't be read, a token request still tells of the secret in use; unless whoever would answer is away. */
async function askAtLeast(run: Run, labels: Labels, reader: Reader): Promise<Pick<Sight, 'answer'>> {
  if (reader.unread.at(-1)?.away) return {};
  const answer = await reader.read(() => probe(run, labels));
  return answer ? { answer } : {};
}

/** One token request with the current secret; undefined before the first run. */
async function probe(run: Run, { current }: Labels): Promise<TokenResult | undefined> {
  const value = current && (await run.ports.store.read(current.id));
  return value === undefined || value.isEmpty ? undefined : await askToken(run, parseDocument(value));
}

function inLease({ runtime, timing }: Run, labels: Labels | undefined): boolean {
  if (!labels?.pending) return false;
  return runtime.now().getTime() - labels.pending.createdAt.getTime() < timing.leaseMs;
}

type Basis = Pick<Sight, 'credential' | 'schedule' | 'now' | 'leaseMs' | 'labels'>;

interface More {
  readonly seen: Observation;
  readonly basis: Basis;
  readonly reader: Reader;
  readonly deps: LookDeps;
}

/** What a whole look reads beside the observation of a run. */
async function readMore(
  run: Run,
  { seen, basis, reader, deps }: More,
): Promise<Pick<Sight, 'endedWorks' | 'planned' | 'tasks'>> {
  const ended = graceIsOver(basis) ? await reader.read(() => endedWorks(run, seen)) : undefined;
  const planned = await reader.read(() => deps.watch.planned(run.credential.id));
  const tasks = run.ports.tasks ? (await reader.read(async () => await run.ports.tasks?.read()))?.tasks : [];
  return { ...(ended !== undefined && { endedWorks: ended }), ...(planned && { planned }), ...(tasks && { tasks }) };
}

/** Whether the previous secret still gets a token. */
async function endedWorks(run: Run, { labels, current }: Observation): Promise<boolean> {
  const previous = await readPrevious(run, labels);
  if (!current || previous === 'none' || previous instanceof RotationError) return false;
  if (sameCredential(previous, current.document)) return false;
  return (await askToken(run, previous)).accepted;
}

/** The ledger is asked only where a run may be missing. */
async function lastRun(sight: Sight, reader: Reader, { ledgerOf }: LookDeps): Promise<Pick<Sight, 'lastRunAt'>> {
  const missing = scheduleMissed.find({ ...sight, lastRunAt: 'never' });
  if (!missing || missing.length === 0) return { lastRunAt: 'never' };
  const page = await reader.read(() => ledgerOf(sight.credential.id).list({ limit: LAST_RUNS }));
  if (!page) return {};
  const last = page.entries.find(({ trigger, kind }) => trigger === 'schedule' && kind === 'rotation');
  return { lastRunAt: last?.requestedAt ?? 'never' };
}

/** Reads, and takes note of what could not be read. */
class Reader {
  readonly wrong: Finding[] = [];
  readonly unread: Unread[] = [];
  readonly #credential: Credential;

  constructor(credential: Credential) {
    this.#credential = credential;
  }

  /** @returns undefined where it failed */
  async read<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!isRotationError(error)) throw error;
      const wrong = wrongIn(error);
      if (wrong) this.wrong.push(wrong);
      else this.unread.push(unreadBy(error, this.#credential));
      return undefined;
    }
  }
}
