import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { settingsPin } from '../../../functions/credential/events/pin.ts';
import { credentialSchema } from '../../../functions/credential/settings/credential.ts';
import { customer } from '../../support/settings.ts';
import { synthesize } from '../synthesize.ts';

jest.setTimeout(60_000);

const template = synthesize();

const acmeTest = {
  id: 'acme-test',
  accessTokenUrl: 'https://acme-test.example.com/auth/realms/acmetest/protocol/openid-connect/token',
  clientId: 'NC_Flow_OData',
  scope: 'openid microprofile-jwt',
  strategy: 'in-place',
  grace: 'PT0S',
  maxAge: 'P90D',
  native: false,
  iam: {
    type: 'keycloak',
    renewal: 'set',
    firstRun: 'adopt',
    adminUrl: 'https://acme-test.example.com/auth/admin/realms/acmetest',
    auth: { clientId: 'flow-secret-rotator', secretId: 'client-secret-rotation-access/acme-test/iam' },
  },
  connectors: [
    {
      name: 'IFS Test',
      via: 'https',
      url: 'https://flow.acme.example.com/odata-connector/configurations/ifs-test',
      auth: { type: 'bearer', secretId: 'client-secret-rotation-access/acme-test/connector' },
      proof: 'written',
    },
  ],
  probePath: '/main/ifsapplications/projection/v1/ProjectionExplorer.svc/',
  schedule: { expression: 'rate(7 days)', timezone: 'UTC', state: 'ENABLED' },
  freezes: [],
  tags: { customer: 'acme', environment: 'test' },
};

function scheduleOf(id: string) {
  const [schedule] = Object.values(template.findResources('AWS::Scheduler::Schedule', { Properties: { Name: id } }));
  return schedule?.Properties;
}

