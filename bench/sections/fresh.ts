import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleInto, type Entry } from '../bundles.ts';
import { type FreshRound, type FreshStand, startFresh, type TakenBy } from '../processes/fresh-stand.ts';
import type { Section } from '../section.ts';
import { type Certificate, makeCertificate } from '../stand/certificate.ts';
import { type FreshSeries, freshFindings, freshTable, SETTINGS } from './fresh-table.ts';

/** Who rotates, by what is bundled. */
const CONTENDERS: readonly { readonly name: TakenBy; readonly entry: Entry }[] = [
  { name: 'in-place', entry: 'rotate' },
  { name: 'template', entry: 'template' },
  { name: 'naive script', entry: 'naive' },
];

/** How long the first and the second rotation of a fresh process leave the connector without a secret that works. */
export const fresh: Section = {
  name: 'fresh',
  about: 'outage in place with functions in fresh processes that have the processor of 512 MB, also over TLS',
  run: async ({ rounds, progress }) => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      const certificate = await makeCertificate(folder);
      const bundles = await Promise.all(CONTENDERS.map(({ entry }) => bundleInto(folder, entry)));
      const series: FreshSeries[] = [];
      for (const setting of SETTINGS) {
        series.push(...(await roundsOf({ setting, certificate, bundles, rounds, progress })));
      }
      return { tables: [freshTable(series)], findings: freshFindings(series) };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

interface Rounds {
  readonly setting: (typeof SETTINGS)[number];
  readonly certificate: Certificate;
  /** Of the contenders, in their order. */
  readonly bundles: readonly string[];
  readonly rounds: number;
  readonly progress: (line: string) => void;
}

async function roundsOf({ setting, certificate, bundles, rounds, progress }: Rounds): Promise<FreshSeries[]> {
  const stands: FreshStand[] = [];
  try {
    for (const [index, { name }] of CONTENDERS.entries()) {
      const bundle = bundles[index] ?? '';
      stands.push(await startFresh({ name, bundle, ...setting, ...(setting.tls && { certificate }) }));
    }
    const taken = stands.map(() => [] as FreshRound[]);
    for (let round = 0; round < rounds; round += 1) {
      progress(`fresh: ${setting.title}, round ${round + 1} of ${rounds}`);
      // All at once: each has a share of a processor of its own, and together they have less than one.
      await Promise.all(stands.map(async (stand, index) => taken[index]?.push(await stand.round())));
    }
    return CONTENDERS.map(({ name }, index) => ({ setting, name, rounds: taken[index] ?? [] }));
  } finally {
    for (const stand of stands) await stand.close();
  }
}
