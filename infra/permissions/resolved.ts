import type { CfnTemplate, Resource } from './synthesized.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-north-1';

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
};

const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** The ARN of a resource, by its type: of its fixed name where it has one, else of its logical id. */
const ARNS: Readonly<Record<string, (id: string, properties: Record<string, unknown>) => string>> = {
  'AWS::KMS::Key': (id) => arn('kms', `key/${id}`),
  'AWS::SQS::Queue': (id, { QueueName }) => arn('sqs', String(QueueName ?? id)),
  'AWS::SNS::Topic': (id, { TopicName }) => arn('sns', String(TopicName ?? id)),
  'AWS::SecretsManager::Secret': (_, { Name }) => secretArn(String(Name)),
  'AWS::S3::Bucket': (id) => `arn:aws:s3:::${id.toLowerCase()}`,
  'AWS::IAM::Role': (id) => `arn:aws:iam::${ACCOUNT}:role/${id}`,
  'AWS::Logs::LogGroup': (_, { LogGroupName }) => arn('logs', `log-group:${LogGroupName}:*`),
  'AWS::Lambda::Function': (_, { FunctionName }) => arn('lambda', `function:${FunctionName}`),
  'AWS::Events::Rule': (_, { Name }) => arn('events', `rule/${Name}`),
  'AWS::DynamoDB::Table': (_, { TableName }) => arn('dynamodb', `table/${TableName}`),
};

/** The ARN of a secret: six characters that Secrets Manager draws stand at its end. */
export function secretArn(name: string): string {
  return arn('secretsmanager', `secret:${name}-AbCdEf`);
}

/** What `Ref` gives that is an ARN. */
const REF_IS_ARN = ['AWS::SNS::Topic', 'AWS::SecretsManager::Secret'];

/**
 * What CloudFormation would make of a value.
 *
 * @param template the template in which it stands
 * @param others all templates: a parameter's value is looked for among their parameters of Systems Manager
 * @throws {Error} where a value needs a resource of which no ARN is known
 */
export function resolved(value: unknown, template: CfnTemplate, others: readonly CfnTemplate[] = [template]): unknown {
  const inner = (one: unknown) => resolved(one, template, others);
  if (Array.isArray(value)) return value.map(inner);
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return refOf(String(value.Ref), template, others);
  if ('Fn::GetAtt' in value) return arnOf((value['Fn::GetAtt'] as string[])[0] ?? '', template);
  if ('Fn::Join' in value) {
    const [separator, parts] = value['Fn::Join'] as [string, unknown[]];
    return (inner(parts) as string[]).join(separator);
  }
  if ('Fn::Split' in value) {
    const [separator, text] = value['Fn::Split'] as [string, unknown];
    return (inner(text) as string).split(separator);
  }
  if ('Fn::Select' in value) {
    const [index, list] = value['Fn::Select'] as [number, unknown];
    return (inner(list) as unknown[])[index];
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inner(one)]));
}

function refOf(id: string, template: CfnTemplate, others: readonly CfnTemplate[]): unknown {
  if (PSEUDO[id] !== undefined) return PSEUDO[id];
  const name = template.Parameters?.[id]?.Default;
  if (name !== undefined) return told(name, others) ?? name;
  return REF_IS_ARN.includes(template.Resources[id]?.Type ?? '') ? arnOf(id, template) : id;
}

/** What another stack wrote to a parameter of Systems Manager. */
function told(name: string, templates: readonly CfnTemplate[]): unknown {
  for (const template of templates) {
    const parameters = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::SSM::Parameter');
    const found = parameters.find(({ Properties }) => Properties.Name === name);
    if (found) return resolved(found.Properties.Value, template, templates);
  }
  return undefined;
}

function arnOf(id: string, { Resources }: CfnTemplate): string {
  const found = arnOfResource(id, Resources[id]);
  if (found === undefined) throw new Error(`no ARN known for ${id} (${Resources[id]?.Type})`);
  return found;
}

/** @returns undefined for types that no policy names */
export function arnOfResource(id: string, resource: Resource | undefined): string | undefined {
  return resource && ARNS[resource.Type]?.(id, resource.Properties);
}
