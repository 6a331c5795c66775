import type { ConditionName } from './conditions.ts';

/** What somebody has to do with something, and why. What nobody needs is not granted: a test compares. */
export interface Need {
  readonly actions: readonly string[];
  /** The resource as the page writes it: an ARN without its head, with `*` where a policy has one. */
  readonly on: string;
  readonly why: string;
  readonly when?: ConditionName;
  /** It is taken away instead, whatever else grants it. */
  readonly denied?: boolean;
}

/**
 * One line of the table.
 *
 * @param actions a service and its actions: `sqs: SendMessage ReceiveMessage`
 */
export function need(actions: string, on: string, why: string, when?: ConditionName): Need {
  const [service = '', names = ''] = actions.split(': ');
  return { actions: names.split(' ').map((name) => `${service}:${name}`), on, why, ...(when && { when }) };
}

export const KEY = 'key/ServiceKey';
const TABLE = 'table/<prefix>';
const CREDENTIALS = 'secret:<prefix>/*';
export const ACCESS = 'secret:<prefix>-access/*';
/** The access secrets that rotations write, in the fleet that the page is made from. */
const WRITTEN = ['acme', 'globex'].map((customer) => `secret:<prefix>-access/shared/${customer}-iam-??????`);
const INBOXES = 'secret:<prefix>-inbox/*';
const RECURRING = 'schedule/<prefix>/*';
const ONCE = 'schedule/<prefix>-once/*';
export const SIGNER = 'key/ServiceSignerKey';
const FILES = 'servicefleetbucket/*';

/** What every function does. */
const observed = (name: string): Need[] => [
  need('logs: CreateLogStream PutLogEvents', `log-group:/aws/lambda/<prefix>-${name}:*`, 'Writes its own log.'),
  need('xray: PutTraceSegments PutTelemetryRecords', '*', 'Sends its traces. AWS knows no resource for it.'),
];

const table = (actions: string, why: string, when?: ConditionName): Need[] => [
  need(`dynamodb: ${actions}`, TABLE, why, when),
  need(
    'kms: Decrypt DescribeKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo',
    KEY,
    'DynamoDB uses the key of the table as its caller.',
    'via dynamodb',
  ),
];

const settings: Need[] = [
  need('scheduler: GetSchedule', RECURRING, 'Reads the settings of the credential that it is about.'),
  need('kms: Decrypt DescribeKey', KEY, 'Settings are read from encrypted schedules.', 'via scheduler'),
];

/** Plans a run, or the end of a grace. */
const planning: Need[] = [
  need('scheduler: CreateSchedule', ONCE, 'Plans what comes later: a repeat, or the end of a grace.'),
  need('kms: GenerateDataKey', KEY, 'Encrypts the schedules that it makes.', 'for schedules that fire once'),
  need('iam: PassRole', 'role/ServiceSchedulingRole', 'Hands the schedule the role to call with.', 'to the scheduler'),
];

const publishing = need('events: PutEvents', 'event-bus/default', 'Publishes what has happened.', 'own events');

const line: Need[] = [
  need('sqs: SendMessage', '<prefix>-agent-*', 'Asks agents.'),
  need(
    'sqs: ReceiveMessage DeleteMessage ChangeMessageVisibility',
    '<prefix>-replies-*',
    'Takes the replies of agents.',
  ),
];

const queued = need('kms: Decrypt GenerateDataKey', KEY, 'SQS uses the key of the queues as its caller.', 'via sqs');

const givingUp: Need[] = [
  need('sqs: SendMessage', 'ServiceDeadLetters', 'Hands over an event that was tried in vain.'),
  queued,
];

const reaching: Need[] = [
  need('secretsmanager: GetSecretValue', ACCESS, 'Signs in at IAMs, connectors and a proxy, and shows certificates.'),
  ...[SIGNER, 'key/0f4b0a52-7f1e-4a4e-9a3c-2a6f1b6c9d10'].map((key) =>
    need('kms: Sign', key, 'Signs in at IAMs that trust a key: text that KMS hashes itself.', 'text, by ES256'),
  ),
  ...['222233334444:role/<prefix>-initech', '333344445555:role/<prefix>-globex'].map((role) =>
    need(
      'sts: AssumeRole',
      `arn:aws:iam::${role}`,
      "Reaches secrets in a customer's account, by the role named there.",
    ),
  ),
];

