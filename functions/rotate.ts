import type { Context } from 'aws-lambda';
import type { RotateAnswer } from './credential/answer.ts';
import { isRotationError, RotationError } from './credential/errors.ts';
import type { Rotation } from './credential/outcome.ts';
import { runDeps } from './lambda/compose/run-deps.ts';
import { composeRuns, type DeployedRuns } from './lambda/compose/runs.ts';
import { type NativeEvent, parseRotateEvent, type RotateEvent } from './lambda/events.ts';
import { meterCredential } from './lambda/metrics.ts';
import { observed } from './lambda/observed.ts';
import {
  eventsWithin,
  ledgerWithin,
  noteBegin,
  noteEnd,
  originOf,
  problemOf,
  type Recording,
} from './lambda/recorded.ts';
import { recordRotation, type Telemetry, telemetryOfLambda } from './lambda/telemetry.ts';
import type { RunOrigin } from './ports/ledger.ts';
import type { SecretOverview } from './ports/secret-store.ts';
import { dryRun } from './rotation/dry-run.ts';
import { rotationStep } from './rotation/native.ts';
import { isUrgent } from './rotation/plan/repeat.ts';
import type { RotationRequest } from './rotation/run/context.ts';
import { rotate } from './rotation/workflow.ts';

/**
 * Makes the function that does one rotation.
 *
 * For the scheduler it throws whenever the run should be tried again, so that Lambda's own retries do so and the dead-letter
 * queue tells the rest. For the API it answers. What it did, or why it did nothing, it writes to the ledger and publishes last.
 */
export function createRotateHandler(deployed: () => DeployedRuns, telemetry: Telemetry = telemetryOfLambda) {
  return observed(async (event: unknown, context: Context): Promise<RotateAnswer | undefined> => {
    const { environment, world } = deployed();
    const settingsContext = { prefix: environment.PREFIX, local: environment.local, now: world.now() };
    const parsed = parseRotateEvent(event, settingsContext);
    const call: Call = { deployed: deployed(), context, telemetry };
    telemetry.logger.appendKeys({ credential: parsed.id, trigger: parsed.trigger });
    if (environment.METRICS_PER_CREDENTIAL) meterCredential(parsed.id, telemetry);
    if (parsed.trigger === 'secrets-manager') return await takeStep(parsed, call);
    if (parsed.trigger === 'api' && parsed.dryRun) return await planned(parsed, call);
    return await recorded(parsed, call);
  }, telemetry);
}

/** One rotation. */
export const handler = createRotateHandler(composeRuns(process.env));

/** One invocation, beside its event. */
interface Call {
  readonly deployed: DeployedRuns;
  readonly context: Context;
  readonly telemetry: Telemetry;
}

/** An event names a credential. Its settings are read from where the stack wrote them, whatever else the event says. */
async function partsOf(id: string, { deployed: { environment, world }, context }: Call) {
  let overview: SecretOverview | undefined;
  const credential = await world.schedules.settings(id, (noticed) => {
    overview = noticed;
  });
  const remainingMs = () => context.getRemainingTimeInMillis();
  const deployment = { prefix: environment.PREFIX, timing: environment.timing };
  return { credential, deps: runDeps(credential, deployment, { world, remainingMs, overview }) };
}

/** @throws {RotationError} `not-available` unless the settings hand rotation over to Secrets Manager: both at once are not safe */
async function takeStep(event: NativeEvent, call: Call): Promise<undefined> {
  const { credential, deps } = await partsOf(event.id, call);
  if (!credential.native) {
    throw new RotationError(
      'not-available',
      `${event.step} of ${credential.id}: rotation by Secrets Manager itself is off (native: false)`,
    );
  }
  await rotationStep(credential, event, deps);
  call.telemetry.logger.info(`step ${event.step} done`, { rotationId: event.versionId });
}

async function planned(event: RotateEvent, call: Call): Promise<RotateAnswer> {
  try {
    const { credential, deps } = await partsOf(event.id, call);
    return { plan: await dryRun(credential, requestOf(event), deps) };
  } catch (error) {
    if (!isRotationError(error)) throw error;
    return { problem: problemOf(error) };
  }
}

/** One run, from the note that it begins to the note that it has ended. */
async function recorded(event: RotateEvent, call: Call): Promise<RotateAnswer> {
  const { deployed, context, telemetry } = call;
  const { world, environment } = deployed;
  const { httpTimeoutMs } = environment.timing;
  const run = originOf(event, world);
  const remainingMs = () => context.getRemainingTimeInMillis();
  const ledger = ledgerWithin({ world, id: event.id }, { remainingMs, httpTimeoutMs });
  const events = eventsWithin(world, { remainingMs, httpTimeoutMs });
  const recording: Recording = { run, ledger, events, telemetry, now: world.now };
  telemetry.logger.appendKeys({ requestId: run.requestId });
  // Lambda delivers an event again whose function died, and at times without any reason.
  const again = event.trigger === 'api' && !(await noteBegin(recording));
  const request = again ? secondTry(run) : { ...requestOf(event), requestId: run.requestId };
  const answered = event.trigger === 'api' && !again;
  let rotation: Rotation;
  try {
    const { credential, deps } = await partsOf(event.id, call);
    rotation = { ...(await rotate(credential, request, deps)), trigger: event.trigger };
  } catch (error) {
    const nowhere = isRotationError(error, 'credential-unknown') || again;
    const problem = problemOf(error);
    const noted = nowhere || (await noteEnd(recording, { endedAt: world.now(), problem }));
    if (!answered || !isRotationError(error)) throw error;
    return noted ? { problem } : { problem: { ...problem, recorded: false } };
  }
  recordRotation(rotation, telemetry);
  const noted = await noteEnd(recording, { endedAt: world.now(), rotation });
  if (!answered) assertDone(rotation, request);
  return { rotation: noted ? rotation : { ...rotation, recorded: false } };
}

/** What a second delivery of a call does: it finishes what the first has left, and begins nothing. */
function secondTry({ requestId, requestedBy, reason }: RunOrigin): RotationRequest {
  const who = { ...(requestedBy !== undefined && { requestedBy }), ...(reason !== undefined && { reason }) };
  return { trigger: 'schedule', repeat: { attempt: 1, due: false }, requestId, ...who };
}

function requestOf(event: RotateEvent): RotationRequest {
  if (event.trigger === 'api') {
    const { id: _, dryRun: __, ...request } = event;
    // An event is JSON: what is absent is no member.
    return request as RotationRequest;
  }
  const { trigger, scheduledTime, repeat } = event;
  return { trigger, scheduledTime, ...(repeat ? { repeat } : {}) };
}

/** @throws {RotationError} with the run's own code: an asynchronous run that failed is tried again by Lambda */
function assertDone(rotation: Rotation, request: RotationRequest): void {
  const { failure, outcome } = rotation;
  if (failure && isUrgent(rotation, request)) throw new RotationError(failure.code, `${outcome}: ${failure.detail}`);
}
