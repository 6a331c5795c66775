import { createHash } from 'node:crypto';
import type { CredentialDocument } from '../../credential/document.ts';
import { isRotationError, RotationError } from '../../credential/errors.ts';
import {
  ConfigurationChangedError,
  type Connector,
  type ConnectorConfiguration,
  type StoredVersion,
} from '../../ports/connector.ts';
import { type ConnectorView, holds, isHandedOver, isSettled, matches } from '../observe/observation.ts';
import { assertFits } from '../run/budget.ts';
import { type Run, timed } from '../run/context.ts';

/** How often a write may meet a configuration that somebody else has just written. */
const MAX_CONFLICTS = 8;
const MAX_REPEATS = 2;
const PAUSE_MS = 300;

/** What is to be pushed, and where. */
export interface Push {
  readonly views: readonly ConnectorView[];
  readonly version: StoredVersion;
  /** What the connectors were seen to hold before: one that kept it has lost nothing. */
  readonly former?: CredentialDocument;
  /**
   * Asked before each write to a connector that was read after the labels, with what was read, and where a connector holds another
   * secret after a write; throws to stop.
   */
  readonly fence: (reread?: ConnectorView) => Promise<void>;
  /** Connectors that are written even if they hold the document: a late write to them then meets another ETag. */
  readonly rewrite?: ReadonlySet<string>;
  /** The step's name in the report; default `push`. */
  readonly step?: string;
}

/**
 * Writes the document of a version into every connector and reads it back. Connectors that hold it already are left alone. Where a
 * person carries the write out, that person is asked to, once.
 *
 * @returns the failures, by connector; none when every connector is known to hold the document
 * @throws whatever the fence throws, once every connector has come to an end
 */
export async function push(run: Run, what: Push): Promise<ReadonlyMap<string, RotationError>> {
  return await timed(run, what.step ?? 'push', async () => {
    const results = await Promise.allSettled(what.views.map((view) => pushOne(run, view, what)));
    const failures = new Map<string, RotationError>();
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue;
      if (!isRotationError(result.reason)) throw result.reason;
      failures.set(what.views[index]?.connector.name ?? '', result.reason);
    }
    return failures;
  });
}

async function pushOne(run: Run, view: ConnectorView, { version, former, fence, rewrite }: Push): Promise<void> {
  const { connector } = view;
  const { document } = version;
  const tries: Tries = { conflicts: 0, repeats: 0, written: false };
  let settled = !rewrite?.has(connector.name);
  let configuration: ConnectorConfiguration | undefined = view.configuration;
  for (;;) {
    try {
      const reread = configuration === undefined;
      configuration ??= await connector.read();
      if (settled && isDone(run, { connector, configuration }, version)) return;
      if (tries.written) {
        if (!former || !holds({ connector, configuration }, former)) run.ledger.connectors.sawDistorted(connector.name);
        // It may be another run's secret by now: an agent's answer may come late.
        await fence();
        throw mismatch({ connector, configuration }, document);
      }
      // Its ETag is younger than the labels that the decision rests on: they are read again, after it.
      if (reread) await fence({ connector, configuration });
      assertFits(run.budget, run.budget.needs(WRITE_AND_READ));
      await write(run, { connector, configuration }, version);
      // A person will say when it is done: there is nothing to read back.
      if (connector.attended) return;
      tries.written = true;
      settled = true;
    } catch (error) {
      await recover(run, { error, tries, connector, reading: configuration === undefined });
    }
    configuration = undefined;
  }
}

/** Whether a connector holds the document, or a person has been asked to enter it. */
function isDone(
  run: Run,
  view: ConnectorView & { readonly configuration: ConnectorConfiguration },
  version: StoredVersion,
): boolean {
  if (!isSettled(view, version)) return false;
  if (!isHandedOver(view, version.id)) run.draft.proved(view, version.id);
  return true;
}

const WRITE_AND_READ = { connectorWrite: 1, connector: 1, iam: 0, store: 0 };

async function write(
  run: Run,
  { connector, configuration }: { connector: Connector; configuration: ConnectorConfiguration },
  version: StoredVersion,
): Promise<void> {
  const { ledger, draft } = run;
  // To ask a person changes nothing.
  if (connector.attended) return await connector.write(configuration, version);
  const send = () => ledger.sent(() => connector.write(configuration, version));
  await ledger.connectors.sent(connector.name, send);
  draft.wrote(connector.name, configuration.sections.length);
}

/** Returns when the connector is to be read again and the write to be repeated if need be; throws when not. */
async function recover(
  run: Run,
  { error, tries, connector, reading }: { error: unknown; tries: Tries; connector: Connector; reading: boolean },
): Promise<void> {
  if (error instanceof ConfigurationChangedError) {
    tries.conflicts += 1;
    const pause = backOffMs(run.credential.id, tries.conflicts);
    if (tries.conflicts > MAX_CONFLICTS || !run.budget.fits(pause + run.budget.needs(WRITE_AND_READ)))
      throw new RotationError(
        'connector-conflict',
        `${connector.name}: its configuration changed at each of our writes`,
      );
    return await run.runtime.sleep(pause);
  }
  const passing = isRotationError(error, 'connector-timeout', 'connector-unavailable');
  if (!passing || ++tries.repeats > MAX_REPEATS) throw error;
  // A write that was not answered in time is read back. A connector that does not answer that either is left alone.
  if (error.code === 'connector-timeout' && reading) throw error;
  tries.written = false;
  await run.runtime.sleep(PAUSE_MS * tries.repeats);
}

/** Others write the same configuration at the same time: each credential waits for a time of its own before it writes again. */
function backOffMs(id: string, conflicts: number): number {
  if (conflicts === 1) return 0;
  const own = createHash('sha256').update(`${id} ${conflicts}`).digest().readUInt16BE(0) / 65_536;
  return Math.round(own * 50 * 2 ** Math.min(conflicts, 6));
}

interface Tries {
  conflicts: number;
  repeats: number;
  written: boolean;
}

function mismatch(
  { connector, configuration }: { connector: Connector; configuration: ConnectorConfiguration },
  document: CredentialDocument,
): RotationError {
  if (matches(configuration, document)) {
    return new RotationError(
      'connector-unproven',
      `${connector.name} holds the secret, but only as '${configuration.proof}': the settings ask for '${connector.proof}'`,
    );
  }
  return new RotationError(
    'connector-mismatch',
    `${connector.name} accepted the write, but holds another secret afterwards`,
  );
}
