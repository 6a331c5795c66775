import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import { contextWarnings, type Deployment, readContext, unknownContext } from '../../infra/context.ts';
import { ConfigurationError } from '../../infra/faults/configuration-error.ts';
import { type FleetSource, loadFleet } from '../../infra/fleet/fleet.ts';
import { fleetFilesAt } from '../../infra/fleet/path.ts';
import { failed } from '../errors.ts';

/** What a check of a fleet file has found: one line each. */
export interface FleetFindings {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  /** How many credentials there are; absent where there are faults. */
  readonly credentials?: number;
  /** How many files were read; absent where there are faults. */
  readonly files?: number;
}

/** What decides about a fleet besides its file. */
export interface FleetDeployment {
  /** Values of the CDK's context that are given by hand. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Checks a fleet as synth does, by the same code, without the CDK. How many resources and bytes a template has is what synth alone can
 * tell.
 *
 * @param path a file, a folder or a pattern; absolute, or relative to the working directory
 * @throws {CliError} when there is no such file
 */
export function checkFleet(path: string, deployment: FleetDeployment): FleetFindings {
  if (!path.includes('*')) assertThere(path);
  return check(() => fleetFilesAt(path), contextOf(path, deployment).context);
}

/**
 * The credentials of a fleet.
 *
 * @param path as for {@link checkFleet}
 * @throws {CliError} when there is no such file, or it has faults
 */
export function credentialsAt(path: string, deployment: FleetDeployment): readonly Credential[] {
  if (!path.includes('*')) assertThere(path);
  const { context } = contextOf(path, deployment);
  try {
    return loadFleet(
      fleetFilesAt(path),
      readContext((key) => context[key]),
    ).credentials;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw failed({
      what: `${path} has faults`,
      next: `See them: csr fleet check ${path}.`,
      json: { faults: error.lines },
    });
  }
}

/**
 * Checks a file with another text in it, together with the other files of its fleet: those that the context's `credentials` names.
 *
 * @param path the file, which need not be there yet
 */
export function checkDraft(path: string, text: string, deployment: FleetDeployment): FleetFindings {
  const { context, folder } = contextOf(path, deployment);
  const own = resolve(path);
  // A byte order mark is no part of the text.
  const draft = { path, text: text.replace(/^\uFEFF/, '') };
  const sources = [...filesBeside(own, fleetOf(own, { context, folder })), own].toSorted((one, other) =>
    one < other ? -1 : 1,
  );
  return check(() => sources.map((file) => (file === own ? draft : file)), context);
}

/** Whether a file is one of several of its fleet, or may become one: the context's `credentials` names a folder or a pattern. */
export function isOneOfSeveral(path: string, deployment: FleetDeployment): boolean {
  const own = resolve(path);
  return mayHold(fleetOf(own, contextOf(path, deployment)), own);
}

function fleetOf(file: string, { context, folder }: Found): string {
  return resolve(folder, String(context.credentials ?? file));
}

/** Whether a folder or a pattern is about the folder of a file. */
function mayHold(fleet: string, file: string): boolean {
  const isFolder = statSync(fleet, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder && !fleet.includes('*')) return false;
  return (isFolder ? fleet : dirname(fleet)) === dirname(file) && file.endsWith('.json');
}

/** The other files of a fleet that a file belongs to, or is about to. */
function filesBeside(file: string, fleet: string): readonly string[] {
  if (!mayHold(fleet, file)) return [];
  try {
    return fleetFilesAt(fleet).filter((one) => one !== file);
  } catch (error) {
    // The first file of a folder.
    if (error instanceof ConfigurationError) return [];
    throw error;
  }
}

function check(sources: () => readonly FleetSource[], context: Readonly<Record<string, unknown>>): FleetFindings {
  const unknown = unknownContext(Object.keys(context));
  try {
    const deployment = readContext((key) => context[key]);
    const read = sources();
    const { credentials, warnings } = loadFleet(read, deployment);
    return {
      faults: unknown,
      warnings: [...contextWarnings(deployment), ...warnings],
      credentials: credentials.length,
      files: read.length,
    };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { faults: [...unknown, ...error.lines], warnings: [] };
  }
}

/**
 * What the context says of the deployment of a fleet file.
 *
 * @param path the file, which need not be there yet
 * @throws {CliError} when the context has faults
 */
export function deploymentOf(path: string, deployment: FleetDeployment): Deployment {
  const { context } = contextOf(path, deployment);
  try {
    return readContext((key) => context[key]);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw failed({ what: error.lines.join('; '), next: 'Correct the context: cdk.json, or -c name=value.' });
  }
}

/** @throws {CliError} when there is no such file */
export function assertFile(path: string): void {
  assertThere(path);
  if (!statSync(path).isDirectory()) return;
  throw failed({ what: `${path} is a folder`, next: 'Name a file in it: csr fleet add fleet/acme.json.' });
}

/** @throws {CliError} when there is nothing */
function assertThere(path: string): void {
  if (existsSync(path)) return;
  const next = 'Name the fleet file: csr fleet check fleet.json.';
  throw failed({ what: `The file ${path} does not exist`, next });
}

/** What a context is, and the folder that its paths count from. */
interface Found {
  readonly context: Readonly<Record<string, unknown>>;
  readonly folder: string;
}

/** The context of the nearest `cdk.json`, at the fleet or above it, and what was given by hand. */
function contextOf(path: string, { context: given }: FleetDeployment): Found {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const { context, folder } = contextAbove(isFolder ? path : dirname(path));
  return { context: { ...context, ...given }, folder };
}

function contextAbove(begin: string): Found {
  for (let at = resolve(begin); ; at = dirname(at)) {
    const file = join(at, 'cdk.json');
    if (existsSync(file)) return { context: contextIn(file), folder: at };
    if (dirname(at) === at) return { context: {}, folder: '' };
  }
}

/** One that can't be read has none: the CDK tells what is wrong with it. */
function contextIn(file: string): Record<string, unknown> {
  try {
    const { context = {} } = JSON.parse(readFileSync(file, 'utf8')) as { context?: Record<string, unknown> };
    return context;
  } catch {
    return {};
  }
}
