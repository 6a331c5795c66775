import type { Outcome } from '../../functions/credential/outcome.ts';
import { AT_ONCE, type Commanded, rotateMany } from '../partner/csr.ts';
import { FAULTS, makeFaults } from '../partner/faults.ts';
import { CHANGING, LATER, LEAVING, MEMBERS } from '../partner/fleet.ts';
import { watchMemory } from '../partner/memory.ts';
import { disagreements, versionsOf } from '../partner/sight.ts';
import { type PartnerStand, startPartner } from '../partner/stand.ts';
import { type Served, useAll } from '../partner/traffic.ts';
import type { Section } from '../section.ts';
import type { Row, Table } from '../table.ts';

const BEFORE = MEMBERS.filter(({ id }) => id !== LATER);
const AFTER = MEMBERS.filter(({ id }) => id !== LEAVING);
const BROKEN = new Set(FAULTS.map(({ id }) => id));
const WAVES = ['--wave', 'env=test', '--wave', 'env=prod', '--tolerate', '5'];

/** A partner's whole fleet, on a real Keycloak and a stack that was deployed. */
export const partner: Section = {
  name: 'partner',
  about: `${BEFORE.length} credentials on a real Keycloak and stacks deployed to MiniStack: deployed, changed, rotated at once`,
  run: async ({ progress }) => {
    const stand = await startPartner(progress);
    try {
      progress('partner: one comes in the middle, one leaves');
      const change = await changeOne(stand);
      progress(`partner: first runs of ${AFTER.length}`);
      const first = await rotateMany(stand.description, ['--reason', 'first run', '--wave', 'env=test']);
      must(countOf(first, 'adopted') === AFTER.length, `of the first runs: ${toldBy(first)}`);
      await stand.pass(AFTER);
      await makeFaults(stand);
      progress(`partner: rotates ${AFTER.length} in two waves, ${FAULTS.length} of them broken`);
      const all = await rotateAll(stand);
      return { tables: [partnerTable({ deployMs: stand.deployMs, ...change, first, ...all })], findings: [] };
    } finally {
      await stand.close();
    }
  },
};

/** What was seen of a partner's fleet. */
interface PartnerFigures {
  readonly deployMs: number;
  readonly redeployMs: number;
  /** The stacks that the change of one file has changed. */
  readonly changed: readonly string[];
  readonly first: Commanded;
  readonly rotated: Commanded;
  /** What connectors with an overlap got meanwhile. */
  readonly served: Served;
  /** The most memory of all programs, by their names, in MB. */
  readonly memory: ReadonlyMap<string, number>;
}

/** One credential comes and another one goes: only their stack changes, and nobody else's secret. */
async function changeOne(stand: PartnerStand): Promise<Pick<PartnerFigures, 'redeployMs' | 'changed'>> {
  const others = AFTER.filter(({ id }) => id !== LATER);
  const [stacks, versions] = [await stand.changes(), await versionsOf(others, stand)];
  const redeployMs = await stand.redeploy(AFTER);
  const changed = [...(await stand.changes())].flatMap(([name, at]) => (stacks.get(name) === at ? [] : [name]));
  must(changed.length === 1 && changed[0]?.endsWith(CHANGING) === true, `changed: ${changed}`);
  same(await versionsOf(others, stand), versions);
  return { redeployMs, changed };
}

