/** So often, at most, is told how far a long command has come. */
const MOST_NOTES = 10;

/**
 * Counts what has been done of many things, and tells how far it has come: ten times at most, and never of a few.
 *
 * @param total how many there are
 * @param tell takes `40 of 400 …`
 * @returns what to call after each of them
 */
export function progress(total: number, tell: (line: string) => void): () => void {
  const every = Math.ceil(total / MOST_NOTES);
  let done = 0;
  return () => {
    done += 1;
    if (total > MOST_NOTES && done % every === 0 && done < total) tell(`${done} of ${total} …`);
  };
}
