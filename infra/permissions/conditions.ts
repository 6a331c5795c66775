/** What a request carries beside action and resource. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

/** A condition of the policies. */
interface Condition {
  /** As it stands in a policy, with the placeholders of the page. */
  readonly condition: object;
  /** Whether a request meets it. Worked out here by hand, and not by whoever simulates policies. */
  readonly isMet: (request: RequestContext) => boolean;
}

/** Services that use the stack's key for whoever calls them. */
const SERVICES = ['dynamodb', 's3', 'scheduler', 'secretsmanager', 'sqs'] as const;

type Service = (typeof SERVICES)[number];

const viaService = (service: Service) => ({ StringEquals: { 'kms:ViaService': `${service}.<region>.amazonaws.com` } });
const isVia = (service: Service) => (request: RequestContext) =>
  String(request['kms:ViaService']).startsWith(`${service}.`);

const SCHEDULE = 'kms:EncryptionContext:aws:scheduler:schedule:arn';

/** A schedule is encrypted, and it is one of a group. */
function schedulesOf(group: string): Condition {
  return {
    condition: { ...viaService('scheduler'), StringLike: { [SCHEDULE]: `schedule/${group}/*` } },
    isMet: (request) =>
      isVia('scheduler')(request) &&
      String(request[SCHEDULE]).includes(`:schedule/${group.replace('<prefix>', 'the-prefix')}/`),
  };
}

/** Every item that a request is about has a partition key with this beginning. */
function items(beginning: string): Condition {
  const key = 'dynamodb:LeadingKeys';
  return {
    condition: { 'ForAllValues:StringLike': { [key]: [`${beginning}*`] } },
    isMet: (request) => [request[key] ?? []].flat().every((one) => one.startsWith(beginning)),
  };
}

/** No item that a request is about has a partition key with one of these beginnings. */
function noItems(...beginnings: string[]): Condition {
  const key = 'dynamodb:LeadingKeys';
  return {
    condition: { 'ForAllValues:StringNotLike': { [key]: beginnings.map((one) => `${one}*`) } },
    isMet: (request) => ![request[key] ?? []].flat().some((one) => beginnings.some((start) => one.startsWith(start))),
  };
}

const is = (key: string, value: string): Condition => ({
  condition: { StringEquals: { [key]: value } },
  isMet: (request) => request[key] === value,
});

/** What a function's own code asks for, and not what Lambda does with the function's role. */
const from = (name: string): Condition => ({
  condition: { ArnEquals: { 'lambda:SourceFunctionArn': `function:<prefix>-${name}` } },
  isMet: ({ 'lambda:SourceFunctionArn': arn }) => String(arn).endsWith(`:function:the-prefix-${name}`),
});

const via = (service: Service): Condition => ({ condition: viaService(service), isMet: isVia(service) });

/** The conditions of the stack's own roles, by the names that `needs.ts` uses. */
export const CONDITIONS = {
  'via dynamodb': via('dynamodb'),
  'via s3': via('s3'),
  'via scheduler': via('scheduler'),
  'via secretsmanager': via('secretsmanager'),
  'via sqs': via('sqs'),
  'for schedules of credentials': schedulesOf('<prefix>'),
  'for schedules that fire once': schedulesOf('<prefix>-once'),
  'items of audits': items('audit#'),
  'items of fleet rotations': items('many#'),
  'no items of audits': noItems('audit#'),
  'no items of audits or fleet rotations': noItems('audit#', 'many#'),
  'to the scheduler': is('iam:PassedToService', 'scheduler.amazonaws.com'),
  'text, by ES256': {
    condition: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'RAW' } },
    isMet: (request) => request['kms:SigningAlgorithm'] === 'ECDSA_SHA_256' && request['kms:MessageType'] === 'RAW',
  },
  'from the code of rotate': from('rotate'),
  'from the code of retire': from('retire'),
  'from the code of audit': from('audit'),
  'own events': {
    condition: { 'ForAllValues:StringEquals': { 'events:source': 'client-secret-rotation' } },
    isMet: (request) => [request['events:source'] ?? []].flat().every((one) => one === 'client-secret-rotation'),
  },
  'a version that is named': {
    condition: { Null: { 'secretsmanager:VersionId': 'false' } },
    isMet: (request) => request['secretsmanager:VersionId'] !== undefined,
  },
  'no other function': {
    condition: { StringEqualsIfExists: { 'secretsmanager:RotationLambdaARN': 'function:<prefix>-rotate' } },
    isMet: ({ 'secretsmanager:RotationLambdaARN': arn }) =>
      arn === undefined || String(arn).endsWith(':function:the-prefix-rotate'),
  },
} satisfies Readonly<Record<string, Condition>>;

export type ConditionName = keyof typeof CONDITIONS;

/** A condition in one form, whatever the order of its members. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one) =>
    one && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
