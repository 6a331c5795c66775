/** Days, hours, minutes and seconds in ISO 8601. */
export const DURATION = /^P(?=\d|T\d)(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/;

/**
 * Reads an ISO 8601 duration that has days, hours, minutes and seconds only. Years, months, weeks and fractions have no
 * fixed length or no use here and are refused.
 *
 * @param text for example `PT24H` or `P90D`
 * @returns milliseconds, or undefined when the text is not such a duration
 * @see [ISO 8601-1 §5.5.2](https://www.iso.org/standard/70907.html)
 */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (!match) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/**
 * {@link parseDuration} for a text that a schema has already accepted.
 *
 * @throws {RangeError} when the text is not a duration: the caller skipped the schema
 */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new RangeError(`'${text}' is not an ISO 8601 duration`);
  return ms;
}