/** Everything in two waves, under traffic, with some that can't be rotated. */
async function rotateAll(stand: PartnerStand): Promise<Pick<PartnerFigures, 'rotated' | 'served' | 'memory'>> {
  const sound = AFTER.filter(({ id }) => !BROKEN.has(id));
  const broken = AFTER.filter(({ id }) => BROKEN.has(id));
  const before = await versionsOf(broken, stand);
  const memory = watchMemory();
  const traffic = await useAll(
    sound.filter(({ overlap }) => overlap),
    stand,
  );
  const rotated = await rotateMany(stand.description, ['--reason', 'a stolen laptop', ...WAVES]);
  const served = await traffic.stop();
  const codes = rotated.progress.failures.map(({ credential, code }) => `${credential}: ${code}`).toSorted();
  const expected = FAULTS.map(({ id, code }) => `${id}: ${code}`).toSorted();
  must(codes.join() === expected.join(), `failed: ${codes.join(', ')}; ${toldBy(rotated)}`);
  must(countOf(rotated, 'rotated') === sound.length, toldBy(rotated));
  must(served.failed === 0, `${served.failed} of ${served.requests} requests failed`);
  same(await versionsOf(broken, stand), before);
  const apart = await disagreements(sound, stand);
  must(apart.length === 0, `these do not hold one secret everywhere: ${apart}`);
  return { rotated, served, memory: await memory.stop() };
}

function countOf({ progress }: Commanded, outcome: Outcome): number {
  return sum(progress.waves.map(({ outcomes }) => outcomes[outcome] ?? 0));
}

/** How a fleet rotation has ended. */
function toldBy({ exit, progress: { outcome, waves } }: Commanded): string {
  return `csr ended with ${exit}, the rotation ${outcome}: ${JSON.stringify(waves)}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function same(now: ReadonlyMap<string, string>, before: ReadonlyMap<string, string>): void {
  const changed = [...before].filter(([id, versions]) => now.get(id) !== versions).map(([id]) => id);
  must(changed.length === 0, `versions of others have changed: ${changed}`);
}

/** @throws {Error} where what was promised did not hold */
function must(held: boolean, otherwise: string): void {
  if (!held) throw new Error(`partner: ${otherwise}`);
}

const NOTE = `${BEFORE.length} credentials of 40 customers, each customer with a realm of its own and the same ten Client IDs, in four files: one in the service's stack, three in stacks of their own. Everything is deployed by one \`cdk deploy --all\`. Then one credential comes in the middle of a file and another one leaves; all are adopted; ${FAULTS.length} are broken, each in another way (${FAULTS.map(({ code }) => code).join(', ')}); all are rotated by one \`csr rotate --all\` in two waves, ${AT_ONCE} at a time, while each connector whose IAM can overlap asks for a token every 50 seconds. The section fails unless exactly the broken ones fail, with their labels untouched, only one stack was changed, no request failed, and Secrets Manager, Keycloak and both sections of every other connector hold one and the same secret afterwards. Keycloak, the emulator, its functions, the connectors and the command share the machine: the times are theirs together. Memory is the most that all programs of a name had at one time, with what they share counted for each.`;

/** The table of what was seen. */
function partnerTable(found: PartnerFigures): Table {
  const { deployMs, redeployMs, changed, first, rotated, served, memory } = found;
  const failed = rotated.progress.failures.length;
  const done = countOf(rotated, 'rotated');
  const rows: Row[] = [
    ['deployed', seconds(deployMs), `${BEFORE.length} credentials in four stacks`],
    ['one came, one left', seconds(redeployMs), `changed: ${changed.join(', ')}`],
    ['first runs', seconds(first.ms), outcomesOf(first)],
    ['rotated', seconds(rotated.ms), `${done} rotated, ${failed} refused; csr ${Math.round(rotated.megabytes)} MB`],
    ['connectors meanwhile', '', `${served.requests} requests, ${served.failed} failed`],
    ['memory', '', [...memory].map(([name, megabytes]) => `${name} ${Math.round(megabytes)} MB`).join(', ')],
  ];
  return { title: "A partner's fleet on real parts", note: NOTE, columns: ['what', 'time', 'seen'], rows };
}

function outcomesOf({ progress }: Commanded): string {
  const all = progress.waves.flatMap(({ outcomes }) => Object.entries(outcomes));
  const names = [...new Set(all.map(([name]) => name))];
  return names.map((name) => `${sum(all.flatMap(([one, count]) => (one === name ? [count] : [])))} ${name}`).join(', ');
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
