/** One place of the code that is changed. */
interface Edit {
  /** Below `functions/`; what begins with `agent/` is below the repository. */
  readonly file: string;
  /** Occurs exactly once. */
  readonly from: string;
  readonly to: string;
}

/** A safeguard, how it is taken out, and the scenes that have to notice. */
export interface Mutation {
  readonly safeguard: string;
  /** Several, where each of them would do without the others. */
  readonly edits: readonly Edit[];
  /** Arguments of the laboratory. */
  readonly lab: readonly string[];
}

/** The file of an edit, below the repository. */
export function pathOf(file: string): string {
  return file.startsWith('agent/') ? file : `functions/${file}`;
}

/** One place of the rotation core. */
export function change(file: string, from: string, to: string): Pick<Mutation, 'edits'> {
  return { edits: [{ file: `rotation/${file}`, from, to }] };
}

/** Single faults of some scenes, none of them of a whole dependency or an agent: each takes minutes otherwise. */
export const singles = (only: string) => ['--singles', '--only', only, '--dimensions', ''];

/** One scene that a person thought of. */
export const named = (title: string) => ['--scene', title];

/** One scene. */
export const scene = (script: object) => ['--replay', JSON.stringify(script)];

export const DUAL = { strategy: 'dual-secret', renewal: 'set' };
export const IN_PLACE = { strategy: 'in-place', renewal: 'set' };
export const ALTERNATING = { strategy: 'alternating-clients', renewal: 'set' };

/** The schedule, at the beginning. */
export const SCHEDULED = { at: 0, do: 'schedule' };

/** A caller, and Lambda's repeat of a scheduled run that died, find what it left at the same moment. */
export const TWO_RESUME = [SCHEDULED, { at: 149_990, do: 'api' }];
