import { setTimeout as sleep } from 'node:timers/promises';
import { adoptByPerson, type Performed, rotateByPerson } from './attended.ts';
import { CLIENT_ID, doorsOf } from './fleet/customers.ts';
import type { Live } from './live.ts';
import { isRefused } from './operator.ts';
import type { Measured, Report } from './report/report.ts';
import { outagesOf, type Span } from './report/secrets-states.ts';
import { bySchedule, endOfGrace, onDemand, rotateByApi, type Scene, type Trigger } from './rotating.ts';
import type { Site } from './site.ts';
import type { Stage } from './stage.ts';

/** How much before a trigger and after an end the connector's requests count, in milliseconds. */
const MARGIN_MS = 1000;
/** What it takes to set a schedule, or to hear of a request's end, on a quiet machine, in milliseconds. */
const LEAD_MS = 200;

/** What is told, round by round: by what each credential is rotated. Where people are asked for it, once is enough. */
const ROUNDS: readonly Readonly<Record<string, Trigger>>[] = [
  { 'acme-prod': 'schedule', 'globex-prod': 'api', 'initech-prod': 'schedule', 'umbrella-prod': 'api' },
  { 'acme-prod': 'api', 'globex-prod': 'schedule', 'initech-prod': 'api' },
];

/** What happened. */
export interface Told {
  readonly onboarded: Report['onboarded'];
  readonly rotations: readonly Measured[];
}

/**
 * Adopts every credential, then rotates each of them by its schedule and on demand; where people are asked for it, on demand only.
 *
 * @throws {Error} when something that has to happen fails or doesn't come
 */
export async function tellStory(stage: Stage, live: Live): Promise<Told> {
  const onboarded = await Promise.all(stage.sites.map((site) => adopt({ stage, site, live })));
  const rotations: Promise<Measured>[] = [];
  for (const round of ROUNDS) rotations.push(...(await tellRound(stage, round, live)));
  return { onboarded, rotations: await Promise.all(rotations) };
}

/** @returns what resolves later, when the requests after the rotations are in, too */
async function tellRound(stage: Stage, round: (typeof ROUNDS)[number], live: Live): Promise<Promise<Measured>[]> {
  const { clocks, pace } = stage;
  await passInAws(stage, pace.leaseMs, live);
  const scenes = stage.sites.flatMap((site) => {
    const trigger = round[site.customer.id];
    return trigger ? [{ stage, site, live, trigger }] : [];
  });
  const rotated = await Promise.all(scenes.map((scene) => rotateOnce(scene, scene.trigger)));
  const ends = scenes.map((scene, index) => endOf(scene, rotated[index] as Rotated));
  const graces = rotated.map(({ rotation }) => Date.parse(rotation.previousValidUntil ?? '') || 0);
  await passInAws(stage, Math.max(...graces) - clocks.inAws(clocks.now()).getTime() - pace.shownGraceMs, live);
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

async function passInAws({ clocks }: Stage, ms: number, live: Live): Promise<void> {
  if (ms <= 0) return;
  await clocks.pass(ms);
  live.note('', `AWS's clocks are set forward by ${Math.round(ms / 1000)} s, instead of waiting`);
}

async function adopt(scene: Scene) {
  const { stage, site, live } = scene;
  const { id } = site.credential;
  const byPerson = site.customer.iam === 'manual';
  const { outcome } = await (byPerson ? adoptByPerson(scene) : rotateByApi(stage, id, { reason: 'first run' }));
  live.note(id, `${outcome}: what the IAM holds is stored`);
  return { credential: id, outcome };
}

async function rotateOnce(scene: Scene, trigger: Trigger): Promise<Rotated> {
  const { stage, site, live } = scene;
  const { id } = site.credential;
  const oldSecret = site.watch.configuredSecret;
  const triggeredAt = wholeSecond(stage, stage.clocks.now() + MARGIN_MS + LEAD_MS * stage.pace.slowness);
  const performed = await perform(scene, trigger, triggeredAt);
  const { outcome, strategy, durationMs } = performed.rotation;
  live.note(id, `${outcome} (${strategy}, ${trigger}) in ${durationMs} ms`);
  return { ...performed, trigger, triggeredAt, oldSecret };
}

async function perform(scene: Scene, trigger: Trigger, at: number): Promise<Performed> {
  if (scene.site.customer.iam === 'manual') return await rotateByPerson(scene, at);
  const rotation = await (trigger === 'schedule' ? bySchedule : onDemand)(scene, at);
  return { rotation, proof: rotation.connectors[0]?.proof?.level ?? null };
}

async function watchOn({ stage, site, live }: Scene, rotated: Rotated): Promise<Measured> {
  const { id, accessTokenUrl } = site.credential;
  const window = { from: rotated.triggeredAt - MARGIN_MS, to: stage.clocks.now() + MARGIN_MS };
  await sleep(MARGIN_MS + LEAD_MS);
  const oldSecretRefused = await isRefused(accessTokenUrl, { clientId: CLIENT_ID, secret: rotated.oldSecret });
  live.note(id, `the old secret is ${oldSecretRefused ? 'refused' : 'STILL ACCEPTED'}`);
  return measure(site, { ...rotated, window, oldSecretRefused });
}

/** Scheduler knows whole seconds only. @returns the first instant from `at` on that is one in AWS */
function wholeSecond(stage: Stage, at: number): number {
  const there = stage.clocks.inAws(at).getTime();
  return at + Math.ceil(there / 1000) * 1000 - there;
}

interface Rotated extends Performed {
  readonly trigger: Trigger;
  readonly triggeredAt: number;
  /** The secret that the connector used before. */
  readonly oldSecret: string;
}

interface Observed extends Rotated {
  readonly window: Span;
  readonly oldSecretRefused: boolean;
}

function measure({ customer, watch, requests: all }: Site, observed: Observed): Measured {
  const { rotation, trigger, triggeredAt, window, oldSecretRefused, proof, tasks, handover } = observed;
  const requests = all.filter(({ startedAt }) => startedAt >= window.from && startedAt <= window.to);
  const states = watch.statesIn(window);
  const outages = outagesOf(states, window);
  const { credential, strategy, outcome, rotationId, durationMs, steps } = rotation;
  return {
    line: {
      credential,
      doors: doorsOf(customer),
      strategy,
      trigger,
      outcome,
      rotationId,
      durationMs,
      outageMs: Math.round(outages.reduce((sum, { from, to }) => sum + to - from, 0) * 10) / 10,
      requests: requests.length,
      failedRequests: requests.filter(({ error }) => error !== undefined).length,
      oldSecretRefused,
      proof,
      ...(tasks && { tasks }),
      steps,
    },
    ...(handover && { handover }),
    triggeredAt,
    window,
    states,
    outages,
    requests,
  };
}
