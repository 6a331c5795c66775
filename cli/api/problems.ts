import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { shown } from '../terminal/text.ts';
import type { ApiAnswer, ApiCall } from './client.ts';

/** The members of a problem, and of the gateway's own answers. */
interface Problem {
  readonly title?: string;
  readonly code?: string;
  readonly cause?: string;
  readonly detail?: string;
  readonly next?: string;
  readonly nothingChanged?: boolean | null;
  readonly retryAfter?: number;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  /** The gateway's. */
  readonly message?: string;
}

/** What is known of the state of things, in words. */
export const STATES: ReadonlyMap<boolean | null, string> = new Map<boolean | null, string>([
  [true, 'nothing was changed'],
  [false, 'something was changed'],
  [null, 'it is not known whether something was changed'],
]);

/**
 * The answer's body, when all went well.
 *
 * @throws {CliError} when the answer is a problem, the API's or the gateway's
 */
export function bodyOf<T>(call: ApiCall, answer: ApiAnswer): T {
  if (answer.status < 300 && typeof answer.body === 'object' && answer.body !== null) return answer.body as T;
  throw problemOf(call, answer);
}

/** An answer that is a problem, as a failure of the command. */
export function problemOf(call: ApiCall, { status, body, headers }: ApiAnswer): CliError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Problem;
  const { credential } = call;
  if (problem.code === undefined) return gatewayFailure(call, { status, message: problem.message });
  const { code, cause, title = code, detail, next = '', nothingChanged = null, retryAfter, errors = [] } = problem;
  const after = retryAfter ?? (Number(headers.get('retry-after')) || undefined);
  const fields = errors.map((one) => `${one.pointer}: ${one.detail}`).join('; ');
  const why = [detail, fields].filter((part) => part).join(': ');
  const wait = after === undefined ? '' : ` Not before ${after} s from now.`;
  return new CliError(exitOf(nothingChanged, after), {
    what: shown(title),
    credential,
    code: cause === undefined || cause === code ? code : `${code}: ${cause}`,
    detail: why === '' ? undefined : shown(why),
    state: STATES.get(nothingChanged) ?? '',
    next: shown(`${next}${wait}`),
    json: body,
  });
}

/** What is known of the state of things decides; a wait helps only where nothing is half done. */
export function exitOf(nothingChanged: boolean | null, retryAfter?: number): ExitCode {
  if (nothingChanged !== true) return EXIT.changed;
  return retryAfter === undefined ? EXIT.failed : EXIT.notNow;
}

/** The gateway answers by itself before the function is called, but for 500 to 504. */
function gatewayFailure(
  call: ApiCall,
  { status, message = 'no message' }: { status: number; message?: string | undefined },
): CliError {
  const { method, path, credential } = call;
  const unknown = method !== 'GET' && call.reads !== true && (status >= 500 || status < 400);
  const exit = unknown ? EXIT.changed : status === 429 || status === 503 ? EXIT.notNow : EXIT.failed;
  return new CliError(exit, {
    what: `The API answered ${status} to ${method} ${path}`,
    credential,
    code: `HTTP ${status}`,
    detail: shown(message),
    state: STATES.get(unknown ? null : true) ?? '',
    next: unknown ? `Look at the credential first: csr status ${credential ?? 'ID'}.` : adviceFor(status, message),
  });
}

/** Words of the gateway about keys and clocks. */
const SIGNED_WRONG = /security token|signature|expired/i;

function adviceFor(status: number, message: string): string {
  if (status === 403 && SIGNED_WRONG.test(message))
    return 'Sign in anew, and see whether the clock of this machine is right: csr doctor.';
  if (status === 403)
    return 'Your principal needs execute-api:Invoke on this route, and a clock that is right: csr doctor. Or use another profile: --profile.';
  if (status === 404)
    return 'This deployment has no such call: deploy the version that this csr is of. Or --api-url names another API.';
  if (status === 429 || status === 503) return 'Repeat the command in a few seconds.';
  return 'See whether --api-url is the address of this API: csr doctor.';
}
