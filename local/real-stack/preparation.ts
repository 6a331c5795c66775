import { constants, readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { readContext } from '../../infra/context.ts';
import { ConfigurationError } from '../../infra/faults/configuration-error.ts';
import { type LoadedFleet, loadFleet } from '../../infra/fleet/fleet.ts';
import { fleetFilesAt } from '../../infra/fleet/path.ts';
import { UsageError } from '../command-line.ts';
import { serve } from '../stand-ins/serve.ts';
import { addressFaults, addressWarnings, keycloakPortOf } from './addresses.ts';
import type { StackOptions } from './options.ts';
import { freePorts } from './programs/free-ports.ts';
import { missingFor, UnavailableError } from './programs/prerequisites.ts';
import { planFaults, planWarnings } from './provisioning/faults.ts';

/** All that is known before anything is started. */
export interface Preparation {
  /** The stack's name. */
  readonly prefix: string;
  readonly credentials: LoadedFleet['credentials'];
  readonly keycloakPort: number;
  readonly awsPort: number;
  /** One line each: allowed, yet worth a second look. */
  readonly warnings: readonly string[];
}

/**
 * Checks everything that can be checked before anything is started.
 *
 * @throws {ConfigurationError} with one line a fault of the file
 * @throws {UnavailableError} when this machine lacks a program
 * @throws {UsageError} when a port is missing or taken
 */
export async function prepare(options: StackOptions): Promise<Preparation> {
  const { bare } = options;
  await assertReadable(options.credentials);
  const { prefix, fleet } = readFleet(options.credentials);
  const { credentials } = fleet;
  const [free = 0, other = 0] = await freePorts(2);
  const named = options.keycloakPort ?? keycloakPortOf(credentials);
  const keycloakPort = named ?? free;
  const addresses = addressFaults(credentials, { port: keycloakPort, bare });
  const faults = bare ? addresses : [...addresses, ...planFaults(credentials)];
  if (faults.length > 0) throw new ConfigurationError(faults);
  if (named === undefined && !bare) {
    throw new UsageError('--keycloak-port is missing: the iam.adminUrls of the file name no single port of 127.0.0.1');
  }
  const awsPort = options.awsPort ?? other;
  await assertPorts(keycloakPort, awsPort);
  assertPrograms();
  const warnings = [...fleet.warnings, ...addressWarnings(credentials, keycloakPort), ...planWarnings(credentials)];
  return { prefix, credentials, keycloakPort, awsPort, warnings };
}

async function assertReadable(file: string): Promise<void> {
  await access(file, constants.R_OK).catch(() => {
    throw new UsageError(`--credentials: the file '${file}' does not exist or can not be read`);
  });
}

/** Reads the file as a synthesis with `local=true` would. */
function readFleet(credentials: string): { prefix: string; fleet: LoadedFleet } {
  const file = new URL('../../cdk.json', import.meta.url);
  const { context } = JSON.parse(readFileSync(file, 'utf8')) as { context: Record<string, unknown> };
  const own: Record<string, unknown> = { ...context, local: true, credentials };
  const deployment = readContext((key) => own[key]);
  return { prefix: deployment.prefix, fleet: loadFleet(fleetFilesAt(credentials), deployment) };
}

function assertPrograms(): void {
  const lines = (['keycloak', 'ministack'] as const).flatMap((service) => missingFor(service) ?? []);
  if (lines.length === 0) return;
  throw new UnavailableError(`${lines.join('; ')}. Install what is missing; "npm start" needs nothing but Node`);
}

async function assertPorts(keycloak: number, aws: number): Promise<void> {
  if (keycloak === aws) throw new UsageError(`Keycloak and MiniStack can't both have port ${aws}; see --aws-port`);
  await assertFree(keycloak, "Keycloak's: end what listens there, or change --keycloak-port and the file's URLs");
  await assertFree(aws, "MiniStack's: end what listens there, or choose another --aws-port");
}

async function assertFree(port: number, whose: string): Promise<void> {
  try {
    const server = await serve(async () => new Response(null), port);
    await server.close();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new UsageError(`port ${port} ${code === 'EACCES' ? 'is not allowed' : 'is taken'}, and is to be ${whose}`);
  }
}
