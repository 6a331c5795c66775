import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { Deployment } from '../context.ts';
import { ConfigurationError } from '../faults/configuration-error.ts';
import { type Fault, faultLine, type Place } from '../faults/fault.ts';
import { inPlainWords } from '../faults/plain-words.ts';
import { schemaFaults } from '../faults/schema-faults.ts';
import { existingFaults } from '../regions/existing.ts';
import { partitionContextFaults, partitionFaults } from '../regions/partition.ts';
import { replicaContextFaults, replicaFaults } from '../regions/replicas.ts';
import { accountFaults } from './accounts.ts';
import { type FaultIn, faultsAcross } from './across.ts';
import { type AgentSettings, agentDeploymentFaults, unusedAgents } from './agents.ts';
import { hostFaults } from './allowed-hosts.ts';
import { elementsOf, type FleetFile, readFleetFile } from './file.ts';
import { spread } from './herds.ts';
import { fleetSchema } from './schema.ts';
import { signingKeyFaults } from './signing-keys.ts';
import { type FileContent, type FleetPart, partsOf } from './stacks.ts';
import { fleetWarnings } from './warnings.ts';
import { writtenAccessSecretFaults } from './written-access-secrets.ts';

/** A fleet that can be deployed. */
export interface LoadedFleet {
  /** Of all files, in their order. */
  readonly credentials: readonly Credential[];
  readonly agents: readonly AgentSettings[];
  /** The same by stack, that of the service first. */
  readonly parts: readonly FleetPart[];
  /** One line each: allowed, yet worth a second look. */
  readonly warnings: readonly string[];
}

/** A fleet file: its path, absolute or relative to the working directory, and what it holds where that is not what is there. */
export type FleetSource = string | { readonly path: string; readonly text: string };

/** A file, and what is in it. */
interface Read {
  readonly file: FleetFile;
  readonly content: FileContent;
}

/**
 * Reads and checks the fleet files.
 *
 * @param sources one file, or several in their order
 * @param now a schedule has to fire after this @default - the present
 * @throws {ConfigurationError} with one line a fault, all of them: what is wrong, what to write instead, whose it is and where
 */
export function loadFleet(
  sources: FleetSource | readonly FleetSource[],
  deployment: Deployment,
  now = new Date(),
): LoadedFleet {
  const files = readFiles([sources].flat());
  const read = parsed(files, { deployment, now });
  refuse(
    read.flatMap(({ file, content }) =>
      inFile(file, agentDeploymentFaults(content.credentials, content.agents, deployment)),
    ),
  );
  const contents = spreadOver(read.map(({ content }) => content));
  const credentials = contents.flatMap((content) => content.credentials);
  const agents = contents.flatMap((content) => content.agents);
  refuse(
    read.flatMap(({ file, content }) =>
      inFile(file, [...replicaFaults(content.credentials, deployment), ...partitionFaults(content, deployment)]),
    ),
    [
      ...replicaContextFaults(deployment),
      ...partitionContextFaults(deployment),
      ...existingFaults(credentials, deployment),
    ],
  );
  refuse(accountsOver(read));
  const hosts = read.map(({ file, content }) => ({ file, ...hostFaults(content.credentials, deployment) }));
  const urls = hosts.flatMap(({ file, urls }) => inFile(file, urls));
  const policies = [...signingKeyFaults(credentials), ...writtenAccessSecretFaults(credentials)];
  refuse(urls, new Set([...hosts.flatMap(({ list }) => list), ...policies]));
  const warnings = read.flatMap(({ file, content }) =>
    inFile(file, [...fleetWarnings(content.credentials, now), ...unusedAgents(content.credentials, content.agents)]),
  );
  return { credentials, agents, parts: partsOf(contents), warnings: linesOf(warnings) };
}

/** A customer may have credentials in several files. */
function accountsOver(read: readonly Read[]): FaultIn[] {
  const placed = read.flatMap(({ file, content }) =>
    content.credentials.map((credential, index) => ({ file, index, credential })),
  );
  return accountFaults(placed.map(({ credential }) => credential)).flatMap(({ at, setting, message }) => {
    const { file, index } = placed[at] as (typeof placed)[number];
    return inFile(file, [{ path: ['credentials', index, 'account', setting], message }]);
  });
}

/** The schedules of all files meet at Secrets Manager, whichever stacks they lie in. */
function spreadOver(contents: readonly FileContent[]): FileContent[] {
  const spreadOut = new Map(spread(contents.flatMap(({ credentials }) => credentials)).map((one) => [one.id, one]));
  return contents.map((content) => ({
    ...content,
    credentials: content.credentials.map((one) => spreadOut.get(one.id) ?? one),
  }));
}

/** @throws {ConfigurationError} with the faults of every file that can't be read */
function readFiles(sources: readonly FleetSource[]): FleetFile[] {
  const lines: string[] = [];
  const files = sources.flatMap((source) => {
    try {
      return typeof source === 'string' ? readFleetFile(source) : readFleetFile(source.path, source.text);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      lines.push(...error.lines);
      return [];
    }
  });
  if (lines.length > 0) throw new ConfigurationError(lines);
  return files;
}

/** Checks each file by itself, and then all of them together. */
function parsed(files: readonly FleetFile[], { deployment, now }: { deployment: Deployment; now: Date }): Read[] {
  const schema = fleetSchema({ ...deployment, now });
  const results = files.map((file) => ({ file, result: schema.safeParse(file.value, { error: inPlainWords }) }));
  const own = results.flatMap(({ file, result }) =>
    inFile(file, [...file.faults, ...(result.error ? schemaFaults(result.error, file.value) : [])]),
  );
  refuse([...own, ...faultsAcross(files)]);
  return results.flatMap(({ file, result }) => (result.success ? [{ file, content: result.data }] : []));
}

function inFile(file: FleetFile, faults: readonly Fault[]): FaultIn[] {
  return faults.map((fault) => ({ file, fault }));
}

/** @throws {ConfigurationError} where there are any */
function refuse(faults: readonly FaultIn[], more: Iterable<string> = []): void {
  const lines = [...linesOf(faults), ...more];
  if (lines.length > 0) throw new ConfigurationError(lines);
}

/** In the order of the files, and of each file. */
function linesOf(faults: readonly FaultIn[]): string[] {
  return [...Map.groupBy(faults, ({ file }) => file)].flatMap(([file, found]) => {
    const placed = found.map(({ fault }) => ({ fault, line: file.lineAt(fault.path) }));
    placed.sort((one, other) => one.line - other.line);
    return placed.map(({ fault, line }) => faultLine(fault, { id: idAt(fault.path, file), file: file.shown, line }));
  });
}

/** The id of the credential that a path leads into. */
function idAt([top, index]: Fault['path'], file: FleetFile): Place['id'] {
  const list = top === 'credentials' ? elementsOf(file, 'credentials') : [];
  const id = typeof index === 'number' ? (list[index] as { id?: unknown } | null | undefined)?.id : undefined;
  return typeof id === 'string' ? id.slice(0, 60) : undefined;
}
