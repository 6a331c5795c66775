import { setTimeout as sleep } from 'node:timers/promises';
import type { Rotation } from '../../functions/credential/outcome.ts';
import type { Proof } from '../../functions/credential/proof.ts';
import { lookAt } from './operator.ts';
import { acknowledgeEntry, enterSecret, refreshSecret, submitSecret } from './person.ts';
import type { TaskLine } from './report/report.ts';
import type { Span } from './report/secrets-states.ts';
import { REASON, rotateByApi, type Scene } from './rotating.ts';

/** A rotation, and what is known of the connector after it. */
export interface Performed {
  readonly rotation: Rotation;
  /** How it is known that the connector has the new secret; null when that is not known. */
  readonly proof: Proof | null;
  /** With a person on both sides: what the person was asked to do. */
  readonly tasks?: readonly TaskLine[];
  /** With a person on both sides: from the refresh in the IAM until the secret was entered in the connector. */
  readonly handover?: Span;
}

/** Adopts what IAM and connector hold, where only a person can change them: the person submits it, and says that it is entered. */
export async function adoptByPerson({ stage, site }: Scene): Promise<Rotation> {
  const { stack } = stage;
  await submitSecret(stack, site);
  const rotation = await rotateByApi(stage, site.credential.id, { reason: 'first run', attended: true });
  await acknowledgeEntry(stack, site, await enterSecret(stack, site));
  return rotation;
}

/**
 * Rotates where only a person can change IAM and connector: a run asks that person, who refreshes and submits the secret, lets a run
 * store it, enters it, and acknowledges that.
 *
 * @param at milliseconds since the epoch
 */
export async function rotateByPerson({ stage, site, live }: Scene, at: number): Promise<Performed> {
  const { stack, clocks } = stage;
  const { id } = site.credential;
  await sleep(at - clocks.now());
  const asked = await rotateByApi(stage, id, { reason: REASON });
  live.note(id, `${asked.outcome}: a person refreshes the secret in the IAM, and submits it`);
  const from = clocks.now();
  refreshSecret(stack, site);
  await submitSecret(stack, site);
  const rotation = await rotateByApi(stage, id, { reason: REASON, attended: true });
  const versionId = await enterSecret(stack, site);
  const handover = { from, to: clocks.now() };
  await acknowledgeEntry(stack, site, versionId);
  live.note(id, 'the person has entered the secret in the connector, and acknowledged that');
  return { rotation, handover, ...(await afterwards(stack.apiUrl, [asked, rotation])) };
}

/** What the API shows at the end of what the runs have asked for. */
async function afterwards(apiUrl: string, runs: readonly Rotation[]): Promise<Pick<Performed, 'proof' | 'tasks'>> {
  const { connectors, tasks } = await lookAt(apiUrl, runs[0]?.credential ?? '');
  const asked = new Set(runs.flatMap((run) => run.tasks ?? []).map(({ kind }) => kind));
  const open = new Set(tasks.map(({ kind }) => kind));
  return {
    proof: connectors[0]?.proof?.level ?? null,
    tasks: [...new Set([...asked, ...open])].map((kind) => ({ kind, done: !open.has(kind) })),
  };
}
