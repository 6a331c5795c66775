import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { customer } from '../support/settings.ts';
import { buildStack, synthesize } from './synthesize.ts';

jest.setTimeout(60_000);

const template = synthesize();
const local = synthesize({ local: 'true', privateTargets: 'true', secretsManagerEndpoint: 'http://127.0.0.1:4510' });
const [keyId] = Object.keys(template.findResources('AWS::KMS::Key'));
const keyArn = { 'Fn::GetAtt': [keyId, 'Arn'] };

/** Kept, unless a first deployment is rolled back. */
const KEEP = 'RetainExceptOnCreate';
const KEPT = [
  'AWS::KMS::Key',
  'AWS::SecretsManager::Secret',
  'AWS::Logs::LogGroup',
  'AWS::SQS::Queue',
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
];

/** A fleet file whose IAM and connector only a person can change. */
function manualFleet(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'fleet-')), 'fleet.json');
  const byHand = customer('by-hand', { iam: { type: 'manual' }, connectors: [{ name: 'IFS', via: 'manual' }] });
  writeFileSync(file, JSON.stringify({ credentials: [byHand] }));
  return file;
}

describe('the stack', () => {
  it.each([
    ['of the example', {}],
    ['with a part for a person', { credentials: manualFleet() }],
  ])('passes the AwsSolutions rules, but for findings that are acknowledged with a reason: %s', (_what, context) => {
    const { app } = buildStack(context);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

    expect(() => app.synth()).not.toThrow();
  });

  it('does not grow or lose a kind of resource unnoticed', () => {
    const kinds = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );

    expect(
      Object.fromEntries([...new Set(kinds)].sort().map((kind) => [kind, kinds.filter((one) => one === kind).length])),
    ).toMatchSnapshot();
  });

  it('runs the same function as before', () => {
    const [rotate] = Object.values(
      template.findResources('AWS::Lambda::Function', {
        Properties: { FunctionName: 'client-secret-rotation-rotate' },
      }),
    );
    const { Code: _, ...properties } = rotate?.Properties ?? {};

    expect(properties).toMatchSnapshot();
  });

  it('tells where things are', () => {
    expect(Object.keys(template.findOutputs('*'))).toEqual(
      expect.arrayContaining([
        'ApiUrl',
        'RotateFunctionName',
        'RetireFunctionName',
        'ApiFunctionName',
        'ScheduleGroupName',
        'OnceScheduleGroupName',
        'RotateLogGroupName',
        'RetireLogGroupName',
        'ApiLogGroupName',
        'AccessLogGroupName',
        'TableName',
      ]),
    );
  });

  it('keeps keys, secrets, dead letters and logs when it is removed, and nothing with local=true', () => {
    for (const type of KEPT) {
      template.allResources(type, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
      local.allResources(type, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    }
  });

  it('leaves nothing with a fixed name behind when its first deployment is rolled back', () => {
    const resources = Object.values(
      template.toJSON().Resources as Record<string, { Type: string; DeletionPolicy?: string }>,
    );
    expect(resources.filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain')).toEqual([]);
    expect(new Set(resources.filter(({ DeletionPolicy }) => DeletionPolicy === KEEP).map(({ Type }) => Type))).toEqual(
      new Set(KEPT),
    );
    // The nested stack holds alarms and a dashboard, and nothing to keep; nor does the state machine.
    const deleted = resources.filter(({ DeletionPolicy }) => ![undefined, KEEP].includes(DeletionPolicy));
    expect(deleted.map(({ Type, DeletionPolicy }) => [Type, DeletionPolicy]).sort()).toEqual([
      ['AWS::CloudFormation::Stack', 'Delete'],
      ['AWS::StepFunctions::StateMachine', 'Delete'],
    ]);
  });
});

describe('functions', () => {
  it.each([
    ['rotate', 90],
    ['retire', 90],
    ['api', 29],
  ])('%s runs on Node.js 24 with JSON logs and traces, for at most %d s', (name, timeout) => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `client-secret-rotation-${name}`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Timeout: timeout,
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', LogGroup: Match.anyValue() },
      ReservedConcurrentExecutions: Match.absent(),
    });
  });

  it('are repeated twice within ten minutes when called asynchronously, then given up to the queue', () => {
    const [queueId] = Object.keys(template.findResources('AWS::SQS::Queue'));

    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 3);
    template.allResourcesProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [queueId, 'Arn'] } } },
    });
  });

  it('take what they need to know from the environment, and no secret', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          PREFIX: 'client-secret-rotation',
          LOCAL: Match.absent(),
          PRIVATE_TARGETS: Match.absent(),
          AWS_ENDPOINT_URL_SECRETS_MANAGER: Match.absent(),
          ALLOWED_HOSTS: Match.absent(),
          FUNCTION_TIMEOUT: 'PT90S',
          HTTP_TIMEOUT: 'PT10S',
          SCHEDULE_GROUP: 'client-secret-rotation',
          ONCE_GROUP: 'client-secret-rotation-once',
          TABLE_NAME: 'client-secret-rotation',
          POWERTOOLS_SERVICE_NAME: 'client-secret-rotation',
        }),
      },
    });
    local.allResourcesProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          LOCAL: 'true',
          PRIVATE_TARGETS: 'true',
          AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:4510',
          FUNCTION_TIMEOUT: 'PT15S',
          HTTP_TIMEOUT: 'PT3S',
        }),
      },
    });
  });
});

