import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { App, NestedStack, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readContext } from '../../infra/context.ts';
import { loadFleet } from '../../infra/fleet/fleet.ts';
import { fleetFilesAt } from '../../infra/fleet/path.ts';
import { addStacks, ClientSecretRotationStack } from '../../infra/stack.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The stack as `cdk.json` and these context values make it, without bundles: esbuild has no part in what is tested. */
export function buildStack(context: Record<string, unknown> = {}): { app: App; stack: ClientSecretRotationStack } {
  const { app, deployment, fleet } = load(context);
  return { app, stack: new ClientSecretRotationStack(app, deployment.prefix, { deployment, fleet }) };
}

/** The same with the stacks beside it: that of the service is the first. */
export function buildStacks(context: Record<string, unknown> = {}): { app: App; stacks: Stack[] } {
  const { app, deployment, fleet } = load(context);
  return { app, stacks: addStacks(app, { deployment, fleet }) };
}

function load(context: Record<string, unknown>) {
  const { context: ours } = JSON.parse(readFileSync(resolve(ROOT, 'cdk.json'), 'utf8'));
  const app = new App({ context: { ...ours, ...context, 'aws:cdk:bundling-stacks': [] } });
  const deployment = readContext((key) => app.node.tryGetContext(key));
  const files = fleetFilesAt(resolve(ROOT, deployment.credentials ?? 'credentials.example.json'));
  return { app, deployment, fleet: loadFleet(files, deployment) };
}

/** {@link buildStack}, synthesized. */
export function synthesize(context?: Record<string, unknown>): Template {
  return Template.fromStack(buildStack(context).stack);
}

/** The alarms and the dashboard of {@link buildStack}: a nested stack. */
export function synthesizeScreen(context?: Record<string, unknown>): Template {
  const { stack } = buildStack(context);
  const screen = stack.node.findAll().find((one) => one instanceof NestedStack);
  if (!screen) throw new Error('There is no nested stack');
  return Template.fromStack(screen);
}
