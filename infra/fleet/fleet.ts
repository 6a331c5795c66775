import { relative } from 'node:path';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import type { Deployment } from '../context.ts';
import { ConfigurationError } from '../faults/configuration-error.ts';
import { type Fault, faultLine, type Place } from '../faults/fault.ts';
import { inPlainWords } from '../faults/plain-words.ts';
import { schemaFaults } from '../faults/schema-faults.ts';
import { type AgentSettings, agentDeploymentFaults, unusedAgents } from './agents.ts';
import { allowedHostsOf, hostFaults } from './allowed-hosts.ts';
import { type FleetFile, readFleetFile } from './file.ts';
import { spread } from './herds.ts';
import { fleetSchema } from './schema.ts';
import { fleetWarnings } from './warnings.ts';

/** A fleet that can be deployed. */
export interface LoadedFleet {
  readonly credentials: Credential[];
  readonly agents: readonly AgentSettings[];
  /** Host names, or `*.` and a domain, that the functions may call. */
  readonly allowedHosts: readonly string[];
  /** One line each: allowed, yet worth a second look. */
  readonly warnings: readonly string[];
}

/**
 * Reads and checks the fleet file.
 *
 * @param path absolute, or relative to the working directory
 * @param now a schedule has to fire after this @default - the present
 * @throws {ConfigurationError} with one line a fault, all of them: what is wrong, what to write instead, whose it is and where
 */
export function loadFleet(path: string, deployment: Deployment, now = new Date()): LoadedFleet {
  const file = readFleetFile(path);
  const lines = (faults: readonly Fault[]) => linesOf(faults, { path, file });
  const result = fleetSchema({ ...deployment, now }).safeParse(file.value, { error: inPlainWords });
  const faults = [...file.faults, ...(result.error ? schemaFaults(result.error, file.value) : [])];
  if (faults.length > 0 || !result.success) throw new ConfigurationError(lines(faults));
  const { credentials, agents } = result.data;
  const late = agentDeploymentFaults(credentials, agents, deployment);
  if (late.length > 0) throw new ConfigurationError(lines(late));
  const allowedHosts = allowedHostsOf(credentials, deployment);
  const hosts = hostFaults(credentials, allowedHosts);
  if (hosts.urls.length + hosts.list.length > 0) throw new ConfigurationError([...lines(hosts.urls), ...hosts.list]);
  const warnings = [...fleetWarnings(credentials, now), ...unusedAgents(credentials, agents)];
  return { credentials: spread(credentials), agents, allowedHosts, warnings: lines(warnings) };
}

/** In the order of the file. */
function linesOf(faults: readonly Fault[], { path, file }: { path: string; file: FleetFile }): string[] {
  const placed = faults.map((fault) => ({ fault, line: file.lineAt(fault.path) }));
  placed.sort((one, other) => one.line - other.line);
  return placed.map(({ fault, line }) =>
    faultLine(fault, { id: idAt(fault.path, file.value), file: shown(path), line }),
  );
}

/** The id of the credential that a path leads into. */
function idAt([top, index]: Fault['path'], value: unknown): Place['id'] {
  const { credentials } = (value ?? {}) as { credentials?: unknown };
  const list = top === 'credentials' && Array.isArray(credentials) ? credentials : [];
  const id = typeof index === 'number' ? (list[index] as { id?: unknown } | null | undefined)?.id : undefined;
  return typeof id === 'string' ? id.slice(0, 60) : undefined;
}

/** A path as it is shortest from where the command runs. */
function shown(path: string): string {
  const short = relative('', path);
  return short.length < path.length ? short : path;
}