describe('the environment of a function', () => {
  const environments = (context: Record<string, unknown>) =>
    Object.values(synthesize(context).findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.Environment.Variables as Record<string, unknown>,
    );

  it('has the hosts of the context, where it names any', () => {
    for (const variables of environments({ allowedHosts: '*.example.com,iam.example.org' }))
      expect(variables.ALLOWED_HOSTS).toBe('*.example.com,iam.example.org');
  });

  it('does not grow with the fleet', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'fleet-')), 'fleet.json');
    const fleet = (count: number) => {
      writeFileSync(file, JSON.stringify({ credentials: Array.from({ length: count }, (_, i) => customer(`c-${i}`)) }));
      return environments({ credentials: file, prefix: 'csr' });
    };
    expect(fleet(100)).toEqual(fleet(1));
  });

  it('says that settings are pinned, to those that send secrets', () => {
    const pinned = Object.values(template.findResources('AWS::Lambda::Function')).flatMap(({ Properties }) =>
      Properties.Environment.Variables.SETTINGS_PINNED === 'true' ? [Properties.FunctionName] : [],
    );
    expect(pinned.toSorted()).toEqual(['audit', 'retire', 'rotate'].map((name) => `client-secret-rotation-${name}`));
  });
});

describe('what is stored', () => {
  it('is encrypted with a key that rotates', () => {
    template.allResourcesProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    template.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: keyArn, MessageRetentionPeriod: 1_209_600 });
    template.allResourcesProperties('AWS::SecretsManager::Secret', { KmsKeyId: keyArn });
    template.allResourcesProperties('AWS::Scheduler::Schedule', { KmsKeyArn: keyArn });
  });

  it('lies in one table, with a key of the stack, from which it can be brought back', () => {
    for (const [one, policy] of [
      [template, 'RetainExceptOnCreate'],
      [local, 'Delete'],
    ] as const) {
      one.resourceCountIs('AWS::DynamoDB::Table', 1);
      one.hasResource('AWS::DynamoDB::Table', {
        DeletionPolicy: policy,
        Properties: {
          TableName: 'client-secret-rotation',
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        },
      });
    }
    template.allResourcesProperties('AWS::DynamoDB::Table', { SSESpecification: { KMSMasterKeyId: keyArn } });
    template.hasOutput('TableName', { Value: { Ref: Match.stringLikeRegexp('Table') } });
  });

  it('is logged for half a year, encrypted, in groups with the names of the functions', () => {
    const groups = [
      'lambda/X-rotate',
      'lambda/X-retire',
      'lambda/X-api',
      'lambda/X-audit',
      'lambda/X-many',
      'apigateway/X',
    ].map((name) => `/aws/${name.replace('X', 'client-secret-rotation')}`);
    const found = Object.values(template.findResources('AWS::Logs::LogGroup')).map(({ Properties }) => Properties);
    expect(found.map(({ LogGroupName }) => LogGroupName).sort()).toEqual(groups.toSorted());
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 180, KmsKeyId: keyArn });
    expect(
      Object.entries(template.findOutputs('*'))
        .filter(([name]) => name.endsWith('LogGroupName'))
        .map(([, { Value }]) => Value)
        .sort(),
    ).toEqual(groups.toSorted());
  });

  it('is encrypted by CloudWatch Logs for these groups only', () => {
    const [key] = Object.values(template.findResources('AWS::KMS::Key'));
    const statements = key?.Properties.KeyPolicy.Statement as { Principal: object; Condition?: object }[];
    const logs = statements.filter(({ Principal }) => JSON.stringify(Principal).includes('logs.'));
    expect(logs).toHaveLength(1);
    const condition = JSON.stringify(logs[0]?.Condition);
    expect(condition).toContain('kms:EncryptionContext:aws:logs:arn');
    expect(condition.match(/log-group:[\w/-]+/g)).toHaveLength(6);
    expect(condition).not.toContain('*');
  });

  it('reaches the queue over TLS only', () => {
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sqs:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });
});
