import { createHash } from 'node:crypto';
import pMap from 'p-map';
import type { CredentialView } from '../../functions/api/contract/answers/credential.ts';
import type { Api } from '../api/client.ts';
import { type Listed, listCredentials, listRotationsSince } from '../api/credentials.ts';
import type { RunView } from '../api/runs.ts';
import { CliError } from '../errors.ts';
import type { Month } from './month.ts';

/** What one month's report is made from. */
export interface Evidence {
  readonly prefix: string;
  readonly month: string;
  readonly madeAt: string;
  /** The month is not over: more may come. */
  readonly isPartial: boolean;
  readonly credentials: readonly Reported[];
  /** What could not be read: of these the report says nothing. */
  readonly unread: readonly Unread[];
  /**
   * SHA-256 of the runs, in hexadecimal. A month that is over has the same whenever it is asked for, as long as the ledger keeps its
   * records and says the same.
   */
  readonly digest: string;
}

/** A credential, as it is now, and its runs of the month, the oldest first. */
export interface Reported extends CredentialView {
  readonly runs: readonly RunView[];
}

interface Unread {
  readonly id: string;
  readonly why: string;
}

/** How many credentials are read at a time: the API allows more, and others are at work beside. */
const READ_AT_A_TIME = 4;

/**
 * Reads the runs of a month of every credential.
 *
 * @param note told how far it has come
 * @throws {CliError} when the credentials can't be listed
 */
export async function collect(
  { prefix, month, now }: { readonly prefix: string; readonly month: Month; readonly now: Date },
  { api, note }: { readonly api: Api; readonly note: (line: string) => void },
): Promise<Evidence> {
  const listed = await listCredentials(api);
  let done = 0;
  const read = async (one: Listed) => {
    const found = await readOne(one, month, api);
    done += 1;
    if (done % 25 === 0 || done === listed.length) note(`${done} of ${listed.length} credentials read`);
    return found;
  };
  const all = await pMap(listed, read, { concurrency: READ_AT_A_TIME });
  const credentials = all.filter((one): one is Reported => 'runs' in one);
  return {
    prefix,
    month: month.name,
    madeAt: now.toISOString(),
    isPartial: now < month.to,
    credentials,
    unread: all.filter((one): one is Unread => 'why' in one),
    digest: digestOf(credentials),
  };
}

async function readOne(one: Listed, { from, to }: Month, api: Api): Promise<Reported | Unread> {
  if ('problem' in one) return { id: one.id, why: `${one.problem.code}: ${one.problem.detail}` };
  try {
    const runs = await listRotationsSince(one.id, from, api);
    return { ...one, runs: runs.filter(({ requestedAt = '' }) => new Date(requestedAt) < to).reverse() };
  } catch (error) {
    if (error instanceof CliError) return { id: one.id, why: error.message };
    throw error;
  }
}

function digestOf(credentials: readonly Reported[]): string {
  // The label of a run's version moves with later rotations.
  const records = credentials.map(({ id, runs }) => [id, runs.map(({ state: _, ...run }) => run)]);
  return createHash('sha256').update(JSON.stringify(records)).digest('hex');
}
