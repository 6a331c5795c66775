import type { FleetRequest } from '../credential/events/fleet-rotation.ts';
import type { FleetFault, FleetItem, FleetWave } from '../ports/many/records.ts';

/** What is known of a credential when it is chosen. */
export interface Candidate {
  readonly id: string;
  /** Undefined where the settings can't be read: no tag is known to be missing. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly expected?: FleetFault;
}

type Choice = Pick<FleetRequest['select'], 'tags' | 'match'>;
type Tolerated = NonNullable<FleetRequest['tolerated']>;

/** What a wave bears that says nothing itself. */
const BORNE: Tolerated = { percent: 10 };

/** Whether an id fits a pattern of a request: `*` stands for any characters, `?` for one. */
export function fits(id: string, pattern: string | undefined): boolean {
  if (pattern === undefined) return true;
  const source = pattern.replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(id);
}

/**
 * Whether a credential is chosen. One whose settings can't be read is: its run begins nothing and says why, and leaving it out would
 * hide it.
 */
function isChosen({ id, tags }: Candidate, { tags: named = {}, match }: Choice): boolean {
  return fits(id, match) && (tags === undefined || hasTags(tags, named));
}

/** Who is in which wave. */
export interface Planned {
  readonly waves: readonly FleetWave[];
  readonly items: readonly FleetItem[];
}

/**
 * Puts each chosen credential into the first wave that takes it, and the rest into a last one. A wave without a credential is left out.
 *
 * @param candidates in any order; within a wave they are in the order of their ids
 */
export function planWaves(request: FleetRequest, candidates: readonly Candidate[]): Planned {
  const { select, waves: asked = [] } = request;
  const chosen = candidates.filter((one) => isChosen(one, select)).toSorted(byId);
  const taken = Map.groupBy(chosen, (one) => asked.findIndex((wave) => one.tags && isChosen(one, wave)));
  const named = asked.map((wave, index) => ({ name: nameOf(wave), wave, members: taken.get(index) ?? [] }));
  const rest = { name: asked.length === 0 ? nameOf(select) : 'the rest', wave: {}, members: taken.get(-1) ?? [] };
  const filled = [...named, rest].filter(({ members }) => members.length > 0);
  return {
    waves: filled.map(({ name, wave, members }) => ({
      name,
      total: members.length,
      tolerated: tolerated(('tolerated' in wave ? wave.tolerated : undefined) ?? request.tolerated, members.length),
    })),
    items: filled.flatMap(({ members }, wave) =>
      members.map(({ id, expected }) => ({ credential: id, wave, ...(expected && { expected }) })),
    ),
  };
}

function tolerated({ count, percent = 0 }: Tolerated = BORNE, total: number): number {
  return count ?? Math.floor((percent / 100) * total);
}

/** What people call a wave: `env=test acme-*`. */
function nameOf({ tags = {}, match }: Choice): string {
  const pairs = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  return [...pairs, ...(match === undefined ? [] : [match])].join(' ') || 'all';
}

function hasTags(tags: Readonly<Record<string, string>>, named: Readonly<Record<string, string>>): boolean {
  return Object.entries(named).every(([key, value]) => tags[key] === value);
}

function byId(one: Candidate, other: Candidate): number {
  return one.id < other.id ? -1 : 1;
}
