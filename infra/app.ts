import { resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { contextWarnings, readContext, unknownContext } from './context.ts';
import { ConfigurationError } from './faults/configuration-error.ts';
import { assertResources, assertTemplateSize } from './faults/limits.ts';
import { loadFleet } from './fleet/fleet.ts';
import { fleetPath } from './fleet/path.ts';
import { ClientSecretRotationStack } from './stack.ts';

/** A relative path of the fleet file counts from `cdk.json`, wherever the command runs. */
const ROOT = resolve(import.meta.dirname, '..');

function synthesize(app: App): void {
  const unknown = unknownContext(Object.keys(app.node.getAllContext()));
  if (unknown.length > 0) throw new ConfigurationError(unknown);
  const deployment = readContext((key) => app.node.tryGetContext(key));
  const fleet = loadFleet(fleetPath(deployment, ROOT), deployment);
  for (const line of [...contextWarnings(deployment), ...fleet.warnings]) console.error(`warning: ${line}`);
  const stack = new ClientSecretRotationStack(app, deployment.prefix, { deployment, fleet });
  assertResources(stack, fleet.credentials.length);
  assertTemplateSize(stack, app.synth());
}

try {
  synthesize(new App());
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  for (const line of error.lines) console.error(line);
  process.exit(1);
}
