/**
 * The name of an SDK's error, which says what kind it is.
 *
 * @returns `unknown error` for what doesn't look like one: it may be any text of whatever answered
 */
export function awsErrorName(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  return /^[A-Z][A-Za-z]{2,60}(Exception|Error|Failure)$/.test(name) ? name : 'unknown error';
}
