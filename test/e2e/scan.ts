import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, ListSecretVersionIdsCommand } from '@aws-sdk/client-secrets-manager';
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Credential } from '../../functions/credential/settings/credential.ts';
import { CONNECTOR_TOKEN, OTHERS, type Stage } from './stage.ts';

/** A text and where it stood. */
export interface Written {
  readonly where: string;
  readonly text: string;
}

/** Everything that the system wrote where people and programs can read it, and every secret that there ever was. */
export async function writtenBy(stage: Stage): Promise<{ texts: Written[]; secrets: string[] }> {
  const logs = await Promise.all(
    (['rotate', 'retire', 'api', 'audit'] as const).map(async (name) =>
      (await stage.logs(name)).map((text) => ({ where: `log of ${name}`, text })),
    ),
  );
  const answers = stage.answers.map((text) => ({ where: 'answer of the API', text }));
  const texts = [
    ...logs.flat(),
    ...answers,
    { where: 'connector', text: stage.connectorOutput() },
    ...(await scheduleInputs(stage)),
    ...(await tableItems(stage)),
    ...(await queuedMessages(stage)),
  ];
  return { texts, secrets: [...new Set([...(await storedSecrets(stage)), ...planted(stage)])] };
}

/** Where a secret stands, plain, base64 or URL-encoded. The findings don't repeat it. */
export function findSecrets(texts: readonly Written[], secrets: readonly string[]): string[] {
  return texts.flatMap(({ where, text }) =>
    secrets.flatMap((secret, index) => {
      const forms = [secret, Buffer.from(secret).toString('base64').replace(/=+$/, ''), encodeURIComponent(secret)];
      return forms.some((form) => text.includes(form)) ? [`secret ${index} in ${where}`] : [];
    }),
  );
}

function planted({ provisioned }: Stage): string[] {
  return [
    CONNECTOR_TOKEN,
    OTHERS.byCase,
    OTHERS.byUrl,
    ...[...provisioned.values()].map(({ clientSecret }) => clientSecret),
  ];
}

/** The secret in each version of each credential, of each access secret, and of each inbox. */
async function storedSecrets({ secretsManager, prefix, credentials }: Stage): Promise<string[]> {
  const found: string[] = [];
  for (const SecretId of [...credentials.values()].flatMap((credential) => secretNames(credential, prefix))) {
    const { Versions = [] } = await secretsManager.send(
      new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }),
    );
    for (const { VersionId } of Versions) {
      const { SecretString = '' } = await secretsManager.send(new GetSecretValueCommand({ SecretId, VersionId }));
      const value = SecretString === '' ? {} : (JSON.parse(SecretString) as { clientSecret?: string });
      if (value.clientSecret) found.push(value.clientSecret);
    }
  }
  return found;
}

function secretNames({ id, iam }: Credential, prefix: string): string[] {
  const own = `${prefix}/${id}`;
  if (iam.type === 'manual') return [own, `${prefix}-inbox/${id}`];
  return 'secretId' in iam.auth ? [own, iam.auth.secretId] : [own];
}

/** The items of the table of tasks. */
export async function tableItems({ aws, prefix }: Stage): Promise<Written[]> {
  const client = new DynamoDBClient(aws);
  const written: Written[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: prefix }))
    written.push(...Items.map((item) => ({ where: 'item of the table', text: JSON.stringify(item) })));
  return written;
}

/** What lies in the queues, dead letters included. It is hidden from others for a while then. */
async function queuedMessages({ aws, prefix }: Stage): Promise<Written[]> {
  const client = new SQSClient(aws);
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
  const written: Written[] = [];
  for (const QueueUrl of QueueUrls) {
    for (;;) {
      const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) break;
      written.push(...Messages.map(({ Body = '' }) => ({ where: `message in ${QueueUrl}`, text: Body })));
    }
  }
  return written;
}

async function scheduleInputs({ scheduler, prefix }: Stage): Promise<Written[]> {
  const written: Written[] = [];
  for (const GroupName of [prefix, `${prefix}-once`]) {
    const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({ GroupName }));
    for (const { Name } of Schedules) {
      const { Target } = await scheduler.send(new GetScheduleCommand({ GroupName, Name }));
      written.push({ where: `schedule ${Name}`, text: Target?.Input ?? '' });
    }
  }
  return written;
}
