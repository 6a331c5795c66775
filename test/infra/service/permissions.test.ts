import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { customer } from '../../support/settings.ts';
import { ACCOUNT, type Attempt, mayDo, REGION, roleOf, statementsByRole } from '../policies.ts';
import { synthesize } from '../synthesize.ts';

const PREFIX = 'client-secret-rotation';
const ACCESS = `${PREFIX}-access/acme-prod/connector`;
const template = synthesize();
const roles = statementsByRole(template);
const of = (file: string) => roles.get(roleOf(template, `${PREFIX}-${file}`)) ?? [];
const secret = (name: string) => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}`;
const schedule = (name: string) => `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/${name}`;
const table = (name: string) => `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`;
const bus = (name: string) => `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/${name}`;
const lambda = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
const states = (name: string) => `arn:aws:states:${REGION}:${ACCOUNT}:${name}`;
const [bucketId = ''] = Object.keys(template.findResources('AWS::S3::Bucket'));
const file = (name: string) => `arn:aws:s3:::${bucketId.toLowerCase()}/${name}`;
const [keyId] = Object.keys(template.findResources('AWS::KMS::Key'));
const key = `arn:aws:kms:${REGION}:${ACCOUNT}:key/${keyId}`;
const machineRole = [...roles.keys()].find((id) => id.includes('FleetRotations')) ?? '';
const schedulerRole = [...roles.keys()].find((id) => id.includes('Scheduling')) ?? '';
const via = (service: string) => ({ 'kms:ViaService': `${service}.${REGION}.amazonaws.com` });

/** Resources with a wildcard, and why there is no exact ARN. */
const WILDCARDS: [RegExp, actions: RegExp, reason: string][] = [
  [
    /:secret:client-secret-rotation\/\*$/,
    /^secretsmanager:/,
    'one secret a credential: exact ARNs overflow the limits',
  ],
  [
    /:secret:client-secret-rotation-access\/\*$/,
    /^secretsmanager:GetSecretValue$/,
    'made by operators, named in settings',
  ],
  [/:schedule\/client-secret-rotation\/\*$/, /^scheduler:(Get|Update)Schedule$/, 'one schedule a credential'],
  [
    /:schedule\/client-secret-rotation-once\/\*$/,
    /^scheduler:(Create|Get)Schedule$/,
    'made by the functions themselves',
  ],
  [
    /^arn:aws:s3:::\w+\/\*$/,
    /^s3:(GetObject|PutObject|ListMultipartUploadParts|AbortMultipartUpload)$/,
    'files are named by executions',
  ],
  [
    /:execution:client-secret-rotation-many:\*$/,
    /^states:(Describe|Stop)Execution$/,
    'executions are named by callers',
  ],
  [/:log-group:[\w/-]+:\*$/, /^logs:(CreateLogStream|PutLogEvents)$/, "the streams of the function's own group"],
  [/^\*$/, /^xray:Put(TraceSegments|TelemetryRecords)$/, 'AWS knows no resource'],
  [/^\*$/, /^(scheduler:ListSchedules|secretsmanager:ListSecrets)$/, 'AWS knows no resource'],
];

const CHANGERS: [allowed: boolean, Attempt][] = [
  [true, { action: 'secretsmanager:PutSecretValue', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [true, { action: 'secretsmanager:UpdateSecretVersionStage', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [true, { action: 'secretsmanager:ListSecretVersionIds', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [true, { action: 'secretsmanager:GetSecretValue', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [true, { action: 'secretsmanager:GetSecretValue', resource: secret(`${PREFIX}-access/acme-prod/iam-AbCdEf`) }],
  [false, { action: 'secretsmanager:PutSecretValue', resource: secret('other/acme-prod-AbCdEf') }],
  [false, { action: 'secretsmanager:PutSecretValue', resource: secret(`${PREFIX}-access/acme-prod/iam-AbCdEf`) }],
  [false, { action: 'secretsmanager:GetSecretValue', resource: secret('other-access/acme-prod/iam-AbCdEf') }],
  [false, { action: 'secretsmanager:DeleteSecret', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [false, { action: 'secretsmanager:PutResourcePolicy', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [true, { action: 'kms:Decrypt', resource: key, context: via('secretsmanager') }],
  [true, { action: 'kms:GenerateDataKey', resource: key, context: via('secretsmanager') }],
  [true, { action: 'kms:Decrypt', resource: key, context: via('scheduler') }],
  [true, { action: 'kms:DescribeKey', resource: key, context: via('scheduler') }],
  [false, { action: 'kms:GenerateDataKey', resource: key, context: via('scheduler') }],
  [false, { action: 'kms:Decrypt', resource: key }],
  [false, { action: 'kms:Decrypt', resource: key, context: via('s3') }],
  [true, { action: 'scheduler:GetSchedule', resource: schedule(`${PREFIX}/acme-prod`) }],
  [false, { action: 'scheduler:GetSchedule', resource: schedule('other/acme-prod') }],
  [false, { action: 'scheduler:GetSchedule', resource: schedule('default/acme-prod') }],
  [true, { action: 'scheduler:CreateSchedule', resource: schedule(`${PREFIX}-once/acme-prod.retire.0a1b2c3d`) }],
  [false, { action: 'scheduler:CreateSchedule', resource: schedule(`${PREFIX}/acme-prod`) }],
  [false, { action: 'scheduler:UpdateSchedule', resource: schedule(`${PREFIX}/acme-prod`) }],
  [true, passRole(schedulerRole, 'scheduler.amazonaws.com')],
  [false, passRole(schedulerRole, 'lambda.amazonaws.com')],
  [false, passRole('administrator', 'scheduler.amazonaws.com')],
  [false, { action: 'lambda:InvokeFunction', resource: lambda(`${PREFIX}-rotate`) }],
  ...['Query', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map((name): [boolean, Attempt] => [
    true,
    { action: `dynamodb:${name}`, resource: table(PREFIX) },
  ]),
  ...['Scan', 'BatchWriteItem', 'UpdateTable', 'DeleteTable'].map((name): [boolean, Attempt] => [
    false,
    { action: `dynamodb:${name}`, resource: table(PREFIX) },
  ]),
  [false, { action: 'dynamodb:PutItem', resource: table('other') }],
  [true, { action: 'kms:Decrypt', resource: key, context: via('dynamodb') }],
  [true, publishing('client-secret-rotation')],
  [false, publishing('aws.secretsmanager')],
  [false, publishing('client-secret-rotation', 'somebody.else')],
  [false, { ...publishing('client-secret-rotation'), resource: bus('other') }],
];

const API: [allowed: boolean, Attempt][] = [
  [true, { action: 'secretsmanager:ListSecrets', resource: '*' }],
  [true, { action: 'dynamodb:BatchGetItem', resource: table(PREFIX) }],
  [false, { action: 'dynamodb:BatchGetItem', resource: table('other') }],
  [false, { action: 'dynamodb:BatchWriteItem', resource: table(PREFIX) }],
  [true, { action: 'lambda:InvokeFunction', resource: lambda(`${PREFIX}-rotate`) }],
  [false, { action: 'lambda:InvokeFunction', resource: lambda(`${PREFIX}-retire`) }],
  [true, { action: 'states:StartExecution', resource: states(`stateMachine:${PREFIX}-many`) }],
  [false, { action: 'states:StartExecution', resource: states('stateMachine:other-many') }],
  [true, { action: 'states:DescribeExecution', resource: states(`execution:${PREFIX}-many:one`) }],
  [false, { action: 'states:StopExecution', resource: states(`execution:${PREFIX}-many:one`) }],
  [false, { action: 'lambda:InvokeFunction', resource: lambda(`${PREFIX}-many`) }],
  [false, { action: 's3:GetObject', resource: file('one/manifest.json') }],
  [false, { action: 'secretsmanager:DescribeSecret', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [true, { action: 'secretsmanager:ListSecretVersionIds', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [false, { action: 'secretsmanager:GetSecretValue', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [false, { action: 'secretsmanager:BatchGetSecretValue', resource: '*' }],
  [false, { action: 'secretsmanager:GetSecretValue', resource: secret(`${PREFIX}-access/acme-prod/iam-AbCdEf`) }],
  [false, { action: 'secretsmanager:PutSecretValue', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [false, { action: 'kms:Decrypt', resource: key, context: via('secretsmanager') }],
  [true, { action: 'kms:Decrypt', resource: key, context: via('scheduler') }],
  [true, { action: 'scheduler:GetSchedule', resource: schedule(`${PREFIX}/acme-prod`) }],
  [true, { action: 'scheduler:ListSchedules', resource: '*' }],
  [false, { action: 'scheduler:CreateSchedule', resource: schedule(`${PREFIX}-once/x`) }],
  [true, { action: 'scheduler:UpdateSchedule', resource: schedule(`${PREFIX}/acme-prod`) }],
  [false, { action: 'scheduler:UpdateSchedule', resource: schedule(`${PREFIX}-once/x`) }],
  [false, { action: 'scheduler:UpdateSchedule', resource: schedule('other/acme-prod') }],
  [false, { action: 'scheduler:CreateSchedule', resource: schedule(`${PREFIX}/acme-prod`) }],
  [false, { action: 'scheduler:DeleteSchedule', resource: schedule(`${PREFIX}/acme-prod`) }],
  [true, { action: 'dynamodb:Query', resource: table(PREFIX) }],
  [true, { action: 'dynamodb:PutItem', resource: table(PREFIX) }],
  [true, { action: 'dynamodb:DeleteItem', resource: table(PREFIX) }],
  [true, { action: 'dynamodb:GetItem', resource: table(PREFIX) }],
  [true, { action: 'dynamodb:UpdateItem', resource: table(PREFIX) }],
  [false, { action: 'dynamodb:Scan', resource: table(PREFIX) }],
  [false, { action: 'dynamodb:PutItem', resource: table('other') }],
  [true, { action: 'kms:Decrypt', resource: key, context: via('dynamodb') }],
  [false, publishing('client-secret-rotation')],
  [false, { action: 'secretsmanager:GetSecretValue', resource: secret(`${PREFIX}-inbox/acme-prod-AbCdEf`) }],
  [true, passRole(schedulerRole, 'scheduler.amazonaws.com')],
  [false, passRole(schedulerRole, 'lambda.amazonaws.com')],
  [false, passRole('administrator', 'scheduler.amazonaws.com')],
];

/** An audit looks, and writes to nothing but its own records. */
const AUDIT: [allowed: boolean, Attempt][] = [
  [true, { action: 'secretsmanager:GetSecretValue', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [true, { action: 'secretsmanager:ListSecretVersionIds', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [true, { action: 'secretsmanager:DescribeSecret', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [true, { action: 'secretsmanager:GetSecretValue', resource: secret(`${PREFIX}-access/acme-prod/iam-AbCdEf`) }],
  ...['PutSecretValue', 'UpdateSecretVersionStage', 'RotateSecret'].map((name): [boolean, Attempt] => [
    false,
    { action: `secretsmanager:${name}`, resource: secret(`${PREFIX}/acme-prod-AbCdEf`) },
  ]),
  [true, { action: 'kms:Decrypt', resource: key, context: via('secretsmanager') }],
  [false, { action: 'kms:GenerateDataKey', resource: key, context: via('secretsmanager') }],
  [true, { action: 'kms:Decrypt', resource: key, context: via('scheduler') }],
  [true, { action: 'scheduler:ListSchedules', resource: '*' }],
  [true, { action: 'scheduler:GetSchedule', resource: schedule(`${PREFIX}/acme-prod`) }],
  [true, { action: 'scheduler:GetSchedule', resource: schedule(`${PREFIX}-once/acme-prod.retire.0a1b2c3d`) }],
  [false, { action: 'scheduler:UpdateSchedule', resource: schedule(`${PREFIX}/acme-prod`) }],
  [false, { action: 'lambda:InvokeFunction', resource: lambda(`${PREFIX}-rotate`) }],
  [true, { action: 'dynamodb:GetItem', resource: table(PREFIX) }],
  [true, { action: 'dynamodb:Query', resource: table(PREFIX) }],
  ...['UpdateItem', 'DeleteItem', 'Scan'].map((name): [boolean, Attempt] => [
    false,
    { action: `dynamodb:${name}`, resource: table(PREFIX) },
  ]),
  [true, putting('audit#acme-prod')],
  [false, putting('acme-prod')],
  [true, publishing('client-secret-rotation')],
  [false, publishing('aws.secretsmanager')],
];

/** What `audit` may do only with `repair: true`. */
const REPAIR: Attempt[] = [
  { action: 'scheduler:CreateSchedule', resource: schedule(`${PREFIX}-once/acme-prod.repeat.t0abcd`) },
  passRole(schedulerRole, 'scheduler.amazonaws.com'),
];

/** The function of fleet rotations reads who there is, and writes to nothing but its own records and files. */
const MANY: [allowed: boolean, Attempt][] = [
  [true, { action: 'scheduler:ListSchedules', resource: '*' }],
  [true, { action: 'scheduler:GetSchedule', resource: schedule(`${PREFIX}/acme-prod`) }],
  [false, { action: 'scheduler:UpdateSchedule', resource: schedule(`${PREFIX}/acme-prod`) }],
  [true, { action: 's3:PutObject', resource: file('one/wave-0.json') }],
  [false, { action: 's3:GetObject', resource: file('one/wave-0.json') }],
  [true, { action: 'kms:GenerateDataKey', resource: key, context: via('s3') }],
  [false, { action: 'secretsmanager:GetSecretValue', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
  [false, { action: 'kms:Decrypt', resource: key, context: via('secretsmanager') }],
  [false, { action: 'lambda:InvokeFunction', resource: lambda(`${PREFIX}-rotate`) }],
  [false, { action: 'states:StartExecution', resource: states(`stateMachine:${PREFIX}-many`) }],
  ...['Query', 'GetItem', 'UpdateItem', 'BatchWriteItem'].flatMap((name): [boolean, Attempt][] => [
    [true, putting('many#one', name)],
    [false, putting('acme-prod', name)],
  ]),
  [true, publishing('client-secret-rotation')],
  [false, publishing('aws.secretsmanager')],
];

/** Step Functions calls two functions, and notes what becomes of a credential. */
const MACHINE: [allowed: boolean, Attempt][] = [
  [true, { action: 'lambda:InvokeFunction', resource: lambda(`${PREFIX}-rotate`) }],
  [true, { action: 'lambda:InvokeFunction', resource: lambda(`${PREFIX}-many`) }],
  [false, { action: 'lambda:InvokeFunction', resource: lambda(`${PREFIX}-retire`) }],
  [true, { action: 'states:StartExecution', resource: states(`stateMachine:${PREFIX}-many`) }],
  [false, { action: 'states:StartExecution', resource: states('stateMachine:other') }],
  [true, putting('many#one', 'UpdateItem')],
  [false, putting('acme-prod', 'UpdateItem')],
  [false, putting('many#one', 'DeleteItem')],
  [true, { action: 's3:GetObject', resource: file('one/wave-0.json') }],
  [true, { action: 's3:PutObject', resource: file('one/results') }],
  [false, { action: 's3:DeleteObject', resource: file('one/results') }],
  [false, { action: 'secretsmanager:GetSecretValue', resource: secret(`${PREFIX}/acme-prod-AbCdEf`) }],
];

function putting(pk: string, name = 'PutItem'): Attempt {
  return { action: `dynamodb:${name}`, resource: table(PREFIX), context: { 'dynamodb:LeadingKeys': [pk] } };
}

function passRole(name: string, service: string): Attempt {
  const context = { 'iam:PassedToService': service };
  return { action: 'iam:PassRole', resource: `arn:aws:iam::${ACCOUNT}:role/${name}`, context };
}

function publishing(...sources: string[]): Attempt {
  return { action: 'events:PutEvents', resource: bus('default'), context: { 'events:source': sources } };
}

const title = ([allowed, { action, resource, context }]: [boolean, Attempt]) =>
  `${allowed ? 'may' : 'may not'} ${action} on ${resource.split(':').slice(5).join(':') || resource} ${JSON.stringify(context ?? {})}`;

describe('permissions of the roles', () => {
  it('name an exact ARN, except where there is a reason', () => {
    const wild = [...roles].flatMap(([role, statements]) =>
      statements.flatMap(({ Action, Resource }) =>
        Resource.filter((one) => one.includes('*')).flatMap((resource) =>
          Action.map((action) => ({ role, resource, action })),
        ),
      ),
    );

    const unexplained = wild.filter(
      ({ resource, action }) => !WILDCARDS.some(([known, actions]) => known.test(resource) && actions.test(action)),
    );

    expect(unexplained).toEqual([]);
    for (const [known, actions] of WILDCARDS) {
      expect(wild.some(({ resource, action }) => known.test(resource) && actions.test(action))).toBe(true);
    }
  });

  it('name exact actions', () => {
    expect(roles.size).toBe(7);
    expect([...roles.values()].flat().flatMap(({ Action }) => Action.filter((one) => one.includes('*')))).toEqual([]);
  });

  it('come from no managed policy', () => {
    for (const { Properties } of Object.values(template.findResources('AWS::IAM::Role'))) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(Properties).not.toHaveProperty('Policies');
    }
  });

  it.each(['rotate', 'retire'])('of %s let it change its own namespace only', async (file) => {
    for (const attempt of CHANGERS) {
      expect([title(attempt), await mayDo(of(file), attempt[1])]).toEqual([title(attempt), attempt[0]]);
    }
  });

  // The simulation does not know condition keys with a name after the second colon.
  it.each([
    ['rotate', 'one-time schedules', `${PREFIX}-once/*`],
    ['retire', 'one-time schedules', `${PREFIX}-once/*`],
    ['api', 'schedules of credentials', `${PREFIX}/*`],
  ])('of %s let it encrypt %s, and no other', (file, _, schedules) => {
    const encrypting = of(file).filter(
      ({ Action, Condition }) =>
        Action.includes('kms:GenerateDataKey') && JSON.stringify(Condition).includes('scheduler.'),
    );

    expect(encrypting).toEqual([
      {
        Effect: 'Allow',
        Action: ['kms:GenerateDataKey'],
        Resource: [key],
        Condition: {
          StringEquals: via('scheduler'),
          StringLike: { 'kms:EncryptionContext:aws:scheduler:schedule:arn': schedule(schedules) },
        },
      },
    ]);
  });

  it.each([
    ['rotate', true],
    ['retire', true],
    ['api', false],
  ])('let %s ask what the stack wrote to a secret: %p', async (file, allowed) => {
    const resource = secret(`${PREFIX}/acme-prod-AbCdEf`);

    expect(await mayDo(of(file), { action: 'secretsmanager:DescribeSecret', resource })).toBe(allowed);
  });

  it.each(API.map((attempt) => [title(attempt), ...attempt] as const))('of api: %s', async (_, allowed, attempt) => {
    expect(await mayDo(of('api'), attempt)).toBe(allowed);
  });

  it.each(AUDIT.map((attempt) => [title(attempt), ...attempt] as const))(
    'of audit: %s',
    async (_, allowed, attempt) => {
      expect(await mayDo(of('audit'), attempt)).toBe(allowed);
    },
  );

  it.each(MANY.map((attempt) => [title(attempt), ...attempt] as const))('of many: %s', async (_, allowed, attempt) => {
    expect(await mayDo(of('many'), attempt)).toBe(allowed);
  });

  it.each(MACHINE.map((attempt) => [title(attempt), ...attempt] as const))(
    'of the state machine: %s',
    async (_, allowed, attempt) => {
      expect(await mayDo(roles.get(machineRole) ?? [], attempt)).toBe(allowed);
    },
  );

  it('of audit let it plan a run only where the deployment says repair', async () => {
    const repairing = synthesize({ repair: 'true' });
    const statements = statementsByRole(repairing).get(roleOf(repairing, `${PREFIX}-audit`)) ?? [];
    for (const attempt of REPAIR)
      expect([await mayDo(of('audit'), attempt), await mayDo(statements, attempt)]).toEqual([false, true]);
    expect(await mayDo(statements, { action: 'lambda:InvokeFunction', resource: lambda(`${PREFIX}-rotate`) })).toBe(
      false,
    );
  });

  it('of the scheduler let it call rotate, retire and audit, and hand over what it could not deliver', () => {
    const [queueId] = Object.keys(template.findResources('AWS::SQS::Queue'));

    expect(roles.get(schedulerRole)).toEqual([
      {
        Effect: 'Allow',
        Action: ['lambda:InvokeFunction'],
        Resource: [lambda(`${PREFIX}-audit`), lambda(`${PREFIX}-retire`), lambda(`${PREFIX}-rotate`)],
      },
      { Effect: 'Allow', Action: ['kms:Decrypt'], Resource: [key] },
      { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [`arn:aws:sqs:${REGION}:${ACCOUNT}:${queueId}`] },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: [key],
        Condition: { StringEquals: { 'kms:ViaService': `sqs.${REGION}.amazonaws.com` } },
      },
    ]);
  });
});

describe('permissions about inboxes', () => {
  const inbox = `${PREFIX}-inbox/acme-prod-AbCdEf`;
  const folder = mkdtempSync(join(tmpdir(), 'inboxes-'));
  const credentials = join(folder, 'fleet.json');
  const settings = customer('acme-prod', { iam: { type: 'manual' }, 'connectors.0.auth.secretId': ACCESS });
  writeFileSync(credentials, JSON.stringify({ credentials: [settings] }));
  const withInbox = synthesize({ credentials });
  const may = async (file: string, action: string) => {
    const statements = statementsByRole(withInbox).get(roleOf(withInbox, `${PREFIX}-${file}`)) ?? [];
    return await mayDo(statements, { action: `secretsmanager:${action}`, resource: secret(inbox) });
  };

  it.each(['GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'])(
    'let rotate %s, and nobody else',
    async (action) => {
      expect([await may('rotate', action), await may('retire', action), await may('api', action)]).toEqual([
        true,
        false,
        false,
      ]);
    },
  );

  it('are for nothing else, and absent without an IAM that a person changes', async () => {
    expect(await may('rotate', 'DeleteSecret')).toBe(false);
    for (const file of ['rotate', 'retire', 'api', 'audit'])
      expect(JSON.stringify(of(file))).not.toContain(`${PREFIX}-inbox`);
  });
});

describe('permissions that only an emulator needs', () => {
  const inDefaultGroup = (context?: Record<string, unknown>) =>
    [...statementsByRole(synthesize(context)).values()]
      .flat()
      .filter(({ Resource }) => Resource.some((one) => one.includes('schedule/default/')));

  it('are granted with local=true', () => {
    expect(
      inDefaultGroup({ local: 'true' })
        .flatMap(({ Action }) => Action)
        .sort(),
    ).toEqual([
      'scheduler:CreateSchedule',
      'scheduler:CreateSchedule',
      'scheduler:GetSchedule',
      'scheduler:GetSchedule',
      'scheduler:GetSchedule',
      'scheduler:GetSchedule',
      'scheduler:GetSchedule',
      'scheduler:UpdateSchedule',
    ]);
  });

  it('are absent otherwise', () => {
    expect(inDefaultGroup()).toEqual([]);
    expect(inDefaultGroup({ local: 'false' })).toEqual([]);
  });
});
