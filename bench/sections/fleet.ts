import { PAGE_CALLS_GOAL } from '../goals.ts';
import type { Section } from '../section.ts';
import { depthOf } from '../stand/network.ts';
import { ROUND_TRIP_MS, type SimulatedStand, startSimulated } from '../stand/simulated.ts';
import type { Table } from '../table.ts';

const LIMITS = [1, 10, 25, 50];

/** What one page of `GET /credentials` takes. */
export interface PageCounts {
  readonly credentials: number;
  readonly calls: number;
  readonly depth: number;
  /** How long it takes in round trips, if nothing else took time. */
  readonly roundTrips: number;
  /** The same of the very first page, when nothing is remembered of any credential. */
  readonly firstCalls: number;
}

/** What a fleet of many credentials takes. */
export const fleet: Section = {
  name: 'fleet',
  about: 'calls of a page of the list, by its length',
  run: async ({ progress }) => {
    const pages: PageCounts[] = [];
    for (const limit of LIMITS) {
      progress(`fleet: a page of ${limit}`);
      pages.push(await countPage(limit));
    }
    return fleetTable(pages);
  },
};

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

const COLUMNS = ['credentials', 'calls', 'calls each', 'depth', 'wall ÷ round trip', 'goal', 'calls, the first time'];

const NOTE =
  'On the same simulated network as the calls of a rotation; nothing here depends on the machine. The first time, nothing is remembered of any credential: its settings and versions are read once.';

/** The table of all pages. */
export function fleetTable(pages: readonly PageCounts[]): Table {
  const rows = pages.map(({ credentials, calls, depth, roundTrips, firstCalls }) => [
    credentials,
    calls,
    (calls / credentials).toFixed(2),
    depth,
    roundTrips,
    credentials === 50 ? `calls ≤ ${PAGE_CALLS_GOAL}${calls > PAGE_CALLS_GOAL ? ' (missed)' : ''}` : '',
    firstCalls,
  ]);
  return { title: 'A page of the list', note: NOTE, columns: COLUMNS, rows };
}
