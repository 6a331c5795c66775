import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Template } from 'aws-cdk-lib/assertions';
import { ACCOUNT, REGION, resolved, secretArn } from '../../infra/permissions/resolved.ts';
import type { CfnTemplate } from '../../infra/permissions/synthesized.ts';

export { ACCOUNT, REGION, secretArn };

/** A statement of a role's policy, resolved to plain texts. */
export interface Statement {
  readonly Action: string[];
  readonly Resource: string[];
  readonly Condition?: object;
}

/** Every role's statements, by the logical id of the role. */
export function statementsByRole(template: Template): Map<string, Statement[]> {
  const json = template.toJSON() as CfnTemplate;
  const roles = new Map<string, Statement[]>();
  for (const { Properties } of Object.values(template.findResources('AWS::IAM::Policy'))) {
    const statements = resolved(Properties.PolicyDocument.Statement, json) as Record<string, unknown>[];
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