describe('a rotated credential', () => {
  it('has a secret of its own, without a value', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      Name: 'client-secret-rotation/acme-test',
      SecretString: Match.absent(),
      GenerateSecretString: Match.absent(),
      Tags: [
        { Key: 'credential', Value: 'acme-test' },
        { Key: 'customer', Value: 'acme' },
        { Key: 'environment', Value: 'test' },
        { Key: 'settings', Value: settingsPin(JSON.parse(scheduleOf('acme-test').Target.Input).credential) },
      ],
    });
    template.resourceCountIs('AWS::SecretsManager::Secret', 3);
    template.allResourcesProperties('AWS::SecretsManager::Secret', {
      SecretString: Match.absent(),
      GenerateSecretString: Match.absent(),
    });
  });

  it('is told apart from another with the same Client ID', () => {
    const ids = ['acme-prod', 'acme-test', 'globex-prod'];

    const events = ids.map((id) => JSON.parse(scheduleOf(id).Target.Input).credential);

    expect(events.map(({ id }) => id)).toEqual(ids);
    expect(new Set(events.map(({ clientId }) => clientId)).size).toBe(1);
  });

  it('is rotated as its schedule says, in its time zone and window', () => {
    expect(scheduleOf('acme-prod')).toMatchObject({
      GroupName: { Ref: expect.stringContaining('Recurring') },
      ScheduleExpression: 'cron(0 3 ? * SUN *)',
      ScheduleExpressionTimezone: 'Europe/Stockholm',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
      State: 'ENABLED',
    });
    expect(scheduleOf('acme-test')).toMatchObject({ FlexibleTimeWindow: { Mode: 'OFF' } });
  });

  it('hands its settings to rotate, every default filled in', () => {
    const { Target } = scheduleOf('acme-test');

    expect(JSON.parse(Target.Input)).toEqual({
      trigger: 'schedule',
      credential: acmeTest,
      scheduledTime: '<aws.scheduler.scheduled-time>',
    });
    expect(Target).toMatchObject({
      Arn: { 'Fn::GetAtt': [expect.stringContaining('rotateFunction'), 'Arn'] },
      RoleArn: { 'Fn::GetAtt': [expect.stringContaining('SchedulingRole'), 'Arn'] },
      RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 },
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringContaining('DeadLetters'), 'Arn'] } },
    });
  });

  it('hands over settings that the functions accept as they are', () => {
    const { credential } = JSON.parse(scheduleOf('globex-prod').Target.Input);

    expect(credentialSchema({ prefix: 'client-secret-rotation', local: false }).parse(credential)).toEqual(credential);
  });

  it('has an inbox without a value where only a person can change the IAM, and none elsewhere', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'fleet-')), 'fleet.json');
    const byHand = customer('by-hand', { iam: { type: 'manual' } });
    writeFileSync(file, JSON.stringify({ credentials: [byHand, customer('by-api')] }));
    const context = { credentials: file, prefix: 'csr', allowedHosts: '*.example.com' };
    const [found, local] = [synthesize(context), synthesize({ ...context, local: 'true' })].map((one) => {
      const secrets = Object.values(one.findResources('AWS::SecretsManager::Secret'));
      return secrets.filter(({ Properties }) => Properties.Name.startsWith('csr-inbox/'));
    });

    expect(found).toEqual([
      {
        Type: 'AWS::SecretsManager::Secret',
        Properties: {
          Name: 'csr-inbox/by-hand',
          Description: expect.any(String),
          KmsKeyId: { 'Fn::GetAtt': [expect.stringContaining('Key'), 'Arn'] },
          Tags: [{ Key: 'credential', Value: 'by-hand' }],
        },
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      },
    ]);
    expect(local).toEqual([expect.objectContaining({ DeletionPolicy: 'Delete' })]);
  });

  it.each([
    [150, 'by API', {}],
    [145, 'rotated natively', { native: true }],
    [145, 'with an inbox', { iam: { type: 'manual' } }],
  ])('comes %d times in one stack within the limits of CloudFormation: %s', (length, _what, change) => {
    const file = join(mkdtempSync(join(tmpdir(), 'fleet-')), 'fleet.json');
    const credentials = Array.from({ length }, (_, index) => customer(`customer-${index}`, change));
    writeFileSync(file, JSON.stringify({ credentials }));

    const json = synthesize({ credentials: file, prefix: 'csr', allowedHosts: '*.example.com' }).toJSON();

    expect(Object.keys(json.Resources).length).toBeLessThanOrEqual(500);
    expect(Buffer.byteLength(JSON.stringify(json))).toBeLessThan(1_000_000);
  });

  const made = (credential: Record<string, unknown>, context: Record<string, unknown> = {}) => {
    const file = join(mkdtempSync(join(tmpdir(), 'fleet-')), 'fleet.json');
    writeFileSync(file, JSON.stringify({ credentials: [credential, customer('other')] }));
    return synthesize({ credentials: file, prefix: 'csr', allowedHosts: '*.example.com', ...context });
  };
  const replicasIn = (template: ReturnType<typeof made>, name: string) =>
    Object.values(template.findResources('AWS::SecretsManager::Secret', { Properties: { Name: name } })).map(
      ({ Properties }) => Properties.ReplicaRegions,
    );

  it('has the replicas of its settings, and those of the context where they name none', () => {
    const key = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f';
    const context = { replicaRegions: 'eu-central-1' };
    const own = made(customer('acme', { replicaRegions: [{ region: 'eu-west-1', kmsKeyId: key }] }), context);

    expect(replicasIn(own, 'csr/acme')).toEqual([[{ Region: 'eu-west-1', KmsKeyId: key }]]);
    expect(replicasIn(own, 'csr/other')).toEqual([[{ Region: 'eu-central-1' }]]);
    expect(replicasIn(made(customer('acme', { replicaRegions: [] }), context), 'csr/acme')).toEqual([undefined]);
    expect(replicasIn(made(customer('acme')), 'csr/acme')).toEqual([undefined]);
  });

  it('makes no secret where one is there already, and changes nothing else for that', () => {
    const change = { iam: { type: 'manual' } };
    const before = made(customer('acme', change)).toJSON();
    const after = made(customer('acme', change), { existingSecrets: 'acme' }).toJSON();

    const gone = Object.keys(before.Resources).filter((id) => !(id in after.Resources));
    expect(gone.map((id) => before.Resources[id].Properties.Name).toSorted()).toEqual(['csr-inbox/acme', 'csr/acme']);
    expect({ ...before.Resources, ...Object.fromEntries(gone.map((id) => [id, undefined])) }).toEqual(after.Resources);
  });

  it('registers a secret that is there already by its name', () => {
    made(customer('acme', { native: true }), { existingSecrets: 'true' }).hasResourceProperties(
      'AWS::SecretsManager::RotationSchedule',
      { SecretId: 'csr/acme' },
    );
  });
});
