import { isRotationError, RotationError } from '../../credential/errors.ts';
import type { Schedules } from '../../ports/schedules.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { Acknowledgement, Tasks } from '../../ports/tasks.ts';
import type { AcknowledgementView } from '../contract/answers/credential.ts';
import { labelled } from './view.ts';

/** What an acknowledgement needs. */
export interface AcknowledgementsDeps {
  readonly schedules: Pick<Schedules, 'settings'>;
  readonly storeOf: (id: string) => Pick<SecretStore, 'versions'>;
  readonly tasksOf: (id: string) => Pick<Tasks, 'read' | 'acknowledge'>;
  readonly now: () => Date;
}

/** Who says that which version was entered in which connector. */
interface Claim extends Pick<Acknowledgement, 'connector' | 'versionId' | 'by'> {
  /** The credential's id. */
  readonly id: string;
}

/**
 * Notes a person's word that a connector has the current version. The first one about a version stays.
 *
 * @throws {RotationError} `credential-unknown`, `connector-unknown`, `connector-not-manual` or `version-not-current`; with `tasks-*` it
 *   tells whether the word may have been noted
 */
export async function acknowledge(claim: Claim, deps: AcknowledgementsDeps): Promise<AcknowledgementView> {
  await assertManual(claim, deps);
  await assertCurrent(claim, deps);
  const { id, connector, versionId, by } = claim;
  const tasks = deps.tasksOf(id);
  const said = (await tasks.read()).acknowledgements.find((one) => one.connector === connector);
  const word = said?.versionId === versionId ? said : { connector, versionId, by, at: deps.now() };
  await noted(tasks.acknowledge(word));
  return { credential: id, connector, versionId, by: word.by, at: word.at.toISOString() };
}

async function assertManual({ id, connector }: Claim, { schedules }: AcknowledgementsDeps): Promise<void> {
  const { connectors } = await schedules.settings(id);
  const settings = connectors.find(({ name }) => name === connector);
  if (!settings) throw new RotationError('connector-unknown', `${id} has no connector of this name`);
  if (settings.via === 'manual') return;
  const detail = `The connector '${settings.name}' of ${id} is reached by ${settings.via}: the rotator reads it itself`;
  throw new RotationError('connector-not-manual', detail);
}

async function assertCurrent({ id, versionId }: Claim, { storeOf }: AcknowledgementsDeps): Promise<void> {
  const current = labelled(await storeOf(id).versions(), 'AWSCURRENT');
  if (current?.id === versionId) return;
  const now = current ? `the current one is ${current.id}` : 'there is no current one yet';
  throw new RotationError('version-not-current', `${versionId} is not the current version of ${id}: ${now}`);
}

/** @throws {RotationError} that tells whether the table may have taken the word */
async function noted(write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isRotationError(error) || !error.inDoubt) throw error;
    throw new RotationError(error.code, error.message, { changed: null, next: NEXT });
  }
}

const NEXT = 'Acknowledge again: a second time does no harm.';
