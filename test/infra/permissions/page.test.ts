import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { differences, holdersOf } from '../../../infra/permissions/compared.ts';
import { type Granted, grantedBy, type Role, type Statement } from '../../../infra/permissions/grants.ts';
import { PERMISSIONS_FILE, permissionsPage, principalsOf } from '../../../infra/permissions/page.ts';
import { everyFeature, templatesOf } from '../../../infra/permissions/synthesized.ts';

const granted = grantedBy(templatesOf(everyFeature()));

/** What is found when a role's statements are others. */
function foundWith(name: string, change: (statements: readonly Statement[]) => Statement[]): string[] {
  const roles = granted.roles.map(
    (role): Role => (role.name === name ? { ...role, statements: change(role.statements) } : role),
  );
  return holdersOf({ ...granted, roles }).flatMap(differences);
}

/** The same for the first statement with an action. */
const foundWhere = (name: string, action: string, change: (statement: Statement) => Statement) =>
  foundWith(name, (statements) => {
    const found = statements.findIndex(({ Action }) => Action.includes(action));
    return statements.map((one, index) => (index === found ? change(one) : one));
  });

describe('docs/permissions.md', () => {
  it('is what the templates grant: after a change of a grant, run npm run permissions', () => {
    expect(permissionsPage(granted)).toBe(readFileSync(PERMISSIONS_FILE, 'utf8'));
  });
});

describe('the roles of a deployment with every feature', () => {
  it('are granted what they need, and nothing else', () => {
    expect(holdersOf(granted).flatMap(differences)).toEqual([]);
  });

  it('and the services beside them are granted exact actions', () => {
    const services = granted.resourcePolicies
      .flatMap(({ statements }) => statements)
      .filter((one) => principalsOf(one).length > 0);

    expect(services.length).toBeGreaterThan(5);
    expect(
      [...services, ...granted.roles.flatMap(({ statements }) => statements)].flatMap(({ Action }) => Action).join(),
    ).not.toContain('*');
  });

  it('are all known: a role that nobody has named is a fault', () => {
    const stranger: Role = {
      name: 'stranger',
      arn: 'arn:aws:iam::111122223333:role/stranger',
      statements: [],
      trust: [],
    };
    const more: Granted = { ...granted, roles: [...granted.roles, stranger] };

    expect(() => holdersOf(more)).toThrow('say in infra/permissions/needs.ts what stranger needs');
  });
});

describe('a grant of another kind', () => {
  const role = { AssumeRolePolicyDocument: { Statement: [] } };

  it.each([
    ['a managed policy', { Type: 'AWS::IAM::Role', Properties: { ...role, ManagedPolicyArns: [] } }],
    ['a policy within a role', { Type: 'AWS::IAM::Role', Properties: { ...role, Policies: [] } }],
    ['a user', { Type: 'AWS::IAM::User', Properties: {} }],
    ['a policy of a secret', { Type: 'AWS::SecretsManager::ResourcePolicy', Properties: {} }],
  ])('is refused rather than overlooked: %s', (_what, resource) => {
    expect(() => grantedBy([{ Resources: { Strange: resource } }])).toThrow('Strange');
  });
});

describe('what a deployment does not use', () => {
  it('is not granted: planning by audits without repair', () => {
    const cautious = grantedBy(templatesOf(everyFeature({ repair: false })));
    const found = holdersOf(cautious).flatMap(differences);

    expect(found.map((one) => one.replace(/ if .*/, '')).toSorted()).toEqual([
      "audit isn't granted what it needs: iam:PassRole on role/ServiceSchedulingRole",
      "audit isn't granted what it needs: kms:GenerateDataKey on key/ServiceKey",
      "audit isn't granted what it needs: scheduler:CreateSchedule on schedule/<prefix>-once/*",
    ]);
  });
});

describe('a right that is taken away', () => {
  const withoutDenials = () =>
    foundWith('rotate', (statements) => statements.filter(({ Effect }) => Effect !== 'Deny'));

  it('is missed where it is not, and told where nothing asks for it', () => {
    const first = withoutDenials().find((one) => one.includes('CreateNetworkInterface'));
    expect(first).toBe(
      `rotate isn't granted what it needs: to be denied ec2:CreateNetworkInterface on * if {"ArnEquals":{"lambda:SourceFunctionArn":"function:<prefix>-rotate"}}`,
    );

    const deny: Statement = { Effect: 'Deny', Action: ['sqs:SendMessage'], Resource: ['*'] };
    expect(foundWith('api', (statements) => [...statements, deny])).toEqual([
      "api is granted what it doesn't need: to be denied sqs:SendMessage on *",
    ]);
  });
});

