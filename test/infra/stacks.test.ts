import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { customer } from '../support/settings.ts';
import { INSTANCE } from './fleet/agent-fleet.ts';
import { buildStacks } from './synthesize.ts';

jest.setTimeout(120_000);

const byAgent = {
  connectors: [{ name: 'IFS', via: 'agent', agent: 'initech-flow01', configuration: 'ifs', timeout: 'PT30S' }],
};
const FILES = {
  'a.json': { credentials: [customer('acme-prod')] },
  'globex.json': { stack: 'globex', credentials: [customer('globex-prod'), customer('globex-test')] },
  'initech.json': {
    stack: 'initech',
    credentials: [
      customer('initech-prod', byAgent),
      customer('initech-test', { native: true }),
      customer('initech-dev', { iam: { type: 'manual' } }),
    ],
    agents: [{ name: 'initech-flow01', principalArns: [INSTANCE] }],
  },
};
const CONTEXT = { prefix: 'csr', allowedHosts: '*.example.com', timeouts: { function: 'PT5M' } };

/** The templates of a fleet of files, by the stacks' names. */
function templates(files: Record<string, object>, context: Record<string, unknown> = {}) {
  const { stacks } = build(files, context);
  return new Map(stacks.map((stack) => [stack.stackName, Template.fromStack(stack)]));
}

function build(files: Record<string, object>, context: Record<string, unknown> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
  return buildStacks({ ...CONTEXT, credentials: folder, ...context });
}

const jsonOf = (all: Map<string, Template>) => new Map([...all].map(([name, template]) => [name, template.toJSON()]));

const all = templates(FILES);
const [service, globex, initech] = [...all.values()] as [Template, Template, Template];

/** The one policy in the stack of globex, which is the one stack that has changed. */
function onlyPolicyOf(changed: Map<string, Template>) {
  const before = jsonOf(all);
  const differ = [...jsonOf(changed)].filter(
    ([name, json]) => JSON.stringify(json) !== JSON.stringify(before.get(name)),
  );
  expect(differ.map(([name]) => name)).toEqual(['csr-Fleet-globex']);
  const [policy, ...others] = Object.values(changed.get('csr-Fleet-globex')?.findResources('AWS::IAM::Policy') ?? {});
  expect(others).toEqual([]);
  return policy;
}

