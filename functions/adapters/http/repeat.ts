import { HttpError } from './connection/http-error.ts';

const PAUSES_MS = [150, 400] as const;
const MAX_RETRY_AFTER_MS = 2000;

/** Statuses that say "not now". */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/**
 * Sends something that changes nothing, and sends it again, twice at most, when nobody is there or the other side says "not now".
 * No answer in time is the end: the next one would cost as much again.
 *
 * @param send one try: a response, or what was read of one
 * @param sleep waits for some milliseconds
 * @param isAway which responses are none @default - those whose status says "not now"
 * @returns the last response, whatever its status
 * @throws {HttpError} when there was none at the last try
 */
export async function repeatRead<T extends Pick<Response, 'status' | 'headers'>>(
  send: () => Promise<T>,
  sleep: (ms: number) => Promise<void>,
  isAway: (response: T) => boolean | Promise<boolean> = ({ status }) => isTransient(status),
): Promise<T> {
  for (let tries = 0; ; tries++) {
    const pause = PAUSES_MS[tries];
    try {
      const response = await send();
      if (pause === undefined || !(await isAway(response))) return response;
      await sleep(retryAfterMs(response) ?? pause);
    } catch (error) {
      const again = error instanceof HttpError && error.kind === 'connection';
      if (pause === undefined || !again) throw error;
      await sleep(pause);
    }
  }
}

/** `Retry-After` in milliseconds, within reason (RFC 9110 §10.2.3, delay-seconds only). */
function retryAfterMs(response: Pick<Response, 'headers'>): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) : undefined;
}
