import { EXAMPLE_IDS } from '../../local/real-stack/example-fleet.ts';
import { type Counts, count, OUR_CASES, PEER_CASES } from '../counting.ts';
import { type RealCounts, startReal } from '../real/real-stand.ts';
import type { Section } from '../section.ts';
import type { Table } from '../table.ts';

const [DUAL_SECRET, IN_PLACE] = EXAMPLE_IDS;

/** A rotation as it was counted on real parts, and on the simulated network. */
export interface RealRow {
  readonly name: string;
  readonly real: RealCounts;
  readonly simulated: RealCounts;
}

/** Whether a rotation takes on real parts what it takes on the simulated network. */
export const real: Section = {
  name: 'real',
  about: 'calls of one rotation on a real Keycloak and a stack deployed to MiniStack',
  run: async ({ progress }) => {
    const stand = await startReal(progress);
    try {
      progress('real: so soon after the deployment no rotation begins');
      await stand.wait();
      progress('real: first rotations');
      for (const id of EXAMPLE_IDS) await stand.rotate(id);
      await stand.wait();
      const rows: RealRow[] = [];
      for (const [id, name] of [
        [IN_PLACE, 'in-place · set · api'],
        [DUAL_SECRET, 'dual-secret · set · api in grace'],
      ] as const) {
        progress(`real: ${name}`);
        rows.push({ name, real: await stand.rotate(id), simulated: await simulated(name) });
      }
      progress('real: naive script');
      const naive = await stand.rotateNaively(IN_PLACE);
      rows.push({ name: 'naive script', real: naive, simulated: (await count(PEER_CASES.naive)).warm });
      return { tables: [realTable(rows)], findings: [] };
    } finally {
      await stand.close();
    }
  },
};

async function simulated(name: string): Promise<Counts> {
  const found = OUR_CASES.find((one) => one.name === name);
  if (!found) throw new Error(`there is no rotation ${name}`);
  return (await count(found)).warm;
}

const KEYS = ['secretsManager', 'iam', 'connector'] as const;

/** The table of both. */
export function realTable(all: readonly RealRow[]): Table {
  const rows = all.map(({ name, real, simulated }) => [
    name,
    ...KEYS.map((key) => real[key]),
    ...KEYS.map((key) => simulated[key]),
    KEYS.every((key) => real[key] === simulated[key]) ? 'yes' : '**no**',
  ]);
  return {
    title: 'Calls on real parts',
    note: "A second rotation over the API, on a real Keycloak and the stack as it is deployed to MiniStack, beside the same on the simulated network. Requests to Secrets Manager (but for access secrets) and to Keycloak are counted before them, those to the connector by itself: it is the embedded one. Schedules, table and events are MiniStack's, and not counted. The template is not among them: MiniStack doesn't take Secrets Manager's four steps.",
    columns: ['rotation', 'Secrets Manager', 'IAM', 'connector', ...KEYS.map((key) => `simulated: ${key}`), 'the same'],
    rows,
  };
}
