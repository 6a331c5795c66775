import { isDeepStrictEqual } from 'node:util';
import { isRotationError } from '../functions/credential/errors.ts';
import type { Decided, RotationRequest } from '../functions/rotation/run/context.ts';
import { CALLS, type Call, requestOf } from './calls.ts';
import { BY_HAND, COMBINATIONS, type Combination, NATIVE, nameOf } from './combinations.ts';
import { isWrite } from './faults.ts';
import type { Laboratory } from './laboratory.ts';
import { REALM } from './parts.ts';
import { prepare } from './prepare.ts';
import type { Ending } from './process.ts';
import { Script, STARTS } from './script.ts';
import type { Only, Progress } from './singles.ts';
import { snapshot } from './snapshot.ts';

const MINUTE_MS = 60_000;
/** Longer than a lease. */
const LEASE_OVER_MS = 10 * MINUTE_MS;
/** Requests that change nothing. */
const READS =
  /^(secrets-manager (Get|Describe|List)|iam (GET|POST \S+\/token)|connector GET|scheduler Get|table Query)/;
/** No run writes more often. */
const MOST_WRITES = 40;

/** Whatever asks for a rotation. Secrets Manager's own steps and retire have no dry run. */
const ASKS = ['schedule', ...(Object.keys(CALLS) as Call[])] as const;

type Ask = (typeof ASKS)[number];

/** A dry run, and the real run after it in the same state. */
export interface DryRun {
  readonly state: string;
  readonly ask: Ask;
  /** The action that the dry run names, and its reason; or the code of the error that it ends by. */
  readonly planned: string;
  /** The same of the first action that the real run takes. */
  readonly taken: string;
  /** The dry run would have asked the IAM whether it keeps the previous secret, which takes a write. */
  readonly wouldProbe: boolean;
  /** What the IAM has answered to the real run; absent where that did not ask. */
  readonly keepsPrevious?: boolean;
  /** What the dry run has sent besides reads, and what was another way after it. */
  readonly writes: readonly string[];
}

/** A state in which a credential is found. */
interface Start {
  readonly combination: Combination;
  readonly start: Script['start'];
  /** A run has died right after so many of its writes. @default - no run has died */
  readonly writes?: number;
  readonly freeze: boolean;
}

/**
 * Every state in which a scene of the laboratory can begin, or that a run leaves which dies at one of its writes; and each with
 * everything that can ask for a rotation: first as a dry run, then as a real one.
 */
export async function playDryRuns({ only, progress }: { only: Only; progress: Progress }): Promise<DryRun[]> {
  const found: DryRun[] = [];
  for (const combination of [...COMBINATIONS, ...NATIVE, ...BY_HAND].filter((one) => isWanted(one, only))) {
    progress(`dry runs: ${nameOf(combination)}`);
    for (const start of STARTS.filter((one) => (only.start ?? one) === one)) {
      for (const ask of asksOf(combination).filter((one) => (only.trigger ?? one) === one)) {
        const state = { combination, start };
        found.push(...(await both({ ...state, freeze: false }, ask)), ...(await both({ ...state, freeze: true }, ask)));
        found.push(...(await afterDeaths(state, ask)));
      }
    }
  }
  return found;
}

/** What is wrong with a dry run, in words. */
export function dryRunFaults(runs: readonly DryRun[]): string[] {
  return runs.flatMap(({ state, ask, writes, ...run }) => [
    ...(isAsPlanned(run) ? [] : [`${state}, ${ask}: the dry run names ${run.planned}, and the run takes ${run.taken}`]),
    ...(run.wouldProbe === (run.keepsPrevious !== undefined)
      ? []
      : [`${state}, ${ask}: of a probe only one of both knows`]),
    ...writes.map((write) => `${state}, ${ask}: the dry run has written: ${write}`),
  ]);
}

/** What is named rests on a good answer to the question that is not asked. Another one is a reason to begin nothing. */
function isAsPlanned({ planned, taken, keepsPrevious }: Omit<DryRun, 'state' | 'ask' | 'writes'>): boolean {
  return planned === taken || (keepsPrevious === false && /^(refuse by|clear )/.test(taken));
}

function isWanted({ strategy, renewal, desk = false }: Combination, only: Only): boolean {
  const values = { strategy, renewal, desk: String(desk) };
  return Object.entries(values).every(([key, value]) => (only[key as keyof typeof values] ?? value) === value);
}

function asksOf({ desk }: Combination): Ask[] {
  return ASKS.filter((ask) => desk || !ask.startsWith('attended'));
}

