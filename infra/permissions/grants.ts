import { ACCOUNT, arnOfResource, REGION, resolved } from './resolved.ts';
import { type CfnTemplate, PREFIX, type Resource } from './synthesized.ts';

/** A statement of a policy, resolved to plain texts. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Principal?: unknown;
}

/** A role of the stacks. */
export interface Role {
  /** `rotate`, or `agent acme-flow01`. */
  readonly name: string;
  readonly arn: string;
  readonly statements: readonly Statement[];
  /** Who may take it. */
  readonly trust: readonly Statement[];
}

/** What the policies of a resource say. */
export interface ResourcePolicy {
  readonly arn: string;
  readonly statements: readonly Statement[];
}

/** Everything that the templates grant. */
export interface Granted {
  readonly roles: readonly Role[];
  readonly resourcePolicies: readonly ResourcePolicy[];
  /** ARNs of everything in the templates that a policy can name. */
  readonly arns: readonly string[];
}

/**
 * Reads the policies of all templates.
 *
 * @throws {Error} for a policy of a kind that isn't read here
 */
export function grantedBy(templates: readonly CfnTemplate[]): Granted {
  for (const { Resources } of templates)
    for (const [id, resource] of Object.entries(Resources)) assertReadable(id, resource);
  return {
    roles: templates.flatMap((template) => rolesOf(template, templates)),
    resourcePolicies: templates.flatMap((template) => resourcePoliciesOf(template, templates)),
    arns: templates.flatMap(({ Resources }) =>
      Object.entries(Resources).flatMap(([id, resource]) => arnOfResource(id, resource) ?? []),
    ),
  };
}

/** The types with policies that are read here. */
const READ = [
  'AWS::IAM::Role',
  'AWS::IAM::Policy',
  'AWS::SQS::QueuePolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::S3::BucketPolicy',
];

/** Nothing is granted unseen. */
function assertReadable(id: string, { Type, Properties }: Resource): void {
  const isPolicy = Type.startsWith('AWS::IAM::') || Type.endsWith('Policy');
  if (isPolicy && !READ.includes(Type)) throw new Error(`${id} is a ${Type}: read it in infra/permissions/grants.ts`);
  if (Type !== 'AWS::IAM::Role') return;
  const other = ['ManagedPolicyArns', 'Policies'].find((name) => name in Properties);
  if (other) throw new Error(`${id} has ${other}: a role's grants are policies of their own`);
}

function rolesOf(template: CfnTemplate, templates: readonly CfnTemplate[]): Role[] {
  return ofType(template, 'AWS::IAM::Role').map(([id, role]) => {
    const own = templates.flatMap((one) => policiesOf(id, template, one, templates));
    return {
      name: roleName(id, role, template),
      arn: arnOfResource(id, role) ?? id,
      statements: own,
      trust: statementsOf(role.Properties.AssumeRolePolicyDocument, template, templates),
    };
  });
}

/** What policies of a template say about a role, which may lie in another template: its name is told then. */
function policiesOf(
  id: string,
  home: CfnTemplate,
  template: CfnTemplate,
  templates: readonly CfnTemplate[],
): Statement[] {
  if (template !== home && id in template.Resources) return [];
  return ofType(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => (resolved(Properties.Roles, template, templates) as string[]).includes(id))
    .flatMap(([, { Properties }]) => statementsOf(Properties.PolicyDocument, template, templates));
}

/** Roles that no function has, by the service that takes them. */
const BY_SERVICE: Readonly<Record<string, string>> = {
  'scheduler.amazonaws.com': 'scheduler',
  'states.amazonaws.com': 'state machine',
  'chatbot.amazonaws.com': 'chat',
  'vpc-flow-logs.amazonaws.com': 'flow log',
};

