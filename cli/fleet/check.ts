import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { contextWarnings, type Deployment, readContext, unknownContext } from '../../infra/context.ts';
import { ConfigurationError } from '../../infra/faults/configuration-error.ts';
import { loadFleet } from '../../infra/fleet/fleet.ts';
import { failed } from '../errors.ts';

/** What a check of a fleet file has found: one line each. */
export interface FleetFindings {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  /** How many credentials there are; absent where the file has faults. */
  readonly credentials?: number;
}

/** What decides about a fleet besides its file. */
export interface FleetDeployment {
  /** Values of the CDK's context that are given by hand. */
  readonly context: Readonly<Record<string, string>>;
  /** Where `cdk.json` is looked for. @default - the folder of the fleet file, and those above */
  readonly folder?: string;
}

/**
 * Checks a fleet file as synth does, by the same code, without the CDK. How many resources and bytes a template has is what synth alone
 * can tell.
 *
 * @param path absolute, or relative to the working directory
 * @throws {CliError} when there is no such file
 */
export function checkFleet(path: string, { context, folder = dirname(path) }: FleetDeployment): FleetFindings {
  assertFile(path);
  const all: Readonly<Record<string, unknown>> = { ...contextAbove(folder), ...context };
  const unknown = unknownContext(Object.keys(all));
  try {
    const deployment = readContext((key) => all[key]);
    const { credentials, warnings } = loadFleet(path, deployment);
    return {
      faults: unknown,
      warnings: [...contextWarnings(deployment), ...warnings],
      credentials: credentials.length,
    };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { faults: [...unknown, ...error.lines], warnings: [] };
  }
}

/**
 * What the context says of a deployment.
 *
 * @throws {CliError} when the context has faults
 */
export function deploymentOf({ context, folder }: Required<FleetDeployment>): Deployment {
  const all: Readonly<Record<string, unknown>> = { ...contextAbove(folder), ...context };
  try {
    return readContext((key) => all[key]);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw failed({ what: error.lines.join('; '), next: 'Correct the context: cdk.json, or -c name=value.' });
  }
}

/** @throws {CliError} when there is no such file */
export function assertFile(path: string): void {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry && !entry.isDirectory()) return;
  const what = entry ? `${path} is a folder` : `The file ${path} does not exist`;
  throw failed({ what, next: 'Name the fleet file: csr fleet check fleet.json.' });
}

/** The context of the nearest `cdk.json`. One that can't be read has none: the CDK tells what is wrong with it. */
function contextAbove(folder: string): Record<string, unknown> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, 'cdk.json');
    if (existsSync(file)) return contextIn(file);
    if (dirname(at) === at) return {};
  }
}

function contextIn(file: string): Record<string, unknown> {
  try {
    const { context = {} } = JSON.parse(readFileSync(file, 'utf8')) as { context?: Record<string, unknown> };
    return context;
  } catch {
    return {};
  }
}
