import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Template } from 'aws-cdk-lib/assertions';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-north-1';

/** A statement of a role's policy, resolved to plain texts. */
export interface Statement {
  readonly Action: string[];
  readonly Resource: string[];
  readonly Condition?: object;
}

type Resource = { Type: string; Properties: Record<string, unknown> };
type Resources = Record<string, Resource>;

const PSEUDO: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
};

const ARNS: Record<string, (id: string, { Properties }: Resource) => string> = {
  'AWS::KMS::Key': (id) => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`,
  'AWS::SQS::Queue': (id) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${id}`,
  'AWS::SecretsManager::Secret': (_, { Properties }) => secretArn(String(Properties.Name)),
  'AWS::S3::Bucket': (id) => `arn:aws:s3:::${id.toLowerCase()}`,
  'AWS::IAM::Role': (id) => `arn:aws:iam::${ACCOUNT}:role/${id}`,
  'AWS::Logs::LogGroup': (id) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${id}:*`,
  'AWS::Lambda::Function': (_, { Properties }) =>
    `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${Properties.FunctionName}`,
};

/** The ARN of a secret: six characters that Secrets Manager draws stand at its end. */
export function secretArn(name: string): string {
  return `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbCdEf`;
}

/** What CloudFormation would make of a value, with ARNs that are made of logical ids. */
function resolveValue(value: unknown, resources: Resources): unknown {
  if (Array.isArray(value)) return value.map((one) => resolveValue(one, resources));
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return PSEUDO[String(value.Ref)] ?? value.Ref;
  if ('Fn::GetAtt' in value) return arnOf((value['Fn::GetAtt'] as string[])[0] ?? '', resources);
  if ('Fn::Join' in value) {
    const [separator, parts] = value['Fn::Join'] as [string, unknown[]];
    return (resolveValue(parts, resources) as string[]).join(separator);
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolveValue(one, resources)]));
}

function arnOf(id: string, resources: Resources): string {
  const resource = resources[id];
  const arn = resource && ARNS[resource.Type];
  if (!arn) throw new Error(`no ARN known for ${id} (${resource?.Type})`);
  return arn(id, resource);
}

/** Every role's statements, by the logical id of the role. */
export function statementsByRole(template: Template): Map<string, Statement[]> {
  const resources = template.toJSON().Resources as Resources;
  const roles = new Map<string, Statement[]>();
  for (const { Properties } of Object.values(template.findResources('AWS::IAM::Policy'))) {
    const statements = resolveValue(Properties.PolicyDocument.Statement, resources) as Record<string, unknown>[];
    for (const { Ref } of Properties.Roles) roles.set(Ref, [...(roles.get(Ref) ?? []), ...statements.map(normalize)]);
  }
  return roles;
}

function normalize(statement: Record<string, unknown>): Statement {
  const list = (key: string) => [statement[key]].flat() as string[];
  return { ...statement, Action: list('Action'), Resource: list('Resource') } as Statement;
}

/** The role of a function, by the function's name. */
export function roleOf(template: Template, functionName: string): string {
  const [found] = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { FunctionName: functionName } }),
  );
  return found?.Properties.Role['Fn::GetAtt'][0];
}

/** One request, and what it carries beside action and resource. */
export interface Attempt {
  readonly action: string;
  readonly resource: string;
  readonly context?: Record<string, string | string[]>;
}

/** Whether IAM would let a role do something, by its own policies alone. */
export async function mayDo(statements: Statement[], { action, resource, context = {} }: Attempt): Promise<boolean> {
  const policy = { Version: '2012-10-17', Statement: statements.map((one) => ({ Effect: 'Allow', ...one })) };
  const result = await runSimulation(
    {
      request: {
        action,
        principal: `arn:aws:iam::${ACCOUNT}:role/tested`,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: context,
      },
      identityPolicies: [{ name: 'own', policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(action.startsWith('kms:') && { resourcePolicy: KEY_POLICY }),
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
}

/** A key's default policy: whatever the account's own policies allow. */
const KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};
