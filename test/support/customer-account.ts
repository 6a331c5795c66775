import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  ListSecretVersionIdsCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { REGION } from './real-stack.ts';

/** The account of the deployment, and that of a customer. */
export const OURS = '000000000000';
export const THEIRS = '222233334444';

const TEMPLATE = readFileSync(resolve(import.meta.dirname, '../../docs/customer-account.json'), 'utf8');

/** With these options a client of the SDK calls MiniStack as whoever may do everything in the customer's account. */
export const asCustomer = (endpoint: string) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: THEIRS, secretAccessKey: 'root' },
});

/**
 * Does what a customer does once: deploys the template of docs/accounts.md.
 *
 * @returns the ARN of the role
 */
export async function deployTemplate(
  endpoint: string,
  { prefix, id, externalId }: { prefix: string; id: string; externalId: string },
): Promise<string> {
  const client = new CloudFormationClient(asCustomer(endpoint));
  const parameters = { RotatorAccountId: OURS, Prefix: prefix, CredentialId: id, ExternalId: externalId };
  const StackName = `${prefix}-${id}`;
  await client.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: TEMPLATE,
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    }),
  );
  for (;;) {
    const [stack] = (await client.send(new DescribeStacksCommand({ StackName }))).Stacks ?? [];
    if (stack?.StackStatus === 'CREATE_COMPLETE') return stack.Outputs?.[0]?.OutputValue ?? '';
    if (stack?.StackStatus !== 'CREATE_IN_PROGRESS')
      throw new Error(`${stack?.StackStatus}: ${stack?.StackStatusReason}`);
    await sleep(100);
  }
}

/** MiniStack gives a secret without a value a version, which AWS does not: takes its labels away. */
export async function emptyAsOnAws(client: SecretsManagerClient, SecretId: string, keep?: string): Promise<void> {
  const { Versions = [] } = await client.send(new ListSecretVersionIdsCommand({ SecretId }));
  for (const { VersionId, VersionStages = [] } of Versions)
    for (const VersionStage of VersionId === keep ? [] : VersionStages)
      await client.send(
        new UpdateSecretVersionStageCommand({ SecretId, VersionStage, RemoveFromVersionId: VersionId }),
      );
}