/** A rotation that died right after each of its writes, until one dies of none. */
async function afterDeaths(state: Pick<Start, 'combination' | 'start'>, ask: Ask): Promise<DryRun[]> {
  const found: DryRun[] = [];
  for (let writes = 1; writes <= MOST_WRITES; writes++) {
    const runs = await both({ ...state, writes, freeze: false }, ask);
    if (runs.length === 0) break;
    found.push(...runs);
  }
  return found;
}

/** A dry run and the real one; nothing where no run dies of so many writes. */
async function both(start: Start, ask: Ask): Promise<DryRun[]> {
  const { combination, freeze, writes } = start;
  const setup = freeze ? { freeze: 'covers' } : {};
  const script = Script.parse({ ...combination, start: start.start, events: [], setup });
  const laboratory = await prepare(script);
  if (writes !== undefined && !(await dies(laboratory, combination, writes))) return [];
  const { simulation } = laboratory;
  const request: RotationRequest =
    ask === 'schedule'
      ? { trigger: 'schedule', scheduledTime: new Date(simulation.now) }
      : { trigger: 'api', ...requestOf(ask, script) };
  const dry = await dryRun(laboratory, request);
  const died = writes === undefined ? '' : `, died at write ${writes}`;
  const state = `${nameOf(combination)}, ${start.start}${freeze ? ', frozen' : ''}${died}`;
  return [{ state, ask, ...dry, ...(await realRun(laboratory, request)) }];
}

/** Lets a rotation die right after so many writes; false where it has come to its end before. */
async function dies(laboratory: Laboratory, { desk }: Combination, writes: number): Promise<boolean> {
  const { simulation, person, credential } = laboratory;
  if (credential.iam.type === 'manual') person.refresh();
  person.submit();
  let sent = 0;
  simulation.setWeather((name) => (isWrite(name) && ++sent === writes ? { fault: 'dies-after' } : undefined));
  await simulation.run(laboratory.rotate({ trigger: 'api', ...(desk && { attended: true }) }));
  simulation.setWeather();
  await simulation.run(simulation.wait(LEASE_OVER_MS));
  return sent >= writes;
}

async function dryRun(
  laboratory: Laboratory,
  request: RotationRequest,
): Promise<Pick<DryRun, 'planned' | 'wouldProbe' | 'writes'>> {
  const { simulation, parts, planned } = laboratory;
  const before = [snapshot(parts), versionsIn(laboratory), [...planned.keys()]];
  const index = simulation.processes.length;
  const { trace } = simulation;
  const begun = trace.length;
  const ending = await through(laboratory, laboratory.plan(request));
  const sent = trace.slice(begun).filter(({ process, point }) => process === index && point > 0);
  const same = isDeepStrictEqual(before, [snapshot(parts), versionsIn(laboratory), [...planned.keys()]]);
  return {
    planned: wordsFor(ending, ({ action, reason, wouldRefuse }) => words(action, reason, wouldRefuse?.code)),
    wouldProbe: ending.kind === 'returned' && ending.value.wouldProbe,
    writes: [...sent.map(({ text }) => text).filter((text) => !READS.test(text)), ...(same ? [] : ['something'])],
  };
}

async function realRun(
  laboratory: Laboratory,
  request: RotationRequest,
): Promise<Pick<DryRun, 'taken' | 'keepsPrevious'>> {
  const actions: Decided[] = [];
  laboratory.decided = (action) => actions.push(action);
  const ending = await through(laboratory, laboratory.rotate(request));
  const at = actions.findIndex(({ kind }) => kind !== 'ask');
  const first = actions[at];
  const asked = actions.slice(0, at).some(({ question }) => question === 'overlap');
  const keepsPrevious = laboratory.parts.iam.realm(REALM).policies.policies.length > 0;
  return {
    taken: first ? words(first.kind, first.reason, first.failure?.code) : wordsFor(ending, () => 'nothing'),
    ...(asked && { keepsPrevious }),
  };
}

async function through<T>({ simulation }: Laboratory, run: Promise<T>): Promise<T> {
  await simulation.run(run);
  return await run;
}

function words(kind: string, reason: string, code?: string): string {
  return `${kind}${code === undefined ? '' : ` by ${code}`} (${reason})`;
}

function wordsFor<T>(ending: Ending<T>, wordsOf: (value: T) => string): string {
  if (ending.kind === 'returned') return wordsOf(ending.value);
  if (ending.kind === 'died') return 'died';
  return isRotationError(ending.error) ? ending.error.code : String(ending.error);
}

function versionsIn({ parts }: Laboratory): readonly string[] {
  return [...parts.secrets.store.secrets.values()].flatMap(({ versions }) => [...versions.keys()]);
}