const INTERFACES = 'CreateNetworkInterface DeleteNetworkInterface AssignPrivateIpAddresses UnassignPrivateIpAddresses';
const LOOKS = 'DescribeNetworkInterfaces DescribeSubnets';

/** Lambda places a function into a VPC by the function's role. */
const placed = (name: 'rotate' | 'retire' | 'audit'): Need[] => [
  ...['network-interface/*', 'subnet/*', 'security-group/*'].map((on) =>
    need(`ec2: ${INTERFACES}`, on, 'Lambda places the function into the VPC by interfaces that it makes itself.'),
  ),
  need(`ec2: ${LOOKS}`, '*', 'Lambda looks where it places the function. AWS knows no resource for it.'),
  {
    ...need(
      `ec2: ${INTERFACES} ${LOOKS} DetachNetworkInterface`,
      '*',
      'Only Lambda places the function: its code may not.',
      `from the code of ${name}`,
    ),
    denied: true,
  },
];

/** What `rotate` and `retire` have in common. */
const changing = (name: 'rotate' | 'retire'): Need[] => [
  ...observed(name),
  ...placed(name),
  need(
    'secretsmanager: DescribeSecret GetSecretValue ListSecretVersionIds PutSecretValue UpdateSecretVersionStage',
    CREDENTIALS,
    'Reads the secret and what the stack wrote to its tags, puts versions, and moves labels.',
  ),
  ...reaching,
  ...WRITTEN.map((secret) =>
    need(
      'secretsmanager: PutSecretValue UpdateSecretVersionStage',
      secret,
      "Writes the rotator's own secret, which a credential rotates: exactly the access secrets that connectors via access-secret name.",
    ),
  ),
  need(
    'kms: Decrypt GenerateDataKey',
    KEY,
    'Secrets Manager uses the key of the secrets as its caller.',
    'via secretsmanager',
  ),
  ...settings,
  ...planning,
  ...table(
    'Query GetItem PutItem UpdateItem DeleteItem',
    'Notes runs, and asks people and takes back what it asked.',
    'no items of audits or fleet rotations',
  ),
  publishing,
  ...line,
  ...givingUp,
];

