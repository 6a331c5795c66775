import { setTimeout as sleep } from 'node:timers/promises';
import type { RotateAnswer } from '../../functions/rotate.ts';
import type { Rotation } from '../../functions/rotation/outcome.ts';
import type { RetireReport } from '../../functions/rotation/retire.ts';
import type { Invocation } from '../lambda/host.ts';
import { CLIENT_ID, scheduleFrom } from './fleet.ts';
import type { Live } from './live.ts';
import { isRefused, requestRotation } from './operator.ts';
import type { Measured, Report } from './report.ts';
import { outagesOf, type Span } from './secrets-watch.ts';
import { GRACE_MS, LEASE_MS, type Site, type Stage } from './stage.ts';

/** How much before a trigger and after an end the connector's requests count, in milliseconds. */
const MARGIN_MS = 1000;
/** How long an invocation may take to come, in milliseconds. */
const PATIENCE_MS = 20_000;

type Trigger = 'schedule' | 'api';

/** What is told: for each site in turn, by what it is rotated. */
const ROUNDS: readonly (readonly Trigger[])[] = [
  ['schedule', 'api'],
  ['api', 'schedule'],
];

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
  const rotations: Measured[] = [];
  for (const triggers of ROUNDS) {
    live.note('', `waiting out the lease of ${LEASE_MS / 1000} s: until then another run could be alive`);
    await sleep(LEASE_MS);
    const round = stage.sites.map((site, index) => observeRotation({ stage, site, live }, triggers[index] ?? 'api'));
    rotations.push(...(await Promise.all(round)));
  }
  return { onboarded, rotations };
}

async function adopt({ stack }: Stage, { credential: { id } }: Site, live: Live) {
  const { outcome } = await requestRotation(stack.apiUrl, id, 'first run');
  live.note(id, `${outcome}: what the IAM holds is stored`);
  return { credential: id, outcome };
}

interface Scene {
  readonly stage: Stage;
  readonly site: Site;
  readonly live: Live;
}

async function observeRotation(scene: Scene, trigger: Trigger): Promise<Measured> {
  const { stage, site, live } = scene;
  const { id, accessTokenUrl } = site.credential;
  const oldSecret = site.watch.configuredSecret;
  // Scheduler knows whole seconds only.
  const triggeredAt = Math.ceil((stage.now() + MARGIN_MS + 200) / 1000) * 1000;
  const rotation = await (trigger === 'schedule' ? bySchedule : onDemand)(scene, triggeredAt);
  live.note(id, `${rotation.outcome} (${rotation.strategy}, ${trigger}) in ${rotation.durationMs} ms`);
  if (rotation.previousValidUntil !== null) await endOfGrace(scene);
  const window = { from: triggeredAt - MARGIN_MS, to: stage.now() + MARGIN_MS };
  await sleep(MARGIN_MS + 200);
  const oldSecretRefused = await isRefused(accessTokenUrl, { clientId: CLIENT_ID, secret: oldSecret });
  live.note(id, `the old secret is ${oldSecretRefused ? 'refused' : 'STILL ACCEPTED'}`);
  return measure(site, { rotation, trigger, triggeredAt, window, oldSecretRefused });
}

async function bySchedule({ stage, site, live }: Scene, at: number): Promise<Rotation> {
  const { id } = site.credential;
  const ended = stage.invocations.next(
    `The scheduled rotation of ${id}`,
    ({ functionName, event }) => functionName.endsWith('-rotate') && isScheduled(event, id),
    at - stage.now() + PATIENCE_MS,
  );
  live.note(id, 'its schedule is due next second');
  await Promise.all([scheduleFrom(stage.stack, site.credential, new Date(at)), ended]);
  const { rotation } = (await ended) as RotateAnswer;
  if (!rotation) throw new Error(`The scheduled rotation of ${id} told nothing`);
  return rotation;
}

async function onDemand({ stage, site, live }: Scene, at: number): Promise<Rotation> {
  const { id } = site.credential;
  await sleep(at - stage.now());
  live.note(id, 'rotation requested through the API');
  return await requestRotation(stage.stack.apiUrl, id, 'demonstration');
}

async function endOfGrace({ stage, site, live }: Scene): Promise<void> {
  const { id } = site.credential;
  live.note(id, `grace: both secrets work for ${GRACE_MS / 1000} s`);
  const isOurs = ({ functionName, event }: Invocation) =>
    functionName.endsWith('-retire') && (event as { id?: string }).id === id;
  const report = await stage.invocations.next(`The retire of ${id}`, isOurs, GRACE_MS + PATIENCE_MS);
  live.note(id, `the end of grace: ${(report as RetireReport).outcome}`);
}

function isScheduled(event: unknown, id: string): boolean {
  const { trigger, credential } = event as { trigger?: string; credential?: { id?: string } };
  return trigger === 'schedule' && credential?.id === id;
}

interface Observed {
  readonly rotation: Rotation;
  readonly trigger: Trigger;
  readonly triggeredAt: number;
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
