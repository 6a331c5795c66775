/**
 * Says what is wrong with the name of a time zone.
 *
 * @returns a sentence for the person who wrote it, or undefined when it can be used
 */
export function timeZoneFault(name: string): string | undefined {
  return isTimeZone(name) ? undefined : `'${name}' is not an IANA time zone; for example Europe/Stockholm`;
}

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
