/** What came of one check. */
export interface Check {
  /** What the rotator was tried on, for example a Client ID. */
  readonly on: string;
  readonly what: string;
  readonly expected: 'allowed' | 'refused';
  /**
   * `missing`: it has to be allowed, and isn't. `too-much`: it has to be refused, and isn't. `unclear`: neither was proven. `not-tried`:
   * the try could have done harm now. `accepted`: it is allowed, and the release knows nothing narrower.
   */
  readonly result: 'ok' | 'missing' | 'too-much' | 'accepted' | 'unclear' | 'not-tried';
  /** What was seen. */
  readonly proof: string;
}

/** Results with which a rotator isn't as it has to be. */
const WRONG: readonly Check['result'][] = ['missing', 'too-much', 'unclear'];

/** Whether a check found something wrong. */
export function isWrong({ result }: Check): boolean {
  return WRONG.includes(result);
}
