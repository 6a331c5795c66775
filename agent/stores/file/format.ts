/** A value in a text: where it stands, what it means, and how another value is written in its place. */
export interface Located {
  /** The first character of what is replaced, and the first one after it. */
  readonly start: number;
  readonly end: number;
  /** Null where the place is there without a value. */
  readonly value: string | boolean | null;
  /** What stands for the place in a comparison of its surroundings, where writing adds more than the value. */
  readonly gap?: string;
  /**
   * The text of another value in this place.
   *
   * @throws {AgentError} `value-not-writable` when the place can't hold it
   */
  encode(value: string): string;
}

/** A kind of text file. */
export interface Format {
  /**
   * Finds places, each by its own spelling in the settings.
   *
   * @throws {AgentError} `syntax-invalid`, `place-not-found`, `place-ambiguous`, `value-not-usable`
   */
  locate(text: string, places: readonly string[]): ReadonlyMap<string, Located>;
}

/** Stands for a value in a comparison: no text that is read has this character. */
export const GAP = '\u0000';

/** Replaces several places at once. Whatever stands between them stays as it is. */
export function splice(text: string, changes: ReadonlyMap<Located, string>): string {
  const ordered = [...changes].sort(([one], [other]) => other.start - one.start);
  return ordered.reduce(
    (rest, [{ start, end }, replacement]) => rest.slice(0, start) + replacement + rest.slice(end),
    text,
  );
}

/** What stands around places: the text with a gap in the place of each. */
export function around(text: string, places: readonly Located[]): string {
  return splice(text, new Map(places.map((place) => [place, place.gap ?? GAP])));
}
