import { setTimeout as sleep } from 'node:timers/promises';
import type { Rotation } from '../../functions/credential/outcome.ts';
import { CLIENT_ID } from './fleet.ts';
import type { Live } from './live.ts';
import { isRefused } from './operator.ts';
import type { Measured, Report } from './report/report.ts';
import { outagesOf, type Span } from './report/secrets-states.ts';
import { bySchedule, endOfGrace, onDemand, rotateByApi, type Scene, type Trigger } from './rotating.ts';
import type { Site, Stage } from './stage.ts';

/** How much before a trigger and after an end the connector's requests count, in milliseconds. */
const MARGIN_MS = 1000;
/** What it takes to set a schedule, or to hear of a request's end, on a quiet machine, in milliseconds. */
const LEAD_MS = 200;

/** What is told: for each site in turn, by what it is rotated. */
const TRIGGERS = [
  ['schedule', 'api'],
  ['api', 'schedule'],
] as const satisfies readonly (readonly Trigger[])[];

/** What happened. */
export interface Told {
  readonly onboarded: Report['onboarded'];
  readonly rotations: readonly Measured[];
}

/**
 * Adopts every credential, then rotates each of them twice: by its schedule and on demand.
 *
 * @throws {Error} when something that has to happen fails or doesn't come
 */
export async function tellStory(stage: Stage, live: Live): Promise<Told> {
  const onboarded = await Promise.all(stage.sites.map((site) => adopt(stage, site, live)));
  const rotations: Promise<Measured>[] = [];
  for (const triggers of TRIGGERS) rotations.push(...(await tellRound(stage, triggers, live)));
  return { onboarded, rotations: await Promise.all(rotations) };
}

/** @returns what resolves later, when the requests after the rotations are in, too */
async function tellRound(stage: Stage, triggers: readonly Trigger[], live: Live): Promise<Promise<Measured>[]> {
  passInAws(stage, stage.pace.leaseMs, live);
  const scenes = stage.sites.map((site) => ({ stage, site, live }));
  const rotated = await Promise.all(scenes.map((scene, index) => rotateOnce(scene, triggers[index] ?? 'api')));
  const ends = scenes.map((scene, index) => endOf(scene, rotated[index] as Rotated));
  const graces = rotated.map(({ rotation }) => Date.parse(rotation.previousValidUntil ?? '') || 0);
  passInAws(stage, Math.max(...graces) - stage.inAws(stage.now()).getTime() - stage.pace.shownGraceMs, live);
  return (await Promise.all(ends)).map(({ measured }) => measured);
}

/** Waits for the end of grace, if there is one. @returns `measured` resolves later: it is not waited for */
async function endOf(scene: Scene, rotated: Rotated): Promise<{ measured: Promise<Measured> }> {
  if (rotated.rotation.previousValidUntil !== null) await endOfGrace(scene);
  const measured = watchOn(scene, rotated);
  // Whatever fails meanwhile is told when all are waited for.
  measured.catch(() => {});
  return { measured };
}

function passInAws(stage: Stage, ms: number, live: Live): void {
  if (ms <= 0) return;
  stage.pass(ms);
  live.note('', `AWS's clocks are set forward by ${Math.round(ms / 1000)} s, instead of waiting`);
}

async function adopt(stage: Stage, { credential: { id } }: Site, live: Live) {
  const { outcome } = await rotateByApi(stage, id, 'first run');
  live.note(id, `${outcome}: what the IAM holds is stored`);
  return { credential: id, outcome };
}

async function rotateOnce(scene: Scene, trigger: Trigger): Promise<Rotated> {
  const { stage, site, live } = scene;
  const { id } = site.credential;
  const oldSecret = site.watch.configuredSecret;
  const triggeredAt = wholeSecond(stage, stage.now() + MARGIN_MS + LEAD_MS * stage.pace.slowness);
  const rotation = await (trigger === 'schedule' ? bySchedule : onDemand)(scene, triggeredAt);
  live.note(id, `${rotation.outcome} (${rotation.strategy}, ${trigger}) in ${rotation.durationMs} ms`);
  return { rotation, trigger, triggeredAt, oldSecret };
}

async function watchOn({ stage, site, live }: Scene, rotated: Rotated): Promise<Measured> {
  const { id, accessTokenUrl } = site.credential;
  const window = { from: rotated.triggeredAt - MARGIN_MS, to: stage.now() + MARGIN_MS };
  await sleep(MARGIN_MS + LEAD_MS);
  const oldSecretRefused = await isRefused(accessTokenUrl, { clientId: CLIENT_ID, secret: rotated.oldSecret });
  live.note(id, `the old secret is ${oldSecretRefused ? 'refused' : 'STILL ACCEPTED'}`);
  return measure(site, { ...rotated, window, oldSecretRefused });
}

/** Scheduler knows whole seconds only. @returns the first instant from `at` on that is one in AWS */
function wholeSecond(stage: Stage, at: number): number {
  const there = stage.inAws(at).getTime();
  return at + Math.ceil(there / 1000) * 1000 - there;
}

interface Rotated {
  readonly rotation: Rotation;
  readonly trigger: Trigger;
  readonly triggeredAt: number;
  /** The secret that the connector used before. */
  readonly oldSecret: string;
}

interface Observed extends Rotated {
  readonly window: Span;
  readonly oldSecretRefused: boolean;
}

function measure({ watch, requests: all }: Site, observed: Observed): Measured {
  const { rotation, trigger, triggeredAt, window, oldSecretRefused } = observed;
  const requests = all.filter(({ startedAt }) => startedAt >= window.from && startedAt <= window.to);
  const states = watch.statesIn(window);
  const outages = outagesOf(states, window);
  const { credential, strategy, outcome, rotationId, durationMs, steps } = rotation;
  return {
    line: {
      credential,
      strategy,
      trigger,
      outcome,
      rotationId,
      durationMs,
      outageMs: Math.round(outages.reduce((sum, { from, to }) => sum + to - from, 0) * 10) / 10,
      requests: requests.length,
      failedRequests: requests.filter(({ error }) => error !== undefined).length,
      oldSecretRefused,
      steps,
    },
    triggeredAt,
    window,
    states,
    outages,
    requests,
  };
}
