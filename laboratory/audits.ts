import { type AuditDeps, audit } from '../functions/audit/audit.ts';
import type { FindingKind } from '../functions/credential/published/findings.ts';
import type { Finding } from '../functions/ports/audit/records.ts';
import { MemoryAuditRecords } from '../local/stand-ins/table/audit-records.ts';
import { CALLS, type Call, requestOf } from './calls.ts';
import { BY_HAND, COMBINATIONS, type Combination, NATIVE, nameOf } from './combinations.ts';
import { isWrite } from './faults.ts';
import type { Laboratory } from './laboratory.ts';
import { DESK } from './parts.ts';
import { prepare } from './prepare.ts';
import { Script, STARTS } from './script.ts';
import type { Only, Progress } from './singles.ts';
import { accepts, type Parts, type Snapshot, snapshot } from './snapshot.ts';

/** Requests that change nothing. */
const READS =
  /^(secrets-manager (Get|Describe|List)|iam (GET|POST \S+\/token)|connector GET|scheduler Get|table Query)/;
/** Longer than a lease. */
const LEASE_OVER_MS = 600_000;
/** So many audits begin while a run is at work, so far apart, in milliseconds: a request takes five. */
const AUDITS = 12;
const APART_MS = 35;
/** No run writes more often. */
const MOST_WRITES = 40;

/** Whatever begins a run beside which audits are played. */
const ASKS = ['schedule', ...(Object.keys(CALLS) as Call[])] as const;

type Ask = (typeof ASKS)[number];

/** An audit beside a run, or after one that has died. */
export interface PlayedAudit {
  readonly state: string;
  readonly found: readonly FindingKind[];
  /** What it has sent besides reads. */
  readonly writes: readonly string[];
  /** What it has said that is not so. */
  readonly untruths: readonly string[];
}

/** Audits between everything that a run does, and after its death at each of its writes, from every start. */
export async function playAudits({ only, progress }: { only: Only; progress: Progress }): Promise<PlayedAudit[]> {
  const played: PlayedAudit[] = [];
  for (const combination of [...COMBINATIONS, ...NATIVE, ...BY_HAND].filter((one) => isWanted(one, only))) {
    progress(`audits: ${nameOf(combination)}`);
    for (const start of STARTS.filter((one) => (only.start ?? one) === one)) {
      const asks = ASKS.filter((one) => combination.desk || !one.startsWith('attended'));
      for (const ask of asks.filter((one) => (only.trigger ?? one) === one))
        played.push(
          ...(await besideRun({ combination, start, ask })),
          ...(await afterDeaths({ combination, start, ask })),
        );
    }
  }
  return played;
}

/** What is wrong with audits, in words. */
export function auditFaults(played: readonly PlayedAudit[]): string[] {
  return played.flatMap(({ state, writes, untruths }) => [
    ...writes.map((write) => `${state}: the audit has written: ${write}`),
    ...untruths.map((untruth) => `${state}: ${untruth}`),
  ]);
}

function isWanted({ strategy, renewal, desk = false }: Combination, only: Only): boolean {
  const values = { strategy, renewal, desk: String(desk) };
  return Object.entries(values).every(([key, value]) => (only[key as keyof typeof values] ?? value) === value);
}

interface Scene {
  readonly combination: Combination;
  readonly start: Script['start'];
  readonly ask: Ask;
}

async function besideRun(scene: Scene): Promise<PlayedAudit[]> {
  const laboratory = await open(scene);
  const { simulation } = laboratory;
  const run = rotation(laboratory, scene);
  const audits = Array.from({ length: AUDITS }, async (_, n) => {
    await simulation.wait(n * APART_MS);
    return await auditNow(laboratory, `${stateOf(scene)}, audit ${n + 1} beside the run`);
  });
  await simulation.run(Promise.all([run, ...audits]));
  return await Promise.all(audits);
}

