import { resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { contextWarnings, readContext, unknownContext } from './context.ts';
import { ConfigurationError } from './faults/configuration-error.ts';
import { assertLimits, COUNTED_HERE } from './faults/limits.ts';
import { loadFleet } from './fleet/fleet.ts';
import { fleetPaths } from './fleet/path.ts';
import { addStacks } from './stack.ts';

/** A relative path of the fleet file counts from `cdk.json`, wherever the command runs. */
const ROOT = resolve(import.meta.dirname, '..');

function synthesize(app: App): void {
  const unknown = unknownContext(Object.keys(app.node.getAllContext()));
  if (unknown.length > 0) throw new ConfigurationError(unknown);
  // The command line of the CDK tells to which region it deploys what names none.
  const region = process.env.CDK_DEFAULT_REGION;
  const deployment = { ...readContext((key) => app.node.tryGetContext(key)), region };
  const fleet = loadFleet(fleetPaths(deployment, ROOT), deployment);
  for (const line of [...contextWarnings(deployment), ...fleet.warnings]) console.error(`warning: ${line}`);
  const stacks = addStacks(app, { deployment, fleet });
  assertLimits(stacks, app.synth());
}

try {
  synthesize(new App({ context: COUNTED_HERE }));
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  for (const line of error.lines) console.error(line);
  process.exit(1);
}
