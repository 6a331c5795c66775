import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundle, ENTRIES, type Entry, kilobytesOf } from '../bundles.ts';
import type { Finding } from '../goals.ts';
import type { Section } from '../section.ts';
import { paired, spreadOf, written } from '../statistics.ts';
import type { Row, Table } from '../table.ts';

const run = promisify(execFile);
const NAMES = Object.keys(ENTRIES) as Entry[];

/** Imports a bundle, and tells the processor time that it took, in milliseconds. */
const IMPORTING = `const before = process.cpuUsage();
await import(process.argv[1]);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);
process.exit();`;

/** A bundle, and the processor time of its import in each round. */
export interface StartUpSeries {
  readonly name: Entry;
  readonly kilobytes: number;
  readonly importMs: readonly number[];
}

/** What a function costs before it does anything. */
export const startUp: Section = {
  name: 'start-up',
  about: "bundle and import of each function, beside a bare handler with one client of Secrets Manager's",
  run: async ({ rounds, progress }) => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      const measuring = await Promise.all(NAMES.map((name) => prepare(name, folder)));
      for (let round = 0; round < rounds; round += 1) {
        progress(`start-up: round ${round + 1} of ${rounds}`);
        for (const { file, importMs } of measuring) importMs.push(await importOnce(file));
      }
      return { tables: [startUpTable(measuring)], findings: startUpFindings(measuring) };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function prepare(name: Entry, folder: string) {
  const contents = await bundle(name);
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, contents);
  await importOnce(file);
  return { name, file, kilobytes: kilobytesOf(contents), importMs: [] as number[] };
}

async function importOnce(file: string): Promise<number> {
  const env = { AWS_REGION: 'eu-north-1' };
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', IMPORTING, file], { env });
  return Number(stdout);
}

const COLUMNS = ['function', 'bundle, kB', '÷ bare', 'import, ms of processor', '÷ bare'];

const NOTE = `Bundled as the stack does. Each import in a fresh process; what is measured is processor time, so that it depends less on what else runs. Bare: a handler with one client of Secrets Manager. Median (least–most) of paired rounds.`;

/** The table of all bundles. @throws {Error} without the bare one */
export function startUpTable(series: readonly StartUpSeries[]): Table {
  const bare = seriesOf(series, 'bare');
  const rows = series.map(
    ({ name, kilobytes, importMs }): Row => [
      name,
      kilobytes,
      (kilobytes / bare.kilobytes).toFixed(2),
      written(spreadOf(importMs), 0),
      written(spreadOf(paired(importMs, bare.importMs))),
    ],
  );
  return { title: 'Start-up', note: NOTE, columns: COLUMNS, rows };
}

/** What there are goals for. @throws {Error} when one was not measured */
export function startUpFindings(series: readonly StartUpSeries[]): Finding[] {
  const [bare, template, naive] = (['bare', 'template', 'naive'] as const).map((name) => seriesOf(series, name));
  return (['rotate', 'api'] as const).flatMap((name): Finding[] => {
    const figures = (of: (one: StartUpSeries) => Finding['ours']) => ({
      ours: of(seriesOf(series, name)),
      ...(bare && { bare: of(bare) }),
      ...(name === 'rotate' && template && naive && { template: of(template), naive: of(naive) }),
    });
    const ratio = ({ importMs }: StartUpSeries) => spreadOf(paired(importMs, bare?.importMs ?? []));
    return [
      { goal: `bundle-${name}`, ...figures(({ kilobytes }) => kilobytes) },
      { goal: `import-${name}`, ...figures(ratio) },
    ];
  });
}

function seriesOf(series: readonly StartUpSeries[], name: Entry): StartUpSeries {
  const found = series.find((one) => one.name === name);
  if (!found) throw new Error(`there is nothing to compare with: ${name}`);
  return found;
}