/** @throws {Error} for a role that the page has no name for */
function roleName(id: string, { Properties }: Resource, template: CfnTemplate): string {
  const functions = ofType(template, 'AWS::Lambda::Function');
  const [, caller] = functions.find(([, one]) => JSON.stringify(one.Properties.Role).includes(`"${id}"`)) ?? [];
  if (caller) return String(caller.Properties.FunctionName).slice(PREFIX.length + 1);
  const [, agent] = /^What the agent (\S+) of/.exec(String(Properties.Description)) ?? [];
  if (agent) return `agent ${agent}`;
  const trust = JSON.stringify(Properties.AssumeRolePolicyDocument);
  const [, name] = Object.entries(BY_SERVICE).find(([service]) => trust.includes(service)) ?? [];
  if (name) return name;
  throw new Error(`the role ${id} has no name: give it one in infra/permissions/grants.ts`);
}

/** The policies on queues, topics, buckets, keys and functions. */
function resourcePoliciesOf(template: CfnTemplate, templates: readonly CfnTemplate[]): ResourcePolicy[] {
  const attached = (type: string, property: string) =>
    ofType(template, type).flatMap(([, { Properties }]) => {
      const targets = [Properties[property]].flat() as { Ref: string }[];
      const statements = statementsOf(Properties.PolicyDocument, template, templates);
      return targets.map(({ Ref }) => ({ arn: arnOfResource(Ref, template.Resources[Ref]) ?? Ref, statements }));
    });
  return [
    ...attached('AWS::SQS::QueuePolicy', 'Queues'),
    ...attached('AWS::SNS::TopicPolicy', 'Topics'),
    ...attached('AWS::S3::BucketPolicy', 'Bucket'),
    ...ofType(template, 'AWS::KMS::Key').map(([id, key]) => ({
      arn: arnOfResource(id, key) ?? id,
      statements: statementsOf(key.Properties.KeyPolicy, template, templates),
    })),
    ...ofType(template, 'AWS::Lambda::Permission').map(([, { Properties }]) => invocation(Properties, template)),
  ];
}

/** A permission of Lambda as the statement that Lambda makes of it. */
function invocation(properties: Record<string, unknown>, template: CfnTemplate): ResourcePolicy {
  const { Action, FunctionName, Principal, SourceArn, SourceAccount } = resolved(properties, template) as Record<
    string,
    string
  >;
  const account = SourceAccount && { StringEquals: { 'aws:SourceAccount': SourceAccount } };
  const arn = String(FunctionName);
  const Condition = { ...account, ArnLike: { 'AWS:SourceArn': SourceArn } };
  const statement = {
    Effect: 'Allow' as const,
    Action: [String(Action)],
    Resource: [arn],
    Condition,
    Principal: { Service: Principal },
  };
  return { arn, statements: [statement] };
}

function ofType({ Resources }: CfnTemplate, type: string): [id: string, Resource][] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type);
}

function statementsOf(document: unknown, template: CfnTemplate, templates: readonly CfnTemplate[]): Statement[] {
  const { Statement: statements } = resolved(document, template, templates) as { Statement: Record<string, unknown>[] };
  return statements.map((one) => ({
    ...(one as unknown as Statement),
    Action: listed(one.Action),
    Resource: listed(one.Resource),
  }));
}

function listed(value: unknown): string[] {
  return value === undefined ? [] : ([value].flat() as string[]);
}

/**
 * An ARN, or a text with ARNs in it, as people read it: without partition, service, region and account where they are ours, with
 * `<prefix>` for the prefix, and without what the CDK adds to a logical id.
 */
export function short(text: string): string {
  return text
    .replaceAll(OUR_ARN, '')
    .replaceAll(PREFIX, '<prefix>')
    .replaceAll(REGION, '<region>')
    .replaceAll(ACCOUNT, '<account>')
    .replaceAll(/\b([A-Za-z]+\d*?)[0-9A-F]{8}\b/gi, '$1')
    .replace(/-AbCdEf$/, '');
}

/** The head of an ARN of this account and region, or of a service that has none. */
const OUR_ARN = new RegExp(`arn:aws:[a-z0-9-]+:(?:${REGION}:${ACCOUNT}|:${ACCOUNT}|:):`, 'g');
