import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleInto, type Entry } from '../bundles.ts';
import type { Finding } from '../goals.ts';
import { type Growing, growthTable, type Sized } from '../growth.ts';
import { type FleetRotator, type FleetStand, startFleetStand } from '../processes/fleet-stand.ts';
import { synthesize } from '../processes/synth.ts';
import type { Section } from '../section.ts';
import { depthOf } from '../stand/network.ts';
import { ROUND_TRIP_MS, type SimulatedStand, startSimulated } from '../stand/simulated.ts';
import { type FleetSeries, fleetTable, type PageCounts, pageTable } from './fleet-table.ts';

/** Page lengths. */
const LIMITS = [1, 10, 25, 50];
/** Fleets that are rotated and audited. */
const SIZES = [1, 10, 100, 150];
/** The largest fleet that is synthesized. */
const LARGEST_SYNTH = 150;
const SYNTH_SIZES = [...new Set([...SIZES, LARGEST_SYNTH])];
/** The fleet that is rotated in each round. */
const ROUND_SIZE = 10;

const ROTATORS: readonly { readonly name: FleetRotator; readonly entry: Entry; readonly renewal?: 'regenerate' }[] = [
  { name: 'in-place', entry: 'rotate' },
  { name: 'template', entry: 'template' },
  { name: 'naive script', entry: 'naive', renewal: 'regenerate' },
];

interface Running {
  readonly bundleOf: (entry: Entry) => string;
  readonly rounds: number;
  readonly progress: (line: string) => void;
}

/** What a fleet of many credentials takes. */
export const fleet: Section = {
  name: 'fleet',
  about: 'rotations a second, a page of the list, an audit and a synth, by the size of the fleet',
  run: async (options) => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      const entries: Entry[] = [...ROTATORS.map(({ entry }) => entry), 'api', 'audit'];
      const files = await Promise.all(entries.map(async (entry) => [entry, await bundleInto(folder, entry)] as const));
      const bundleOf = (entry: Entry) => new Map(files).get(entry) ?? '';
      return await measure({ ...options, bundleOf });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function measure(running: Running) {
  const pages: PageCounts[] = [];
  for (const limit of LIMITS) pages.push(await countPage(limit));
  const series = await rotateInRounds(running);
  const growing: Growing[] = [];
  for (const { name, entry, renewal } of ROTATORS) {
    const how = { entry, ...(renewal && { renewal }) };
    growing.push({ name: `rotations: ${name}`, sizes: await bySize(how, running, (stand) => stand.rotate(name)) });
  }
  growing.push({ name: 'a page of the list', sizes: await byLimit(running) });
  growing.push({ name: 'an audit', sizes: await bySize({ entry: 'audit' }, running, (stand) => stand.audit()) });
  growing.push(...(await synths(running)));
  return { tables: [fleetTable(series), pageTable(pages), growthTable(growing)], findings: pageFindings(pages) };
}

async function rotateInRounds({ bundleOf, rounds, progress }: Running): Promise<FleetSeries[]> {
  const stands: FleetStand[] = [];
  try {
    for (const { entry, renewal } of ROTATORS) {
      stands.push(await startFleetStand(ROUND_SIZE, { bundle: bundleOf(entry), ...(renewal && { renewal }) }));
    }
    const all = ROTATORS.map(({ name }, index) => ({ name, stand: stands[index], taken: [] as Sized[] }));
    for (const { name, stand } of all) await stand?.rotate(name);
    for (let round = 0; round < rounds; round += 1) {
      progress(`fleet: rotations, round ${round + 1} of ${rounds}`);
      for (const { name, stand, taken } of round % 2 === 0 ? all : [...all].reverse()) {
        if (stand) taken.push(await stand.rotate(name));
      }
    }
    return all;
  } finally {
    for (const stand of stands) await stand.close();
  }
}

async function bySize(
  { entry, renewal }: { readonly entry: Entry; readonly renewal?: 'regenerate' },
  { bundleOf, progress }: Running,
  work: (stand: FleetStand) => Promise<Sized>,
): Promise<Sized[]> {
  const sizes: Sized[] = [];
  for (const size of SIZES) {
    progress(`fleet: ${entry}, ${size}`);
    const stand = await startFleetStand(size, { bundle: bundleOf(entry), ...(renewal && { renewal }) });
    sizes.push(await work(stand).finally(() => stand.close()));
  }
  return sizes;
}

/** Pages of the largest fleet, each by a process that has answered nothing yet. */
async function byLimit({ bundleOf, progress }: Running): Promise<Sized[]> {
  const sizes: Sized[] = [];
  for (const limit of LIMITS) {
    progress(`fleet: a page of ${limit}`);
    const stand = await startFleetStand(Math.max(...SIZES), { bundle: bundleOf('api') });
    sizes.push(await stand.list(limit).finally(() => stand.close()));
  }
  return sizes;
}

async function synths({ progress }: Running): Promise<Growing[]> {
  const sizes: Sized[] = [];
  for (const size of SYNTH_SIZES) {
    progress(`fleet: synth, ${size}`);
    sizes.push(await synthesize(size, { bundled: false }));
  }
  progress('fleet: synth with bundles');
  const bundled = await synthesize(1, { bundled: true });
  return [
    { name: 'a synth without bundles', sizes },
    { name: 'a synth with bundles', sizes: [bundled] },
  ];
}

/** Counts what a page takes in a fleet that is longer than the page. @throws {Error} when the page isn't full */
export async function countPage(limit: number): Promise<PageCounts> {
  const others = Array.from({ length: limit }, (_, index) => `other-${index + 1}`);
  const stand = await startSimulated({ strategy: 'in-place', renewal: 'set' }, others);
  try {
    return await countTwice(stand, limit);
  } finally {
    await stand.close();
  }
}

async function countTwice(stand: SimulatedStand, limit: number): Promise<PageCounts> {
  const { calls: firstCalls } = await countOnce(stand, limit);
  return { ...(await countOnce(stand, limit)), firstCalls };
}

async function countOnce(
  { network, functions }: SimulatedStand,
  limit: number,
): Promise<Omit<PageCounts, 'firstCalls'>> {
  const begun = network.now;
  const before = network.hops.length;
  const request = new Request(`https://api.example.com/credentials?limit=${limit}`);
  const answer = await network.run(() => functions.api(request));
  const { credentials } = (await answer.json()) as { readonly credentials: readonly unknown[] };
  if (credentials.length !== limit) throw new Error(`a page of ${limit} holds ${credentials.length}`);
  const hops = network.hops.slice(before);
  const roundTrips = (network.now - begun) / ROUND_TRIP_MS;
  return { credentials: limit, calls: hops.length, depth: depthOf(hops), roundTrips };
}

function pageFindings(pages: readonly PageCounts[]): Finding[] {
  const longest = pages.at(-1);
  return longest ? [{ goal: 'page-calls', ours: longest.calls }] : [];
}
