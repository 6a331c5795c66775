import { resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { ConfigurationError } from './configuration-error.ts';
import { contextWarnings, readContext } from './context.ts';
import { loadFleet } from './fleet.ts';
import { ClientSecretRotationStack } from './stack.ts';

/** A relative path of the fleet's file counts from `cdk.json`, wherever the command runs. */
const ROOT = resolve(import.meta.dirname, '..');

const app = new App();
try {
  const deployment = readContext((key) => app.node.tryGetContext(key));
  const fleet = loadFleet(resolve(ROOT, deployment.credentials), deployment);
  for (const line of [...contextWarnings(deployment), ...fleet.warnings]) console.error(`warning: ${line}`);
  new ClientSecretRotationStack(app, deployment.prefix, { deployment, fleet });
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  for (const line of error.lines) console.error(line);
  process.exit(1);
}
