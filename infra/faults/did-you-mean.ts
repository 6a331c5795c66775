/**
 * A hint for a word that is nearly one of those that are known: in another case, with a few letters more, less or other, or cut short.
 *
 * @returns for example `did you mean 'timezone'?`, or undefined where nothing is near
 */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((one) => ({ one, distance: distance(plain(word), plain(one)) }))
    .filter(({ one, distance }) => distance <= allowance(plain(one)) || beginsAlike(plain(word), plain(one)))
    .sort((a, b) => a.distance - b.distance);
  return nearest && `did you mean '${nearest.one}'?`;
}

function plain(word: string): string {
  return word
    .slice(0, 60)
    .toLowerCase()
    .replaceAll(/[\s_-]/g, '');
}

/** One letter in four may be wrong. */
function allowance(known: string): number {
  return Math.floor(known.length / 4);
}

function beginsAlike(word: string, known: string): boolean {
  return word.length >= 4 && (known.startsWith(word) || (known.length >= 4 && word.startsWith(known)));
}

/** The least number of letters to insert, leave out or change. @see [Levenshtein distance](https://en.wikipedia.org/wiki/Levenshtein_distance) */
function distance(word: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...word].entries()) {
    const next = [i + 1];
    for (const [j, one] of [...other].entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === one ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
