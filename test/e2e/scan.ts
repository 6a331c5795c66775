import { GetScheduleCommand, ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { GetSecretValueCommand, ListSecretVersionIdsCommand } from '@aws-sdk/client-secrets-manager';
import { CONNECTOR_TOKEN, OTHERS, type Stage } from './stage.ts';

/** A text and where it stood. */
export interface Written {
  readonly where: string;
  readonly text: string;
}

/** Everything that the system wrote where people and programs can read it, and every secret that there ever was. */
export async function writtenBy(stage: Stage): Promise<{ texts: Written[]; secrets: string[] }> {
  const logs = await Promise.all(
    (['rotate', 'retire', 'api'] as const).map(async (name) =>
      (await stage.logs(name)).map((text) => ({ where: `log of ${name}`, text })),
    ),
  );
  const answers = stage.answers.map((text) => ({ where: 'answer of the API', text }));
  const texts = [
    ...logs.flat(),
    ...answers,
    { where: 'connector', text: stage.connectorOutput() },
    ...(await scheduleInputs(stage)),
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

/** The secret in each version of each credential, and of each access secret. */
async function storedSecrets({ secretsManager, prefix, credentials }: Stage): Promise<string[]> {
  const names = [...credentials.keys()].flatMap((id) => [`${prefix}/${id}`, `${prefix}-access/${id}/iam`]);
  const found: string[] = [];
  for (const SecretId of names) {
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