describe('the stacks of a fleet', () => {
  it('are that of the service and one for each name in the files', () => {
    expect([...all.keys()]).toEqual(['csr', 'csr-Fleet-globex', 'csr-Fleet-initech']);
    const secrets = (template: Template) =>
      Object.values(template.findResources('AWS::SecretsManager::Secret')).map(({ Properties }) => Properties.Name);
    expect(secrets(service)).toEqual(['csr/acme-prod']);
    expect(secrets(globex)).toEqual(['csr/globex-prod', 'csr/globex-test']);
    expect(secrets(initech)).toEqual([
      'csr/initech-prod',
      'csr/initech-test',
      'csr/initech-dev',
      'csr-inbox/initech-dev',
    ]);
  });

  it('know each other by fixed names only', () => {
    for (const template of all.values()) {
      const json = template.toJSON();
      expect(JSON.stringify(json)).not.toMatch(/Fn::ImportValue|Fn::GetStackOutput/);
      expect(Object.values((json.Outputs ?? {}) as Record<string, object>).filter((one) => 'Export' in one)).toEqual(
        [],
      );
    }
    const told = Object.values(service.findResources('AWS::SSM::Parameter')).map(({ Properties }) => Properties.Name);
    const read = Object.values(
      globex.findParameters('*', { Type: 'AWS::SSM::Parameter::Value<String>' }) as Record<string, { Default: string }>,
    ).map(({ Default }) => Default);
    // The functions' roles are asked for only where secrets lie in another account.
    const roles = '/client-secret-rotation/csr/function-roles';
    expect(read.filter((name) => name.startsWith('/client-secret-rotation/')).toSorted()).toEqual(
      told.filter((name) => name !== roles).toSorted(),
    );
    expect(told).toContain(roles);
  });

  it('let the functions assume exactly the roles that their credentials name, and change no other stack for that', () => {
    const roleArn = 'arn:aws:iam::222233334444:role/csr/globex-prod';
    const account = { roleArn, externalId: 'drawn-for-globex' };
    const globexPart = {
      stack: 'globex',
      credentials: [customer('globex-prod', { account }), customer('globex-test')],
    };
    const changed = templates({ ...FILES, 'globex.json': globexPart });

    const policy = onlyPolicyOf(changed);
    expect(policy?.Properties).toMatchObject({
      PolicyName: 'csr-accounts-globex',
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArn }] },
    });
    // rotate, retire and audit.
    expect(policy?.Properties.Roles).toHaveLength(3);
    changed.get('csr-Fleet-globex')?.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'csr/globex-prod',
      Description: `Has no value: the secret of this name lies in the account of ${roleArn}`,
    });
  });

  it('let rotate and retire write exactly the access secrets that their credentials name, and change no other stack for that', () => {
    const secretId = 'csr-access/shared/globex-iam';
    const own = customer('globex-prod', {
      id: 'globex-rotator',
      clientId: 'flow-secret-rotator',
      'iam.auth.secretId': secretId,
      connectors: [{ name: 'the rotator', via: 'access-secret', secretId }],
    });
    const credentials = [customer('globex-prod', { 'iam.auth.secretId': secretId }), customer('globex-test'), own];
    const changed = templates({ ...FILES, 'globex.json': { stack: 'globex', credentials } });

    const policy = onlyPolicyOf(changed);
    expect(policy?.Properties).toMatchObject({
      PolicyName: 'csr-written-access-secrets-globex',
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: ['secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
            Resource: { 'Fn::Join': ['', expect.arrayContaining([`:secret:${secretId}-??????`])] },
          },
        ],
      },
    });
    const roles = policy?.Properties.Roles.map((role: { 'Fn::Select': [number, unknown] }) => role['Fn::Select'][0]);
    expect(roles).toEqual([0, 1]);
    const told = Object.values(service.findResources('AWS::SSM::Parameter')).find(({ Properties }) =>
      Properties.Name.endsWith('/function-roles'),
    );
    expect(JSON.stringify(told?.Properties.Value)).toMatch(/rotate.*retire.*audit/);
  });

  it('hold schedules that call the function of the service, with its role, key and dead letters', () => {
    globex.resourceCountIs('AWS::Scheduler::Schedule', 2);
    const parameter = (what: string) => ({ Ref: expect.stringContaining(what) });
    for (const { Properties } of Object.values(globex.findResources('AWS::Scheduler::Schedule'))) {
      expect(Properties).toMatchObject({
        GroupName: 'csr',
        KmsKeyArn: parameter('keyarn'),
        Target: {
          Arn: { 'Fn::Join': ['', expect.arrayContaining([':function:csr-rotate'])] },
          RoleArn: parameter('schedulerrolearn'),
          DeadLetterConfig: { Arn: parameter('deadletterarn') },
        },
      });
    }
    for (const { Properties } of Object.values(globex.findResources('AWS::SecretsManager::Secret')))
      expect(Properties.KmsKeyId).toEqual(parameter('keyarn'));
  });

  it('hold agents with their own credentials, alarms included', () => {
    expect(Object.keys(initech.findOutputs('*'))).toEqual(['AgentRoleArnInitechFlow01']);
    initech.resourceCountIs('AWS::SQS::Queue', 2);
    const [alarm] = Object.values(initech.findResources('AWS::CloudWatch::Alarm'));
    expect(alarm?.Properties).toMatchObject({
      AlarmName: 'csr-agent-silent-initech-flow01',
      AlarmActions: [{ 'Fn::Join': ['', expect.arrayContaining([expect.stringMatching(/:csr-notify$/)])] }],
    });
    initech.resourceCountIs('AWS::SecretsManager::RotationSchedule', 1);
  });

  it('pass the AwsSolutions rules, but for findings that are acknowledged with a reason', () => {
    const { app } = build(FILES);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

    expect(() => app.synth()).not.toThrow();
  });
});

describe('a credential that comes or goes', () => {
  const without = (stack: 'globex' | 'initech', id: string) => {
    const file = FILES[`${stack}.json`];
    return { ...FILES, [`${stack}.json`]: { ...file, credentials: file.credentials.filter((one) => one.id !== id) } };
  };

  it.each([
    ['by API', 'globex', 'globex-test'],
    ['the only one with native', 'initech', 'initech-test'],
    ['the only one with a manual IAM', 'initech', 'initech-dev'],
  ] as const)('changes its own stack and no other: %s', (_what, stack, id) => {
    const [before, after] = [jsonOf(all), jsonOf(templates(without(stack, id)))];

    const changed = [...before.keys()].filter(
      (name) => JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name)),
    );
    expect(changed).toEqual([`csr-Fleet-${stack}`]);
    const kept = (json: { Resources: object }) => Object.keys(json.Resources);
    expect(kept(before.get(`csr-Fleet-${stack}`) as never)).toEqual(
      expect.arrayContaining(kept(after.get(`csr-Fleet-${stack}`) as never)),
    );
  });

  it('changes nothing else when a whole customer comes', () => {
    const { 'initech.json': _, ...fewer } = FILES;
    const [before, after] = [jsonOf(templates(fewer)), jsonOf(all)];

    for (const [name, json] of before) expect([name, after.get(name)]).toEqual([name, json]);
  });
});

describe('a deployment with one stack', () => {
  const one = { 'a.json': { credentials: [customer('acme-prod'), customer('acme-test')] } };

  it('keeps every resource of a credential as it is when its files are split, and when stacks come beside it', () => {
    const split = {
      'acme.json': { credentials: [customer('acme-prod')] },
      'b.json': { credentials: [customer('acme-test')] },
      'globex.json': FILES['globex.json'],
    };
    const [before, after] = [one, split].map((files) => templates(files).get('csr')?.toJSON().Resources);

    for (const [id, resource] of Object.entries(before as Record<string, { Type: string }>)) {
      if (!/Secret|Schedule/.test(resource.Type)) continue;
      expect([id, after[id]]).toEqual([id, resource]);
    }
  });

  it('has no name for others to read', () => {
    templates(one).get('csr')?.resourceCountIs('AWS::SSM::Parameter', 0);
  });
});
