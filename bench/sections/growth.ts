import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleInto } from '../bundles.ts';
import { type Growing, growthTable, type Sized } from '../growth.ts';
import { OURS } from '../peers/rotators.ts';
import { startFleetStand } from '../processes/fleet-stand.ts';
import { synthesize } from '../processes/synth.ts';
import type { Section } from '../section.ts';
import { GRACE } from '../stand/customers.ts';
import { type SimulatedStand, startSimulated } from '../stand/simulated.ts';

const SIZES = [1, 10, 100, 1000, 10_000];
/** Credentials of one audit: what has its turn in one quarter of an hour is a hundredth of the fleet. */
const AUDITED = [1, 10, 100, 1000];
/** Sections of ours in the connector, of which two are mandatory. */
const SECTIONS = [2, 10, 25, 50];
/** About as many credentials as leave room in a stack. */
const IN_A_STACK = 90;
const PAGE = 50;

/** How everything grows, from one credential to ten thousand. */
export const growth: Section = {
  name: 'growth',
  about: 'synth, templates, list, audit and rotation, from 1 to 10,000 credentials and 50 sections',
  run: async ({ progress }) => {
    const growing: Growing[] = [
      { name: 'a synth', sizes: await each(SIZES, synth, tell(progress, 'synth')) },
      { name: 'a rotation', sizes: await each(SIZES, rotation, tell(progress, 'rotation')) },
      { name: `a page of ${PAGE}`, sizes: await each(SIZES, page, tell(progress, 'page')) },
      { name: 'an audit of all', sizes: await audits(tell(progress, 'audit')) },
      { name: 'a rotation, by sections', sizes: await each(SECTIONS, sections, tell(progress, 'sections')) },
    ];
    return { tables: [growthTable(growing)], findings: [] };
  },
};

type Tell = (size: number) => void;

function tell(progress: (line: string) => void, what: string): Tell {
  return (size) => progress(`growth: ${what}, ${size}`);
}

async function each(sizes: readonly number[], work: (size: number) => Promise<Sized>, tell: Tell): Promise<Sized[]> {
  const all: Sized[] = [];
  for (const size of sizes) {
    tell(size);
    all.push(await work(size));
  }
  return all;
}

async function synth(size: number): Promise<Sized> {
  return await synthesize(size, { bundled: false, ...(size > IN_A_STACK && { spread: Math.ceil(size / IN_A_STACK) }) });
}

/** One of so many is rotated. */
async function rotation(size: number): Promise<Sized> {
  return await onSimulated(size, async (stand) => {
    return await twice(stand, size);
  });
}

/** The second look at the first page, when the summaries are there. */
async function page(size: number): Promise<Sized> {
  return await onSimulated(size, async (stand) => {
    const look = async () => {
      const answer = await stand.run(() =>
        stand.functions.api(new Request(`https://api.example.com/credentials?limit=${PAGE}`)),
      );
      const { credentials } = (await answer.json()) as { readonly credentials: readonly unknown[] };
      if (credentials.length !== Math.min(PAGE, size)) throw new Error(`a page holds ${credentials.length}`);
    };
    await look();
    return await measured(stand, size, look);
  });
}

/** Rotates a connector with so many sections of ours. */
async function sections(count: number): Promise<Sized> {
  return await onSimulated(1, async (stand) => {
    const { connector } = stand.systems;
    const { configuration } = stand.customer;
    const held = connector.backup(configuration).open();
    const { runtime } = held.authentication;
    const users = Array.from({ length: count - 2 }, (_, index) => [`user-${index + 1}`, runtime] as const);
    connector.configure(configuration, {
      ...held,
      authentication: { ...held.authentication, machineUsers: Object.fromEntries(users) },
    });
    return await twice(stand, count);
  });
}

/** Rotates twice: what is measured is the second one. */
async function twice(stand: SimulatedStand, size: number): Promise<Sized> {
  const rotate = async () => {
    stand.network.now += GRACE.ms;
    await stand.run(() => OURS.schedule(stand));
  };
  await rotate();
  return await measured(stand, size, rotate);
}

async function onSimulated(size: number, work: (stand: SimulatedStand) => Promise<Sized>): Promise<Sized> {
  const others = Array.from({ length: size - 1 }, (_, index) => `other-${index + 1}`);
  const stand = await startSimulated({ strategy: 'in-place', renewal: 'set' }, others);
  try {
    return await work(stand);
  } finally {
    await stand.close();
  }
}

async function measured(stand: SimulatedStand, credentials: number, work: () => Promise<unknown>): Promise<Sized> {
  const before = stand.network.hops.length;
  const begun = performance.now();
  await work();
  const ms = performance.now() - begun;
  return { credentials, ms, calls: stand.network.hops.length - before };
}

async function audits(tell: Tell): Promise<Sized[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const bundle = await bundleInto(folder, 'audit');
    const audit = async (size: number) => {
      const stand = await startFleetStand(size, { bundle });
      return await stand.audit().finally(() => stand.close());
    };
    return await each(AUDITED, audit, tell);
  } finally {
    await rm(folder, { recursive: true });
  }
}
