import type { Context } from 'aws-lambda';
import type { RotateAnswer } from './credential/answer.ts';
import { describeError, isRotationError, RotationError } from './credential/errors.ts';
import type { Rotation } from './credential/outcome.ts';
import type { Credential } from './credential/settings/credential.ts';
import { type Deployed, lazily, runDeps } from './lambda/compose.ts';
import { type NativeEvent, parseRotateEvent, type RotateEvent } from './lambda/events.ts';
import { observed, recordRotation, type Telemetry, telemetryOfLambda } from './lambda/telemetry.ts';
import { dryRun } from './rotation/dry-run.ts';
import { rotationStep } from './rotation/native.ts';
import { isUrgent } from './rotation/plan/repeat.ts';
import type { RotationRequest } from './rotation/run/context.ts';
import { rotate } from './rotation/workflow.ts';

/**
 * Makes the function that does one rotation.
 *
 * For the scheduler it throws whenever the run should be tried again, so that Lambda's own retries do so and the dead-letter
 * queue tells the rest. For the API it answers.
 */
export function createRotateHandler(deployed: () => Deployed, telemetry: Telemetry = telemetryOfLambda) {
  return observed(async (event: unknown, context: Context): Promise<RotateAnswer | undefined> => {
    const { environment, world } = deployed();
    const settingsContext = { prefix: environment.PREFIX, local: environment.local, now: world.now() };
    let byApi = false;
    try {
      const parsed = parseRotateEvent(event, settingsContext);
      byApi = parsed.trigger === 'api';
      // An event names a credential. Its settings are read from where the stack wrote them, whatever else the event says.
      const credential = await world.schedules.settings(parsed.id);
      telemetry.logger.appendKeys({ credential: credential.id, trigger: parsed.trigger });
      const remainingMs = () => context.getRemainingTimeInMillis();
      const deployment = { prefix: environment.PREFIX, timing: environment.timing };
      const deps = runDeps(credential, deployment, { world, remainingMs });
      if (parsed.trigger === 'secrets-manager') {
        await takeStep(credential, parsed, deps);
        telemetry.logger.info(`step ${parsed.step} done`, { rotationId: parsed.versionId });
        return undefined;
      }
      if (parsed.trigger === 'api' && parsed.dryRun) return { plan: await dryRun(credential, requestOf(parsed), deps) };
      const rotation = await rotate(credential, requestOf(parsed), deps);
      recordRotation(rotation, telemetry);
      if (!byApi) assertDone(rotation, requestOf(parsed));
      return { rotation };
    } catch (error) {
      if (!byApi || !isRotationError(error)) throw error;
      const { retryAfter, changed, pointer } = error;
      const known = { ...(retryAfter !== undefined && { retryAfter }), ...(pointer !== undefined && { pointer }) };
      return { problem: { ...describeError(error), ...known, nothingChanged: changed === null ? null : !changed } };
    }
  }, telemetry);
}

/** One rotation. */
export const handler = createRotateHandler(lazily(process.env));

/** @throws {RotationError} `not-available` unless the settings hand rotation over to Secrets Manager: both at once are not safe */
async function takeStep(credential: Credential, event: NativeEvent, deps: Parameters<typeof rotate>[2]): Promise<void> {
  if (!credential.native) {
    throw new RotationError(
      'not-available',
      `${event.step} of ${credential.id}: rotation by Secrets Manager itself is off (native: false)`,
    );
  }
  await rotationStep(credential, event, deps);
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
