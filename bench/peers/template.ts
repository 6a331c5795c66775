import {
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { administer, ask, type PeerDeps, type PlainDocument, push, tokenOf } from './http.ts';

/** What Secrets Manager invokes a rotation function with. */
export interface StepEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

interface Step {
  readonly client: SecretsManagerClient;
  readonly deps: PeerDeps;
  readonly arn: string;
  readonly token: string;
}

/**
 * AWS's template of a rotation function, in TypeScript and call for call, with its two blanks filled in so that it does this job:
 * `setSecret` sets the secret in the IAM, `testSecret` asks for a token. The push into the connectors follows the last step, since
 * the template has no place for it. The original is under the license MIT-0, which asks for nothing; nothing of its text is here.
 *
 * @throws {Error} where the original raises one
 * @see [SecretsManagerRotationTemplate](https://github.com/aws-samples/aws-secrets-manager-rotation-lambdas/blob/master/SecretsManagerRotationTemplate/lambda_function.py)
 */
export async function takeTemplateStep(deps: PeerDeps, event: StepEvent): Promise<void> {
  const { Step: name, SecretId: arn, ClientRequestToken: token } = event;
  const step: Step = { client: deps.newClient(), deps, arn, token };
  const { RotationEnabled, VersionIdsToStages: versions = {} } = await describe(step);
  if (!RotationEnabled) throw new Error('rotation is off');
  const stages = versions[token];
  if (!stages) throw new Error('there is no such version');
  if (stages.includes('AWSCURRENT')) return;
  if (!stages.includes('AWSPENDING')) throw new Error('the version is not pending');
  const take = STEPS[name];
  if (!take) throw new Error(`there is no step ${name}`);
  await take(step);
}

const STEPS: Readonly<Record<string, (step: Step) => Promise<void>>> = {
  createSecret,
  setSecret,
  testSecret,
  finishSecret,
};

async function createSecret(step: Step): Promise<void> {
  const { client, arn, token } = step;
  const current = await read(step, 'AWSCURRENT');
  const pending = await read(step, 'AWSPENDING', token).catch((error: Error) => {
    if (error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  });
  if (pending) return;
  const drawing = new GetRandomPasswordCommand({ ExcludeCharacters: '/@"\'\\' });
  const { RandomPassword: clientSecret = '' } = await client.send(drawing);
  const SecretString = JSON.stringify({ ...current, clientSecret });
  const put = { SecretId: arn, ClientRequestToken: token, SecretString, VersionStages: ['AWSPENDING'] };
  await client.send(new PutSecretValueCommand(put));
}

async function setSecret(step: Step): Promise<void> {
  const { client, deps, token } = step;
  const { clientSecret } = await read(step, 'AWSPENDING', token);
  const { url, headers } = await administer(client, deps);
  await ask(deps.fetch, url, { method: 'PUT', headers, body: JSON.stringify({ secret: clientSecret }) });
}

async function testSecret(step: Step): Promise<void> {
  await tokenOf(step.deps.fetch, await read(step, 'AWSPENDING', step.token));
}

async function finishSecret(step: Step): Promise<void> {
  const { client, deps, arn: SecretId, token } = step;
  const { VersionIdsToStages: versions = {} } = await describe(step);
  const current = Object.keys(versions).find((id) => versions[id]?.includes('AWSCURRENT'));
  if (current === token) return;
  const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: current };
  await client.send(new UpdateSecretVersionStageCommand(move));
  const clear = { SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: token };
  await client.send(new UpdateSecretVersionStageCommand(clear));
  await push(client, deps, await read(step, 'AWSCURRENT'));
}

async function describe({ client, arn }: Step) {
  return await client.send(new DescribeSecretCommand({ SecretId: arn }));
}

async function read({ client, arn: SecretId }: Step, VersionStage: string, VersionId?: string): Promise<PlainDocument> {
  const version = { SecretId, VersionStage, ...(VersionId && { VersionId }) };
  return JSON.parse((await client.send(new GetSecretValueCommand(version))).SecretString ?? '');
}
