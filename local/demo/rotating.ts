import { setTimeout as sleep } from 'node:timers/promises';
import type { RotateAnswer } from '../../functions/credential/answer.ts';
import type { RetireReport, Rotation } from '../../functions/credential/outcome.ts';
import type { Invocation } from '../stand-ins/lambda/host.ts';
import { scheduleFrom } from './fleet/onboarding.ts';
import { credentialIn } from './invocations.ts';
import type { Live } from './live.ts';
import { type RotationRequest, requestRotation } from './operator.ts';
import type { Site } from './site.ts';
import type { Stage } from './stage.ts';

/** What starts a rotation. */
export type Trigger = 'schedule' | 'api';

/** Why the rotations of the demonstration are asked for. */
export const REASON = 'demonstration';

/** One site of the stage, and who tells of it. */
export interface Scene {
  readonly stage: Stage;
  readonly site: Site;
  readonly live: Live;
}

/** Rotates by the schedule. @param at milliseconds since the epoch; a whole second in AWS */
export async function bySchedule({ stage, site, live }: Scene, at: number): Promise<Rotation> {
  const { id } = site.credential;
  const ended = rotationBy(stage, { id, trigger: 'schedule', withinMs: at - stage.clocks.now() + stage.pace.leaseMs });
  live.note(id, 'its schedule is due next second');
  await Promise.all([scheduleFrom(stage.stack, site.credential, stage.clocks.inAws(at)), ended]);
  return await ended;
}

/** Rotates through the API. @param at milliseconds since the epoch */
export async function onDemand({ stage, site, live }: Scene, at: number): Promise<Rotation> {
  const { id } = site.credential;
  await sleep(at - stage.clocks.now());
  live.note(id, 'rotation requested through the API');
  return await rotateByApi(stage, id, { reason: REASON });
}

/** Rotates through the API, now. A machine that is so slow that the API doesn't wait for the end sees it all the same. */
export async function rotateByApi(stage: Stage, id: string, request: RotationRequest): Promise<Rotation> {
  const ended = rotationBy(stage, { id, trigger: 'api', withinMs: stage.pace.leaseMs });
  // Without an end there is an answer that says more.
  ended.catch(() => {});
  return (await requestRotation(stage.stack.apiUrl, id, request)) ?? (await ended);
}

interface Awaited {
  readonly id: string;
  readonly trigger: Trigger;
  /** Milliseconds. */
  readonly withinMs: number;
}

/** Waits for the end of the next rotation of a credential. @throws {Error} when it fails or doesn't come */
async function rotationBy({ invocations }: Stage, { id, trigger, withinMs }: Awaited): Promise<Rotation> {
  const what = `The rotation of ${id} by ${trigger}`;
  const isOurs = ({ functionName, event }: Invocation) =>
    functionName.endsWith('-rotate') &&
    (event as { trigger?: string }).trigger === trigger &&
    credentialIn(event) === id;
  const { rotation, problem } = (await invocations.next(what, isOurs, withinMs)) as RotateAnswer;
  if (rotation) return rotation;
  throw new Error(`${what}: ${problem?.code}: ${problem?.detail}`);
}

/** Waits until the previous secret is ended. @throws {Error} when that fails or doesn't come */
export async function endOfGrace({ stage, site, live }: Scene): Promise<void> {
  const { id } = site.credential;
  const { leaseMs, shownGraceMs } = stage.pace;
  live.note(id, 'grace: both secrets work');
  const isOurs = ({ functionName, event }: Invocation) =>
    functionName.endsWith('-retire') && credentialIn(event) === id;
  const report = await stage.invocations.next(`The retire of ${id}`, isOurs, shownGraceMs + leaseMs);
  live.note(id, `the end of grace: ${(report as RetireReport).outcome}`);
}
