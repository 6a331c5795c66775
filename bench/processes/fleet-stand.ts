import { auditEvent } from '../../functions/credential/events/audit.ts';
import { idsOf, TURN } from '../../local/load/fleet.ts';
import type { Sized } from '../growth.ts';
import { naiveBy, OURS, type Rotator, registerSteps, templateBy } from '../peers/rotators.ts';
import { hostFunctions } from '../stand/host.ts';
import { type ServedStand, startServed } from '../stand/served.ts';
import { type FunctionProcess, startFunction } from './function-process.ts';

/** As the stack has it. */
const AUDIT_TIMEOUT_MS = 840_000;

/** Who rotates a fleet. */
export type FleetRotator = 'in-place' | 'template' | 'naive script';

/** A fleet over loopback, without service times, and a process for what is done to it. */
export interface FleetStand {
  /** Rotates each credential, one after the other. */
  rotate(name: FleetRotator): Promise<Sized>;
  /** Looks at the first page of the list. */
  list(limit: number): Promise<Sized>;
  /** Audits all credentials in whole. */
  audit(): Promise<Sized>;
  close(): Promise<void>;
}

/** @param renewal how whoever rotates it does */
export async function startFleetStand(
  size: number,
  { bundle, renewal = 'set' }: { readonly bundle: string; readonly renewal?: 'set' | 'regenerate' },
): Promise<FleetStand> {
  // All of them have their turn at once: more than any audit of a deployed stack has to do.
  const stand = await startServed({ strategy: 'in-place', renewal }, { ids: idsOf(size) });
  const child = await startFunction({ bundle, aws: stand.aws, timeoutMs: AUDIT_TIMEOUT_MS });
  const measure = (work: () => Promise<void>, credentials = size) => measured(work, { stand, child, credentials });
  return {
    rotate: async (name) => await measure(await rotating(name, stand, child)),
    list: async (limit) => await measure(() => list(limit, stand, child), limit),
    audit: async () => await measure(() => audit(size, child)),
    close: async () => {
      await child.end();
      await stand.close();
    },
  };
}

async function measured(
  work: () => Promise<void>,
  { stand, child, credentials }: { stand: ServedStand; child: FunctionProcess; credentials: number },
): Promise<Sized> {
  const before = stand.requests.count;
  const begun = performance.now();
  await work();
  const ms = performance.now() - begun;
  return { credentials, ms, calls: stand.requests.count - before, megabytes: child.megabytes() };
}

/** Prepares a rotation of all. */
async function rotating(name: FleetRotator, stand: ServedStand, child: FunctionProcess): Promise<() => Promise<void>> {
  stand.functions = hostFunctions({ rotate: () => async (event) => await child.invoke(event) }, () => new Date());
  const views = stand.customers.map((customer) => ({ ...stand, customer }));
  const take: Rotator = {
    'in-place': OURS.schedule,
    template: templateBy(async ({ customer: { credential } }, step) => void (await child.invoke({ credential, step }))),
    'naive script': naiveBy(async ({ customer: { credential } }) => void (await child.invoke({ credential }))),
  }[name];
  if (name === 'template') for (const view of views) await registerSteps(view);
  return async () => {
    for (const view of views) await take(view);
  };
}

async function list(limit: number, stand: ServedStand, child: FunctionProcess): Promise<void> {
  const { api } = hostFunctions({ api: () => async (event) => await child.invoke(event) }, () => new Date());
  const answer = await api(new Request(`https://api.example.com/credentials?limit=${limit}`));
  const { credentials = [] } = (await answer.json()) as { readonly credentials?: readonly unknown[] };
  if (credentials.length !== Math.min(limit, stand.customers.length))
    throw new Error(`a page of ${limit} holds ${credentials.length} (${answer.status})`);
}

async function audit(size: number, child: FunctionProcess): Promise<void> {
  const event = { ...auditEvent({ repair: false }), scheduledTime: TURN.toISOString() };
  const { audited, failed } = (await child.invoke(event)) as { readonly audited: number; readonly failed: number };
  if (audited !== size || failed > 0) throw new Error(`of ${size}, ${audited} were audited, and ${failed} failed`);
}