describe('a role that a customer names', () => {
  const assumed = ({ roles }: Granted) =>
    roles.filter(({ statements }) => statements.some(({ Action }) => Action.includes('sts:AssumeRole')));

  it('is assumed by the functions that read secrets, from whichever stack the policy comes', () => {
    expect(assumed(granted).map(({ name }) => name)).toEqual(['rotate', 'retire', 'audit']);
  });
});

describe('a grant that is wider than needed is told', () => {
  it.each([
    ['another action', (one: Statement) => ({ ...one, Action: [...one.Action, 'secretsmanager:DeleteSecret'] })],
    ['every action', (one: Statement) => ({ ...one, Action: ['secretsmanager:*'] })],
    ['every resource', (one: Statement) => ({ ...one, Resource: ['*'] })],
  ])('%s', (_what, change) => {
    const found = foundWhere('rotate', 'secretsmanager:PutSecretValue', change);

    expect(found).toContainEqual(expect.stringMatching(/^rotate is granted what it doesn't need: secretsmanager:/));
  });

  it('no condition', () => {
    const found = foundWhere('agent acme-flow01', 'secretsmanager:GetSecretValue', ({ Condition: _, ...one }) => one);

    expect(found).toEqual([
      "agent acme-flow01 is granted what it doesn't need: secretsmanager:GetSecretValue on secret:<prefix>/acme-test",
      `agent acme-flow01 isn't granted what it needs: secretsmanager:GetSecretValue on secret:<prefix>/acme-test if {"Null":{"secretsmanager:VersionId":"false"}}`,
    ]);
  });

  it('and one that is missing, too', () => {
    const found = foundWith('scheduler', (statements) =>
      statements.filter(({ Action }) => Action[0] !== 'sqs:SendMessage'),
    );

    expect(found).toEqual(["scheduler isn't granted what it needs: sqs:SendMessage on ServiceDeadLetters"]);
  });
});

describe('what is granted with local=true', () => {
  const local = grantedBy(
    templatesOf(everyFeature({ local: true, vpc: undefined, notify: { email: ['ops@example.com'] } })),
  );
  const found = local.roles.flatMap((role) => {
    const holder = holdersOf(granted).find((one) => one.role.name === role.name);
    return holder ? differences({ ...holder, role }) : [`${role.name} is new`];
  });

  it('is wider in what emulators know no better, and in nothing else', () => {
    const more = found.filter((one) => one.includes('is granted'));
    const schedules = (name: string, ...actions: string[]) =>
      actions.map((action) => `${name} is granted what it doesn't need: scheduler:${action} on schedule/default/*`);
    const unconditional = (name: string, on: string, ...actions: string[]) =>
      actions.map((action) => `${name} is granted what it doesn't need: ${action} on ${on}`);
    expect(more.toSorted()).toEqual(
      [
        ...['rotate', 'retire', 'audit'].flatMap((name) => schedules(name, 'GetSchedule', 'CreateSchedule')),
        ...schedules('api', 'GetSchedule', 'UpdateSchedule'),
        ...schedules('many', 'GetSchedule'),
        ...['rotate', 'retire'].flatMap((name) =>
          unconditional(
            name,
            'table/<prefix>',
            ...['Query', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map((action) => `dynamodb:${action}`),
          ),
        ),
        ...unconditional(
          'api',
          'table/<prefix>',
          ...['PutItem', 'UpdateItem', 'DeleteItem'].map((action) => `dynamodb:${action}`),
        ),
        ...['rotate', 'retire', 'audit'].flatMap((name) =>
          ['key/ServiceSignerKey', 'alias/<prefix>-signer', 'key/0f4b0a52-7f1e-4a4e-9a3c-2a6f1b6c9d10'].flatMap((key) =>
            unconditional(name, key, 'kms:Sign'),
          ),
        ),
        ...unconditional('audit', 'table/<prefix>', 'dynamodb:PutItem'),
        ...unconditional(
          'many',
          'table/<prefix>',
          ...['Query', 'GetItem', 'UpdateItem', 'BatchWriteItem'].map((name) => `dynamodb:${name}`),
        ),
        ...unconditional('state machine', 'table/<prefix>', 'dynamodb:UpdateItem'),
        ...unconditional('agent acme-flow01', 'secret:<prefix>/acme-test', 'secretsmanager:GetSecretValue'),
        ...unconditional('agent globex-flow01', 'secret:<prefix>/globex-prod', 'secretsmanager:GetSecretValue'),
      ].toSorted(),
    );
  });

  it('is absent otherwise', () => {
    expect(JSON.stringify(granted)).not.toContain('schedule/default/');
  });
});