/** An audit after a run that died right after each of its writes, until one dies of none. */
async function afterDeaths(scene: Scene): Promise<PlayedAudit[]> {
  const played: PlayedAudit[] = [];
  for (let writes = 1; writes <= MOST_WRITES; writes++) {
    const laboratory = await open(scene);
    const { simulation } = laboratory;
    let sent = 0;
    simulation.setWeather((name) => (isWrite(name) && ++sent === writes ? { fault: 'dies-after' } : undefined));
    await simulation.run(rotation(laboratory, scene));
    simulation.setWeather();
    if (sent < writes) break;
    await simulation.run(simulation.wait(LEASE_OVER_MS));
    const audited = auditNow(laboratory, `${stateOf(scene)}, died at write ${writes}`);
    await simulation.run(audited);
    played.push(await audited);
  }
  return played;
}

async function open({ combination, start }: Scene): Promise<Laboratory> {
  return await prepare(Script.parse({ ...combination, start, events: [] }));
}

function stateOf({ combination, start, ask }: Scene): string {
  return `${nameOf(combination)}, ${start}, ${ask}`;
}

function rotation(laboratory: Laboratory, { combination, start, ask }: Scene) {
  const { simulation, person, credential } = laboratory;
  if (credential.iam.type === 'manual') person.refresh();
  person.submit();
  if (ask === 'schedule') return laboratory.rotate({ trigger: 'schedule', scheduledTime: new Date(simulation.now) });
  return laboratory.rotate({
    trigger: 'api',
    ...requestOf(ask, Script.parse({ ...combination, start, events: [] })),
  });
}

/** One audit, judged the moment that it ends. */
async function auditNow(laboratory: Laboratory, state: string): Promise<PlayedAudit> {
  const { simulation, credential, parts } = laboratory;
  const records = new MemoryAuditRecords();
  const index = simulation.processes.length;
  const before = snapshot(parts);
  const ending = await laboratory.audit(async (world, depsFor) => {
    const deps = { ...auditDepsOf(laboratory, records), ledgerOf: world.ledger, now: world.now, sleep: world.sleep };
    return await audit({ scheduledTime: world.now(), id: credential.id }, { ...deps, depsOf: depsFor });
  });
  const findings = (await records.read(credential.id))?.findings ?? [];
  const sent = simulation.trace.filter(({ process, point }) => process === index && point > 0);
  return {
    state,
    found: findings.map(({ kind }) => kind),
    writes: sent.map(({ text }) => text).filter((text) => !READS.test(text)),
    untruths: [
      ...(ending.kind === 'returned' && ending.value.failed === 0 ? [] : ['the audit did not come to its end']),
      ...untruthsIn(findings, before, parts),
    ],
  };
}

/**
 * A right secret that is called wrong. A run may put a connector right while an audit tells that it differs; what a person has entered is
 * known by that person's word alone.
 */
function untruthsIn(findings: readonly Finding[], before: Snapshot, parts: Parts): string[] {
  const after = snapshot(parts);
  const { current } = after;
  const works = current !== undefined && accepts(parts, current);
  const differs = (name: string) => [before, after].some((seen) => differsIn(seen, name));
  const said = findings.filter(({ kind, about = '' }) => kind === 'connector-differs' && about !== DESK);
  return [
    ...(findings.some(({ kind }) => kind === 'secret-refused') && works
      ? ['the current secret was called refused, and it is accepted']
      : []),
    ...said.filter(({ about = '' }) => !differs(about)).map(({ about }) => `${about} was said to differ, and does not`),
  ];
}

function differsIn({ current, sections }: Snapshot, name: string): boolean {
  return sections.some(
    ({ place, clientSecret }) => place.startsWith(`${name} `) && clientSecret !== current?.clientSecret,
  );
}

/** What an audit works with beside the ports of a run. */
function auditDepsOf(
  { credential }: Laboratory,
  records: MemoryAuditRecords,
): Omit<AuditDeps, 'ledgerOf' | 'now' | 'sleep' | 'depsOf'> {
  const schedule = {
    expression: credential.schedule.expression,
    timezone: credential.schedule.timezone,
    enabled: true,
    windowMs: 0,
    changedAt: new Date(0),
  };
  const nothing = () => undefined;
  return {
    watch: {
      ids: async function* () {
        yield credential.id;
      },
      read: async () => ({ credential, schedule }),
      planned: async () => [],
    },
    records,
    events: { publish: async () => {} },
    tell: { looked: nothing, aged: nothing, away: nothing, handedOver: nothing, failed: nothing },
    remainingMs: () => Number.POSITIVE_INFINITY,
  };
}
