import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { App, type Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readContext } from '../../../infra/context.ts';
import { loadFleet } from '../../../infra/fleet/fleet.ts';
import { addStacks } from '../../../infra/stack.ts';
import { customer } from '../../support/settings.ts';
import { ANCHOR, INSTANCE } from '../fleet/agent-fleet.ts';

jest.setTimeout(120_000);

const ROOT = resolve(import.meta.dirname, '../../..');

/** Services that have one name for their principal in every partition. CloudWatch Logs has another in each region. */
const PRINCIPALS = [
  ...['apigateway', 'chatbot', 'cloudwatch', 'events', 'lambda', 'rolesanywhere', 'scheduler'],
  ...['secretsmanager', 'states'],
].map((service) => `${service}.amazonaws.com`);

const ELSEWHERE: Record<string, string[]> = {
  aws: ['eu-west-1'],
  'aws-cn': ['cn-northwest-1'],
  'aws-us-gov': ['us-gov-east-1'],
};

/** Files with everything in them: native, by hand, behind agents, in a stack beside, with replicas. ARNs are of their partition. */
function everything(partition: string): string[] {
  const byAgent = (agent: string) => ({
    connectors: [{ name: 'IFS', via: 'agent', agent, configuration: 'ifs', timeout: 'PT30S' }],
  });
  const files = {
    'a.json': {
      credentials: [
        customer('acme-prod', { replicaRegions: ELSEWHERE[partition] }),
        customer('natively', { native: true }),
        customer('elsewhere', {
          account: { roleArn: 'arn:aws:iam::222233334444:role/csr', externalId: 'drawn-for-acme' },
        }),
        customer('by-hand', { iam: { type: 'manual' }, connectors: [{ name: 'IFS', via: 'manual' }] }),
      ],
    },
    'b.json': {
      stack: 'initech',
      credentials: [customer('initech-prod', byAgent('flow01')), customer('initech-test', byAgent('flow02'))],
      agents: [
        { name: 'flow01', principalArns: [INSTANCE] },
        { name: 'flow02', rolesAnywhere: { trustAnchorArn: ANCHOR, subject: 'flow02' } },
      ],
    },
  };
  const folder = mkdtempSync(join(tmpdir(), 'partitions-'));
  return Object.entries(files).map(([name, content]) => {
    const text = JSON.stringify(content).replaceAll('arn:aws:', `arn:${partition}:`);
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
}

/** The stacks for one region, nested ones included. */
function stacksFor(region: string, partition: string): Stack[] {
  const { context: ours } = JSON.parse(readFileSync(resolve(ROOT, 'cdk.json'), 'utf8'));
  const context = {
    prefix: 'csr',
    repair: 'true',
    allowedHosts: '*.example.com',
    notify: { email: ['ops@example.com'] },
    timeouts: { function: 'PT5M' },
  };
  const app = new App({ context: { ...ours, ...context, 'aws:cdk:bundling-stacks': [] } });
  const deployment = { ...readContext((key) => app.node.tryGetContext(key)), region };
  const stage = new Stage(app, 'Stage', { env: { account: '111122223333', region } });
  addStacks(stage, { deployment, fleet: loadFleet(everything(partition), deployment) });
  return stage.node.findAll().filter((one): one is Stack => 'templateOptions' in one);
}

/** Every text in a template, the names of members included. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => [key, ...textsIn(one)]);
}

describe.each([
  ['eu-north-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
])('the templates for %s', (region, partition) => {
  const stacks = stacksFor(region, partition);
  const texts = stacks.flatMap((stack) => textsIn(Template.fromStack(stack).toJSON()));

  it('are of everything that there is', () => {
    const kinds = stacks.flatMap((stack) =>
      Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>),
    );
    const names = new Set(kinds.map(({ Type }) => Type));
    for (const kind of ['SecretsManager::RotationSchedule', 'SQS::Queue', 'StepFunctions::StateMachine', 'SNS::Topic'])
      expect(names).toContain(`AWS::${kind}`);
    expect(stacks.length).toBeGreaterThan(2);
    expect(texts.filter((text) => text.includes('rolesanywhere.amazonaws.com'))).not.toEqual([]);
  });

  it('name no other partition', () => {
    const arns = texts.flatMap((text) => text.match(/arn:aws[\w-]*:/g) ?? []);

    expect(new Set(arns)).toEqual(new Set([`arn:${partition}:`]));
  });

  it('name no host of AWS but principals of services that have one name everywhere', () => {
    const hosts = texts.flatMap((text) => text.match(/[\w.-]*amazonaws\.com[\w.]*/g) ?? []);

    expect(hosts.length).toBeGreaterThan(0);
    expect(hosts.filter((host) => !PRINCIPALS.includes(host))).toEqual([]);
  });
});
