import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readContext } from '../context.ts';
import { loadFleet } from '../fleet/fleet.ts';
import { fleetFilesAt } from '../fleet/path.ts';
import { addStacks } from '../stack.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * A fleet with a credential of every kind: by API, native, behind agents, by hand, signed in with keys of KMS, with certificates of its
 * own, with secrets in other accounts; in the stack of the service and beside it.
 */
const FLEET = resolve(import.meta.dirname, 'fleet');

/** The prefix of the fleet: it stands for `<prefix>`, and for nothing else. */
export const PREFIX = 'the-prefix';

/** Every option that grants something, or makes something. */
const CONTEXT = {
  prefix: PREFIX,
  credentials: FLEET,
  repair: true,
  timeouts: { function: 'PT4M' },
  vpc: { cidr: '10.20.0.0/24', endpoints: true },
  proxy: { url: 'http://proxy.example.com:3128', secretId: `${PREFIX}-access/proxy` },
  replicaRegions: ['eu-west-1'],
  notify: {
    email: ['ops@example.com'],
    webhook: ['https://events.example.com/rotation'],
    slack: { workspaceId: 'T0123ABCD', channelId: 'C0123ABCD' },
  },
};

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** The parts of a template that are read here. */
export interface CfnTemplate {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: string }>>;
}

/**
 * The app of {@link FLEET} with all options. Functions aren't bundled: code has no part in what is granted.
 *
 * @param context replaces options
 * @param outdir where the assembly goes. @default - a folder that the CDK chooses
 */
export function everyFeature(context: Readonly<Record<string, unknown>> = {}, outdir?: string): App {
  const { context: ours } = JSON.parse(readFileSync(resolve(ROOT, 'cdk.json'), 'utf8'));
  const app = new App({
    context: { ...ours, ...CONTEXT, ...context, 'aws:cdk:bundling-stacks': [] },
    ...(outdir !== undefined && { outdir }),
  });
  const deployment = readContext((key) => app.node.tryGetContext(key));
  const fleet = loadFleet(fleetFilesAt(resolve(ROOT, deployment.credentials ?? FLEET)), deployment);
  addStacks(app, { deployment, fleet });
  return app;
}

/** The templates of {@link everyFeature}: that of the service first. */
export function templatesOf(app: App): CfnTemplate[] {
  return app.synth().stacks.map(({ template }) => template);
}

/** A fleet file, as far as it says who is behind which agent. */
interface FleetFile {
  readonly credentials: readonly { readonly id: string; readonly connectors: readonly { readonly agent?: string }[] }[];
  readonly agents: readonly { readonly name: string }[];
}

/** The agents of {@link FLEET}, and the credentials that each one serves: as the files say it, not as the templates do. */
export function agentsOfFleet(): { name: string; ids: string[] }[] {
  const files = readdirSync(FLEET).map((name): FleetFile => JSON.parse(readFileSync(resolve(FLEET, name), 'utf8')));
  return files.flatMap(({ agents, credentials }) =>
    agents.map(({ name }) => {
      const served = credentials.filter(({ connectors }) => connectors.some(({ agent }) => agent === name));
      return { name, ids: served.map(({ id }) => id) };
    }),
  );
}
