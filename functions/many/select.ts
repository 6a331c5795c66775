import pMap from 'p-map';
import { describeError, isRotationError, RotationError } from '../credential/errors.ts';
import type { FleetRequest } from '../credential/events/fleet-rotation.ts';
import type { Credential } from '../credential/settings/credential.ts';
import { activeFreeze } from '../credential/settings/schedule.ts';
import type { FleetFiles } from '../ports/many/files.ts';
import type { FleetFault, FleetHead, FleetListItem, FleetRecords } from '../ports/many/records.ts';
import { recordOf } from '../ports/many/records.ts';
import { type Candidate, fits, planWaves } from './waves.ts';

/** How many schedules are read at a time. */
const READ_AT_A_TIME = 10;
/** How often a credential is tried: once, and again when another run or the last change is in its way. */
const TRIES = 3;
/** Pauses before a throttled schedule is read again, in milliseconds. */
const PAUSES_MS = [500, 1000, 2000, 4000, 8000];

/** What choosing needs. */
export interface SelectDeps {
  /** The ids of all credentials. */
  readonly ids: () => AsyncIterable<string>;
  /** The settings of one. */
  readonly settings: (id: string) => Promise<Credential>;
  readonly records: Pick<FleetRecords, 'read' | 'chosen'>;
  readonly files: FleetFiles;
  /** Draws a request id. */
  readonly newRequestId: () => string;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** What the state machine goes on with. */
export interface Selected {
  readonly waves: readonly { readonly list: string; readonly tolerated: number }[];
  readonly maxConcurrency: number;
  /** What is the same in the event of each run. */
  readonly event: Readonly<Record<string, unknown>>;
}

/**
 * Chooses the credentials of a fleet rotation, notes them, and writes one list a wave. A dry run goes no further: it has no wave to
 * rotate.
 *
 * @throws {RotationError} `rotation-unknown` for an execution that nobody has asked for; whatever the ports throw
 */
export async function select(executionId: string, deps: SelectDeps): Promise<Selected> {
  const head = (await deps.records.read(executionId))?.head;
  if (!head) throw new RotationError('rotation-unknown', `Nobody has asked for the fleet rotation ${executionId}`);
  const { request } = head;
  const ids: string[] = [];
  for await (const id of deps.ids()) if (fits(id, request.select.match)) ids.push(id);
  const candidates = await pMap(ids, (id) => look(id, request, deps), { concurrency: READ_AT_A_TIME });
  const { waves, items } = planWaves(request, candidates);
  await deps.records.chosen(executionId, waves, items);
  const common = { maxConcurrency: request.maxConcurrency, event: eventOf(head) };
  if (request.dryRun) return { waves: [], ...common };
  const lists = waves.map(({ tolerated }, wave) => ({ list: `${executionId}/wave-${wave}.json`, tolerated }));
  for (const [wave, { list }] of lists.entries()) {
    const members = items.filter((item) => item.wave === wave);
    await deps.files.write(
      list,
      members.map(
        (item) => ({ id: item.credential, record: recordOf(item), requestIds: drawn(deps) }) satisfies FleetListItem,
      ),
    );
  }
  return { waves: lists, ...common };
}

function drawn({ newRequestId }: SelectDeps): string[] {
  return Array.from({ length: TRIES }, newRequestId);
}

function eventOf({ request, requestedBy }: FleetHead): Readonly<Record<string, unknown>> {
  const { reason, force, revokePrevious } = request;
  return {
    trigger: 'api',
    requestedBy,
    ...(reason !== undefined && { reason }),
    ...(force && { force }),
    ...(revokePrevious && { revokePrevious }),
  };
}

/** @throws {RotationError} when AWS is busy for long, or away: that says nothing about a credential */
async function look(id: string, request: FleetRequest, deps: SelectDeps): Promise<Candidate> {
  try {
    const credential = await patiently(() => deps.settings(id), deps);
    const expected = expectedOf(credential, request, deps.now());
    return { id, tags: credential.tags, ...(expected && { expected }) };
  } catch (error) {
    if (!isRotationError(error, 'settings-invalid', 'credential-unknown')) throw error;
    return { id, expected: describeError(error) };
  }
}

async function patiently<T>(read: () => Promise<T>, { sleep }: SelectDeps): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await read();
    } catch (error) {
      if (!isRotationError(error, 'schedule-throttled')) throw error;
      await sleep(pause);
    }
  }
  return await read();
}

/** Why a run would begin nothing, as far as the settings alone tell. */
function expectedOf(credential: Credential, { force }: FleetRequest, now: Date): FleetFault | undefined {
  const freeze = force ? undefined : activeFreeze(credential, now);
  if (freeze) return { code: 'frozen', detail: `Frozen from ${freeze.from} to ${freeze.to}: ${freeze.reason}` };
  if (credential.iam.type !== 'manual') return undefined;
  return { code: 'awaiting-person', detail: 'A person has to refresh the secret in the IAM, and to submit it' };
}
