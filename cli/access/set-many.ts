import { isDeepStrictEqual } from 'node:util';
import pMap from 'p-map';
import type { Secret } from '../../functions/credential/secret/secret.ts';
import { readSecretValue, writeSecretValue } from '../aws/secrets.ts';
import type { Session } from '../aws/session.ts';
import { CliError } from '../errors.ts';
import { patiently } from '../patience.ts';
import { type AccessEntry, jsonIn } from './entries.ts';

/** Writes at a time: Secrets Manager takes 50 a second from a whole account and region, and rotations need them too. */
const AT_A_TIME = 4;

/** What became of an access secret. */
export interface Ended {
  readonly row: number;
  readonly secretId: string;
  readonly done: 'created' | 'replaced' | 'unchanged' | 'failed';
  readonly failure?: CliError;
}

/**
 * Sets access secrets. One that holds the same value already isn't written, so that a repeat goes on where the last one ended.
 *
 * @param onEnd is called with each of them
 */
export async function setMany(
  entries: readonly AccessEntry[],
  session: Session,
  onEnd: (ended: Ended) => void,
): Promise<Ended[]> {
  const set = async (entry: AccessEntry): Promise<Ended> => {
    const ended = await setOne(entry, session);
    onEnd(ended);
    return ended;
  };
  return await pMap(entries, set, { concurrency: AT_A_TIME });
}

async function setOne({ row, secretId, value }: AccessEntry, session: Session): Promise<Ended> {
  try {
    const same = await patiently(() => holds(secretId, value, session));
    if (same) return { row, secretId, done: 'unchanged' };
    const done = await patiently(() => writeSecretValue({ name: secretId, value }, session));
    return { row, secretId, done };
  } catch (failure) {
    if (!(failure instanceof CliError)) throw failure;
    return { row, secretId, done: 'failed', failure };
  }
}

/** Errors after which a write is tried all the same: there is no value, or the caller may write and not read. */
const UNREADABLE: readonly unknown[] = ['ResourceNotFoundException', 'AccessDeniedException'];

/** Whether a secret holds a value already. */
async function holds(secretId: string, value: Secret, session: Session): Promise<boolean> {
  try {
    const { text } = await readSecretValue(secretId, session);
    return isDeepStrictEqual(jsonIn(text), jsonIn(value));
  } catch (error) {
    if (error instanceof CliError && UNREADABLE.includes(error.facts.code)) return false;
    throw error;
  }
}
