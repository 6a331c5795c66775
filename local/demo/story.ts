import { setTimeout as sleep } from 'node:timers/promises';
import type { Rotation } from '../../functions/rotation/outcome.ts';
import { CLIENT_ID } from './fleet.ts';
import type { Live } from './live.ts';
import { isRefused } from './operator.ts';
import type { Measured, Report } from './report.ts';
import { bySchedule, endOfGrace, onDemand, rotateByApi, type Scene, type Trigger } from './rotating.ts';
import { outagesOf, type Span } from './secrets-watch.ts';
import type { ROUNDS, Site, Stage } from './stage.ts';

/** How much before a trigger and after an end the connector's requests count, in milliseconds. */
const MARGIN_MS = 1000;
/** What it takes to set a schedule, or to hear of a request's end, on a quiet machine, in milliseconds. */
const LEAD_MS = 200;

/** What is told: for each site in turn, by what it is rotated. */
const TRIGGERS = [
  ['schedule', 'api'],
  ['api', 'schedule'],
] as const satisfies { readonly length: typeof ROUNDS } & readonly (readonly Trigger[])[];

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
  for (const triggers of TRIGGERS) {
    stage.passLease();
    live.note(
      '',
      `Secrets Manager's clock goes on by a lease of ${stage.pace.leaseMs / 1000} s: no other run can be alive`,
    );
    const round = stage.sites.map((site, index) => rotateOnce({ stage, site, live }, triggers[index] ?? 'api'));
    const ended = await Promise.all(round);
    rotations.push(...ended.map(({ measured }) => measured));
  }
  return { onboarded, rotations: await Promise.all(rotations) };
}

async function adopt(stage: Stage, { credential: { id } }: Site, live: Live) {
  const { outcome } = await rotateByApi(stage, id, 'first run');
  live.note(id, `${outcome}: what the IAM holds is stored`);
  return { credential: id, outcome };
}

/**
 * One rotation until the end of its grace.
 *
 * @returns `measured` resolves later, when the requests after it are in, too
 */
async function rotateOnce(scene: Scene, trigger: Trigger): Promise<{ measured: Promise<Measured> }> {
  const { stage, site, live } = scene;
  const { id } = site.credential;
  const oldSecret = site.watch.configuredSecret;
  // Scheduler knows whole seconds only.
  const soonest = stage.now() + MARGIN_MS + LEAD_MS * stage.pace.slowness;
  const triggeredAt = Math.ceil(soonest / 1000) * 1000;
  const rotation = await (trigger === 'schedule' ? bySchedule : onDemand)(scene, triggeredAt);
  live.note(id, `${rotation.outcome} (${rotation.strategy}, ${trigger}) in ${rotation.durationMs} ms`);
  if (rotation.previousValidUntil !== null) await endOfGrace(scene);
  const window = { from: triggeredAt - MARGIN_MS, to: stage.now() + MARGIN_MS };
  const measured = watchOn(scene, { rotation, trigger, triggeredAt, window, oldSecret });
  // Whatever fails meanwhile is told when all are waited for.
  measured.catch(() => {});
  return { measured };
}

async function watchOn(scene: Scene, observed: Observed): Promise<Measured> {
  const { site, live } = scene;
  const { id, accessTokenUrl } = site.credential;
  await sleep(MARGIN_MS + LEAD_MS);
  const oldSecretRefused = await isRefused(accessTokenUrl, { clientId: CLIENT_ID, secret: observed.oldSecret });
  live.note(id, `the old secret is ${oldSecretRefused ? 'refused' : 'STILL ACCEPTED'}`);
  return measure(site, observed, oldSecretRefused);
}

interface Observed {
  readonly rotation: Rotation;
  readonly trigger: Trigger;
  readonly triggeredAt: number;
  readonly window: Span;
  readonly oldSecret: string;
}

function measure({ watch, requests: all }: Site, observed: Observed, oldSecretRefused: boolean): Measured {
  const { rotation, trigger, triggeredAt, window } = observed;
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
