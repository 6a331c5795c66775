import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { writeDurably } from './durable.ts';

/** What a host is told by. */
export interface Machine {
  readonly hostname: string;
  /** Of its network adapters. A machine that is copied gets others. */
  readonly macs: readonly string[];
}

const Identity = z.strictObject({
  v: z.literal(1),
  id: z.string().min(1),
  hostname: z.string(),
  macs: z.array(z.string()),
});

type Identity = z.infer<typeof Identity>;

/**
 * Which host this is: an id that is drawn once and kept in the state folder. Where the folder comes from another machine, a copied
 * one for example, another id is drawn, so that the two can be told apart.
 *
 * @param machine @default - this one
 */
export async function hostIdIn(folder: string, machine: Machine = thisMachine()): Promise<string> {
  const path = join(folder, 'host.json');
  const kept = await readIdentity(path);
  const id = kept && isSame(kept, machine) ? kept.id : randomBytes(8).toString('hex');
  const macs = machine.macs.length > 0 ? [...machine.macs] : (kept?.macs ?? []);
  const next: Identity = { v: 1, id, hostname: machine.hostname, macs };
  if (JSON.stringify(next) !== JSON.stringify(kept)) await writeDurably(path, JSON.stringify(next));
  return id;
}

/** Adapters come and go: one that is the same is enough. A host that has none up yet is taken for the same. */
function isSame({ hostname: name, macs }: Identity, machine: Machine): boolean {
  if (name !== machine.hostname) return false;
  return macs.length === 0 || machine.macs.length === 0 || macs.some((mac) => machine.macs.includes(mac));
}

async function readIdentity(path: string): Promise<Identity | undefined> {
  try {
    return Identity.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function thisMachine(): Machine {
  const addresses = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const macs = addresses.filter(({ internal, mac }) => !internal && !/^[0:]+$/.test(mac)).map(({ mac }) => mac);
  return { hostname: hostname(), macs: [...new Set(macs)].sort() };
}
