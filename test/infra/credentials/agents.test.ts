import { describe, expect, it, jest } from '@jest/globals';
import { Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ANCHOR, agentFleet, INSTANCE } from '../fleet/agent-fleet.ts';
import { ACCOUNT, type Attempt, mayDo, REGION, roleOf, secretArn, statementsByRole } from '../policies.ts';
import { buildStack, synthesize, synthesizeScreen } from '../synthesize.ts';

jest.setTimeout(60_000);

const CONTEXT = { credentials: agentFleet(), timeouts: '{"function":"PT4M"}' };
const PREFIX = 'client-secret-rotation';
const template = synthesize(CONTEXT);
const screen = synthesizeScreen(CONTEXT);
const roles = statementsByRole(template);
const roleOfAgent = (name: string) =>
  Object.keys(
    template.findResources('AWS::IAM::Role', { Properties: { Description: Match.stringLikeRegexp(`agent ${name} `) } }),
  )[0] ?? '';
const [[keyId = ''] = []] = [Object.keys(template.findResources('AWS::KMS::Key'))];
const key = `arn:aws:kms:${REGION}:${ACCOUNT}:key/${keyId}`;
const via = (service: string) => ({ 'kms:ViaService': `${service}.${REGION}.amazonaws.com` });
const queue = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${PREFIX}-${name}`;
const secret = (id: string) => secretArn(`${PREFIX}/${id}`);

/** How many queues deny whatever does not come by TLS. */
const deniedWithoutTls = (of: typeof template) =>
  Object.values(of.findResources('AWS::SQS::QueuePolicy')).filter(({ Properties }) =>
    JSON.stringify(Properties.PolicyDocument).includes('"aws:SecureTransport":"false"'),
  ).length;

describe('the queues of agents', () => {
  it('are one for the requests of each agent, and one for the replies of each credential behind one', () => {
    const names = Object.values(template.findResources('AWS::SQS::Queue')).map(
      ({ Properties }) => Properties.QueueName,
    );
    expect(names.filter(Boolean).sort()).toEqual(
      ['agent-acme-flow01', 'agent-acme-flow02', 'replies-acme-prod', 'replies-acme-test'].map(
        (name) => `${PREFIX}-${name}`,
      ),
    );
  });

  it('are encrypted with the key of the stack, keep a message for a minute, and are gone with the stack', () => {
    for (const name of ['agent-acme-flow01', 'replies-acme-prod']) {
      template.hasResource('AWS::SQS::Queue', {
        DeletionPolicy: 'Delete',
        Properties: {
          QueueName: `${PREFIX}-${name}`,
          KmsMasterKeyId: { 'Fn::GetAtt': [keyId, 'Arn'] },
          MessageRetentionPeriod: 60,
          VisibilityTimeout: 30,
          FifoQueue: Match.absent(),
        },
      });
    }
  });

  it('take nothing that does not come by TLS', () => {
    expect(deniedWithoutTls(template)).toBe(5);
  });

  it('can be reached without TLS with local=true, where the emulator has none', () => {
    const deployed = synthesize({ ...CONTEXT, local: 'true' });
    deployed.resourceCountIs('AWS::SQS::Queue', 5);
    expect(deniedWithoutTls(deployed)).toBe(0);
  });

  it('pass the AwsSolutions rules, but for findings that are acknowledged with a reason', () => {
    const { app } = buildStack(CONTEXT);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  it('are not there, and nothing is granted, without agents', () => {
    const without = synthesize();
    without.resourceCountIs('AWS::SQS::Queue', 1);
    expect(JSON.stringify(without.findResources('AWS::IAM::Policy'))).not.toContain('sqs:ReceiveMessage');
  });
});

const AGENT: [allowed: boolean, Attempt][] = [
  [true, { action: 'sqs:ReceiveMessage', resource: queue('agent-acme-flow01') }],
  [true, { action: 'sqs:DeleteMessage', resource: queue('agent-acme-flow01') }],
  [true, { action: 'sqs:ChangeMessageVisibility', resource: queue('agent-acme-flow01') }],
  [true, { action: 'sqs:GetQueueUrl', resource: queue('agent-acme-flow01') }],
  [false, { action: 'sqs:SendMessage', resource: queue('agent-acme-flow01') }],
  [false, { action: 'sqs:PurgeQueue', resource: queue('agent-acme-flow01') }],
  [false, { action: 'sqs:ReceiveMessage', resource: queue('agent-acme-flow02') }],
  [true, { action: 'sqs:SendMessage', resource: queue('replies-acme-prod') }],
  [false, { action: 'sqs:SendMessage', resource: queue('replies-acme-test') }],
  [false, { action: 'sqs:ReceiveMessage', resource: queue('replies-acme-prod') }],
  [true, { action: 'kms:Decrypt', resource: key, context: via('sqs') }],
  [true, { action: 'kms:GenerateDataKey', resource: key, context: via('sqs') }],
  [true, { action: 'kms:Decrypt', resource: key, context: via('secretsmanager') }],
  [false, { action: 'kms:GenerateDataKey', resource: key, context: via('secretsmanager') }],
  [false, { action: 'kms:Decrypt', resource: key, context: via('scheduler') }],
  [false, { action: 'kms:Decrypt', resource: key }],
];

const CHANGERS: [allowed: boolean, Attempt][] = [
  [true, { action: 'sqs:SendMessage', resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:${PREFIX}-agent-acme-flow01` }],
  [false, { action: 'sqs:ReceiveMessage', resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:${PREFIX}-agent-acme-flow01` }],
  [true, { action: 'sqs:ReceiveMessage', resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:${PREFIX}-replies-acme-prod` }],
  [true, { action: 'sqs:DeleteMessage', resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:${PREFIX}-replies-acme-prod` }],
  [
    true,
    { action: 'sqs:ChangeMessageVisibility', resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:${PREFIX}-replies-acme-prod` },
  ],
  [false, { action: 'sqs:SendMessage', resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:${PREFIX}-replies-acme-prod` }],
  [false, { action: 'sqs:SendMessage', resource: `arn:aws:sqs:${REGION}:${ACCOUNT}:other-agent-acme-flow01` }],
];

describe('permissions', () => {
  it('of an agent are about its own queue, and the replies and secrets of its own credentials', async () => {
    const statements = roles.get(roleOfAgent('acme-flow01')) ?? [];
    for (const [allowed, attempt] of AGENT) {
      expect([attempt, await mayDo(statements, attempt)]).toEqual([attempt, allowed]);
    }
  });

  it('of an agent let it read one version of exactly its secrets, by name of the version', () => {
    const reading = (roles.get(roleOfAgent('acme-flow02')) ?? []).filter(({ Action }) =>
      Action.some((action) => action.startsWith('secretsmanager:')),
    );
    expect(reading).toEqual([
      {
        Effect: 'Allow',
        Action: ['secretsmanager:GetSecretValue'],
        Resource: [secret('acme-test')],
        Condition: { Null: { 'secretsmanager:VersionId': 'false' } },
      },
    ]);
    expect(reading[0]?.Resource[0]).not.toBe('');
  });

  it('of an agent name exact resources and actions', () => {
    for (const name of ['acme-flow01', 'acme-flow02']) {
      const statements = roles.get(roleOfAgent(name)) ?? [];
      expect(statements.length).toBeGreaterThan(4);
      for (const { Action, Resource } of statements) expect([...Action, ...Resource].join()).not.toContain('*');
    }
  });

  it.each(['rotate', 'retire'])('of %s let it ask agents and take replies', async (file) => {
    const statements = roles.get(roleOf(template, `${PREFIX}-${file}`)) ?? [];
    for (const [allowed, attempt] of CHANGERS) {
      expect([attempt, await mayDo(statements, attempt)]).toEqual([attempt, allowed]);
    }
  });
});

describe('who may be an agent', () => {
  it('is a principal that the file names', () => {
    const { Properties } = template.findResources('AWS::IAM::Role')[roleOfAgent('acme-flow01')] ?? {};
    expect(Properties?.AssumeRolePolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: INSTANCE } },
    ]);
  });

  it('is whoever has a certificate of the trust anchor with the subject', () => {
    const { Properties } = template.findResources('AWS::IAM::Role')[roleOfAgent('acme-flow02')] ?? {};
    expect(Properties?.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
        Principal: { Service: 'rolesanywhere.amazonaws.com' },
        Condition: {
          ArnEquals: { 'aws:SourceArn': ANCHOR },
          StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'acme-flow02' },
        },
      },
    ]);
  });

  it('is told by an output, by the ARN of the role', () => {
    expect(Object.keys(template.findOutputs('*')).filter((name) => name.startsWith('AgentRoleArn'))).toEqual([
      'AgentRoleArnAcmeFlow01',
      'AgentRoleArnAcmeFlow02',
    ]);
  });
});

it('an agent that asks for nothing for 15 minutes is alarmed of, also where nothing is measured', () => {
  screen.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'client-secret-rotation-agent-silent-acme-flow01',
    MetricName: 'NumberOfEmptyReceives',
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 3,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
    AlarmDescription: Match.stringLikeRegexp('acme-flow01.*docs/operations\\.md#an-agent-is-silent$'),
  });
});

it('an agent makes four resources, and a credential behind one two more', () => {
  const count = (one: typeof template) => Object.keys(one.toJSON().Resources).length;
  expect(count(template) - count(synthesize({ timeouts: '{"function":"PT4M"}' }))).toBe(2 * 4 + 2 * 2);
});