/** What each role needs, agents' apart. */
export const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  rotate: [
    ...changing('rotate'),
    need(
      'secretsmanager: RotateSecret',
      CREDENTIALS,
      'Begins a native rotation, and registers no other function.',
      'no other function',
    ),
    need(
      'lambda: InvokeFunction',
      'function:<prefix>-rotate',
      'Secrets Manager asks it of whoever calls RotateSecret.',
    ),
    need(
      'secretsmanager: GetSecretValue PutSecretValue UpdateSecretVersionStage',
      INBOXES,
      'Takes a submitted secret, and empties the inbox.',
    ),
  ],
  retire: changing('retire'),
  api: [
    ...observed('api'),
    ...settings,
    need('lambda: InvokeFunction', 'function:<prefix>-rotate', 'Passes a call on.'),
    need('states: StartExecution', 'stateMachine:<prefix>-many', 'Begins a rotation of many.'),
    need('states: DescribeExecution', 'execution:<prefix>-many:*', 'Tells how it goes.'),
    need('secretsmanager: ListSecretVersionIds', CREDENTIALS, 'Tells versions and labels; never a value.'),
    need(
      'secretsmanager: ListSecrets',
      '*',
      'Tells when secrets have changed, in one call. AWS knows no resource for it.',
    ),
    need('scheduler: UpdateSchedule', RECURRING, 'Pauses, resumes and moves rotations.'),
    need('scheduler: ListSchedules', '*', 'Lists the credentials. AWS knows no resource for it.'),
    need('kms: GenerateDataKey', KEY, 'Encrypts the schedules that it changes.', 'for schedules of credentials'),
    need(
      'iam: PassRole',
      'role/ServiceSchedulingRole',
      'A changed schedule is handed its role again.',
      'to the scheduler',
    ),
    ...table('Query GetItem BatchGetItem', 'Reads history and findings.'),
    need(
      'dynamodb: PutItem UpdateItem DeleteItem',
      TABLE,
      'Notes requests, and what people say.',
      'no items of audits',
    ),
  ],
  audit: [
    ...observed('audit'),
    ...placed('audit'),
    ...settings,
    need(
      'secretsmanager: DescribeSecret GetSecretValue ListSecretVersionIds',
      CREDENTIALS,
      'Compares the secret with IAM and connectors.',
    ),
    ...reaching,
    need('secretsmanager: GetSecretValue', INBOXES, 'Sees whether something was submitted.'),
    need('kms: Decrypt', KEY, 'Secrets Manager uses the key of the secrets as its caller.', 'via secretsmanager'),
    need('scheduler: GetSchedule', ONCE, 'Sees whether what was planned is there.'),
    need('scheduler: ListSchedules', '*', 'Lists the credentials. AWS knows no resource for it.'),
    ...table('Query GetItem', 'Reads runs and earlier findings.'),
    need('dynamodb: PutItem', TABLE, 'Notes its own findings.', 'items of audits'),
    publishing,
    ...line,
    ...planning,
    ...givingUp,
  ],
  many: [
    ...observed('many'),
    ...settings,
    need('scheduler: ListSchedules', '*', 'Lists the credentials. AWS knows no resource for it.'),
    ...table(
      'Query GetItem UpdateItem BatchWriteItem',
      'Notes who was chosen, and how it ended.',
      'items of fleet rotations',
    ),
    need('s3: PutObject', FILES, 'Writes the lists and the manifest.'),
    need('kms: Decrypt GenerateDataKey', KEY, 'S3 uses the key of the bucket as its caller.', 'via s3'),
    publishing,
  ],
  'state machine': [
    need('lambda: InvokeFunction', 'function:<prefix>-many', 'Has the credentials chosen, and the end noted.'),
    need('lambda: InvokeFunction', 'function:<prefix>-rotate', 'Rotates one credential after the other.'),
    need('states: StartExecution', 'stateMachine:<prefix>-many', 'A distributed map runs child executions.'),
    need(
      'states: DescribeExecution StopExecution',
      'execution:<prefix>-many:*',
      'Watches and ends its child executions.',
    ),
    ...table('UpdateItem', 'Notes what becomes of a credential.', 'items of fleet rotations'),
    need(
      's3: GetObject PutObject ListMultipartUploadParts AbortMultipartUpload',
      FILES,
      'A distributed map reads the lists, and leaves results in parts.',
    ),
    need('kms: Decrypt GenerateDataKey', KEY, 'S3 uses the key of the bucket as its caller.', 'via s3'),
  ],
  scheduler: [
    need('lambda: InvokeFunction', 'function:<prefix>-rotate', 'Starts what is planned.'),
    need('lambda: InvokeFunction', 'function:<prefix>-retire', 'Starts what is planned.'),
    need('lambda: InvokeFunction', 'function:<prefix>-audit', 'Starts what is planned.'),
    need('kms: Decrypt', KEY, 'Inputs of schedules are encrypted. Nobody but Scheduler can take this role.'),
    ...givingUp,
  ],
  'flow log': [
    need(
      'logs: CreateLogStream PutLogEvents DescribeLogStreams',
      'log-group:/aws/vpc/<prefix>:*',
      'Writes what goes in and out of the VPC.',
    ),
  ],
  chat: [],
};

/**
 * What an agent's role needs.
 *
 * @param name the agent's name
 * @param ids the credentials that it serves
 */
export function needsOfAgent(name: string, ids: readonly string[]): Need[] {
  return [
    need(
      'sqs: ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueUrl',
      `<prefix>-agent-${name}`,
      'Takes requests from its own queue.',
    ),
    ...ids.flatMap((id) => [
      need('sqs: SendMessage GetQueueUrl', `<prefix>-replies-${id}`, 'Replies to its own credentials.'),
      need(
        'secretsmanager: GetSecretValue',
        `secret:<prefix>/${id}`,
        'Reads the version that a request names.',
        'a version that is named',
      ),
    ]),
    queued,
    need('kms: Decrypt', KEY, 'Secrets Manager uses the key of the secrets as its caller.', 'via secretsmanager'),
  ];
}
