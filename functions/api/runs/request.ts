import type { KeyedRequest, RequestIds } from '../../adapters/dynamodb/idempotency.ts';
import { describeError, isRotationError } from '../../credential/errors.ts';
import type { LedgerEntry, RunEnd, RunLedger, RunOrigin, RunProblem } from '../../ports/ledger.ts';
import type { Schedules } from '../../ports/schedules.ts';
import { type ApiResponse, problem, rotationResponse } from '../problem.ts';
import { accepted, type RotationCall, type RotationsDeps, rotateLater, rotateNow } from '../rotations.ts';
import type { Wishes } from './wishes.ts';

/** What a request for a run needs. */
export interface RequestDeps extends RotationsDeps {
  readonly schedules: Pick<Schedules, 'settings'>;
  readonly ledgerOf: (id: string) => Pick<RunLedger, 'accept' | 'end' | 'find'>;
  readonly requestIdsOf: (id: string) => RequestIds;
  /** Draws a request id. */
  readonly newRequestId: () => string;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** A call that has its request id. */
type Asked = RotationCall & { readonly requestId: string };

/** A request that has not begun after so long, in milliseconds, was left by a function that died: a repeat hands it over again. */
const STRANDED_MS = 5000;
/** Pauses between looks at a run, in milliseconds: the last one stays. */
const PAUSES_MS = [100, 200, 300, 500];
const APPLIED = { 'preference-applied': 'respond-async' };

/**
 * Asks for a run. Its request id is drawn, and noted, before anything begins.
 *
 * - With a key, the run is handed over to Lambda once, and every call with the key is answered from the ledger.
 * - With `respond-async`, the run is handed over, and nobody waits.
 * - Else `rotate` is called, and waited for. That needs no ledger: a leaked secret can't wait for a table.
 *
 * @throws {RotationError} `credential-unknown`, `idempotency-key-reused`, `ledger-*`, `schedule-*`, with a key also as `rotateLater`:
 *   nothing began
 */
export async function requestRun(call: RotationCall, wishes: Wishes, deps: RequestDeps): Promise<ApiResponse> {
  const { id, body } = call;
  if (body.dryRun) return await rotateNow(call, deps);
  const begun = deps.now().getTime();
  // What comes before the run takes from the time that an answer has.
  const rest = () => ({ ...deps, waitMs: Math.max(0, deps.waitMs - (deps.now().getTime() - begun)) });
  await deps.schedules.settings(id);
  if (wishes.key !== undefined) return await keyed(call, { key: wishes.key, ...wishes }, rest());
  const asked = { ...call, requestId: deps.newRequestId() };
  const accepting = deps.ledgerOf(id).accept(originOf(asked, deps));
  if (wishes.respondAsync) await accepting;
  else if (!(await isDone(accepting))) return await rotateNow({ ...asked, recorded: false }, rest());
  return await begin(asked, wishes, rest()).catch((error: unknown) => notBegun(asked, error, deps));
}

async function begin(asked: Asked, { respondAsync }: Wishes, deps: RequestDeps): Promise<ApiResponse> {
  if (!respondAsync) return await rotateNow(asked, deps);
  return (await rotateLater(asked, deps)) ?? accepted(asked, APPLIED);
}

/** Lambda has refused the event: nothing begins, and the request has come to its end. */
async function notBegun(asked: Asked, error: unknown, deps: RequestDeps): Promise<ApiResponse> {
  if (!isRotationError(error)) throw error;
  const why: RunProblem = { ...describeError(error), nothingChanged: true };
  const { id, requestId } = asked;
  const end = { endedAt: deps.now(), problem: why };
  const noted = await isDone(deps.ledgerOf(id).end(originOf(asked, deps), end));
  return problem(error.code, { ...why, credential: id, requestId, ...(!noted && { recorded: false }) });
}

async function keyed(call: RotationCall, wishes: Wishes & { key: string }, deps: RequestDeps): Promise<ApiResponse> {
  const deadline = deps.now().getTime() + deps.waitMs;
  const ledger = deps.ledgerOf(call.id);
  const { requestId, drawn } = await deps.requestIdsOf(call.id)(keyedRequest(call, wishes.key), async () => {
    const drawing = deps.newRequestId();
    await ledger.accept(originOf({ ...call, requestId: drawing }, deps));
    return drawing;
  });
  const asked = { ...call, requestId };
  if (drawn || isStranded(await ledger.find(requestId), deps.now())) {
    const unknown = await rotateLater(asked, deps);
    if (unknown) return unknown;
  }
  if (wishes.respondAsync) return accepted(asked, APPLIED);
  const end = await endOf(asked, deadline, deps);
  return end ? answerOf(asked, end) : accepted(asked);
}

function keyedRequest({ body }: RotationCall, key: string): KeyedRequest {
  return { key, payload: JSON.parse(JSON.stringify(body)) };
}

/** A request that nobody has handed over to Lambda, as far as anybody knows. A second delivery would begin nothing. */
function isStranded(entry: LedgerEntry | undefined, now: Date): boolean {
  if (!entry || entry.begunAt || entry.end) return false;
  return now.getTime() - entry.requestedAt.getTime() > STRANDED_MS;
}

/** How a run ended, as soon as the ledger says so; undefined when the time is over. */
async function endOf({ id, requestId }: Asked, deadline: number, deps: RequestDeps): Promise<RunEnd | undefined> {
  for (let looks = 0; ; looks++) {
    const entry = await deps
      .ledgerOf(id)
      .find(requestId)
      .catch((error: unknown) => {
        // The run goes on, whether the ledger answers or not.
        if (isRotationError(error)) return undefined;
        throw error;
      });
    if (entry?.end) return entry.end;
    const pause = PAUSES_MS[looks] ?? PAUSES_MS.at(-1) ?? 0;
    if (deps.now().getTime() + pause > deadline) return undefined;
    await deps.sleep(pause);
  }
}

function answerOf({ id, requestId }: RotationCall, { rotation, problem: why }: RunEnd): ApiResponse {
  if (rotation) return rotationResponse(rotation);
  if (why) return problem(why.code, { ...why, credential: id, requestId });
  throw new Error('A retire is not asked for by a call');
}

/** Whether the ledger has taken a note. */
async function isDone(write: Promise<void>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isRotationError(error)) return false;
    throw error;
  }
}

function originOf({ requestId, requestedBy, body }: Asked, deps: RequestDeps): RunOrigin {
  const { reason, dryRun: _, ...asked } = body;
  return {
    requestId,
    kind: 'rotation',
    trigger: 'api',
    requestedBy,
    ...(reason !== undefined && { reason }),
    ...(Object.keys(asked).length > 0 && { asked }),
    requestedAt: deps.now(),
  };
}
