import { randomUUID } from 'node:crypto';
import { runSchemathesis, type SchemathesisRun } from './schemathesis.ts';
import { type Answer, type SigningOptions, startSigningProxy } from './signing-proxy.ts';

/** Draws the calls. Always the same, so that a test fails because of a change; `SCHEMATHESIS_SEED` draws others. */
export const SEED = Number(process.env.SCHEMATHESIS_SEED ?? 507571);

/** Sends generated calls to an API, each signed. */
export interface Driver {
  /** All answers so far. */
  readonly answers: readonly Answer[];
  /**
   * Sends calls that the document allows (`positive`) or forbids (`negative`).
   *
   * @param examples how many of each operation, at least
   * @returns what Schemathesis printed where it found something; empty where it found nothing
   */
  drive(mode: SchemathesisRun['mode'], examples: number): Promise<string>;
  close(): Promise<void>;
}

/** Where an API is, and who calls it. */
export type DrivenApi = Pick<SigningOptions, 'target' | 'keys' | 'region'>;

/** Starts a driver for the API of one stack. */
export async function startDriver(api: DrivenApi): Promise<Driver> {
  const answers: Answer[] = [];
  const token = randomUUID();
  const proxy = await startSigningProxy({ ...api, token, onAnswer: (answer) => answers.push(answer) });
  const drive = async (mode: SchemathesisRun['mode'], examples: number) => {
    const { passed, output } = await runSchemathesis({ url: proxy.url, token, seed: SEED, examples, mode });
    return passed ? '' : output;
  };
  return { answers, drive, close: () => proxy.close() };
}

/** The calls that the API failed at by itself. */
export function failures(answers: readonly Answer[]): string[] {
  return answers
    .filter(({ status }) => status >= 500)
    .map(({ method, url, status, content }) => `${method} ${url}: ${status} ${content}`);
}

/** Faults that no schema can tell: whether there is such a page, or such a connector. */
const OF_STATE = /^\/(nextToken$|leaveBehind\/)/;
/** What JSON Schema can't say: expressions of the scheduler, names of time zones, lengths of durations. */
const OF_LANGUAGE = /^\/(expression|timezone|flexibleWindow)$/;

/** The places at which a request was refused that was as the document says. */
export function unfoundedFaults(answers: readonly Answer[]): string[] {
  return answers.flatMap(faultsOf).filter((pointer) => !OF_STATE.test(pointer) && !OF_LANGUAGE.test(pointer));
}

function faultsOf({ status, content }: Answer): string[] {
  if (status !== 422) return [];
  const { code, errors = [] } = JSON.parse(content.toString()) as { code: string; errors?: { pointer: string }[] };
  if (code !== 'request-invalid') return [];
  return errors.length === 0 ? ['no place'] : errors.map(({ pointer }) => pointer);
}
