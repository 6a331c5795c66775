import type { GetSecretValueCommandOutput, SecretVersionsListEntry } from '@aws-sdk/client-secrets-manager';
import { type ApiCall, errorResponse, jsonResponse } from '../../stand-ins/secrets-manager/request.ts';
import { holders, hollowVersions, type Lookups, lookups } from './lookups.ts';
import { bodyOf, type Upstream } from './upstream.ts';

/** Keeps a version alive that the emulator would remove as soon as it has no label; AWS keeps it as deprecated. */
const KEEP = 'local-front-keeps-this-version';

/**
 * A token that is in use is answered here. Otherwise the labels are put in order after the emulator has answered: each on one
 * version, all that were asked for on the new one, and AWSCURRENT besides when it is the first with a value.
 *
 * @see [PutSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html)
 */
export async function strictPut({ input, secretId }: ApiCall, { forward, ...upstream }: Upstream): Promise<Response> {
  if ((input.SecretString === undefined) === (input.SecretBinary === undefined)) {
    return errorResponse('InvalidParameterException', 'Either SecretString or SecretBinary must be given, not both.');
  }
  const secret = lookups(upstream.admin, secretId);
  const token = input.ClientRequestToken;
  const present = typeof token === 'string' ? await secret.version(token) : undefined;
  if (present) return answerRepeat(input, present);
  const before = await secret.versions();
  const current = holders(before, 'AWSCURRENT')[0]?.VersionId;
  const hollow = (await hollowVersions(secretId, upstream)).find((id) => id === current);
  const response = await keeping(secret, before, forward);
  if (!response.ok) return response;
  const answer = await bodyOf(response);
  const id = String(answer.VersionId);
  upstream.valued.set(id, true);
  await orderLabels(secret, { hollow, id, asked: (input.VersionStages as string[] | undefined) ?? ['AWSCURRENT'] });
  const stored = (await secret.versions()).find(({ VersionId }) => VersionId === id);
  return jsonResponse({ ...answer, VersionStages: stored?.VersionStages ?? [] });
}

function answerRepeat(input: ApiCall['input'], present: GetSecretValueCommandOutput): Response {
  const { ARN, Name, VersionId, VersionStages = [], SecretString, SecretBinary } = present;
  const bytes = SecretBinary && Buffer.from(SecretBinary).toString('base64');
  if (SecretString === input.SecretString && bytes === input.SecretBinary) {
    return jsonResponse({ ARN, Name, VersionId, VersionStages });
  }
  return errorResponse(
    'ResourceExistsException',
    `You can't use ClientRequestToken ${VersionId} because that value is already in use for a version of secret ${ARN}.`,
  );
}

async function keeping(secret: Lookups, before: SecretVersionsListEntry[], forward: Upstream['forward']) {
  const endangered = holders(before, 'AWSPREVIOUS')[0]?.VersionId;
  if (endangered === undefined) return forward();
  await secret.attach(KEEP, endangered);
  try {
    return await forward();
  } finally {
    await secret.detach(KEEP, endangered);
  }
}

interface Ordering {
  /** The current version before the call, when it had no value. */
  readonly hollow: string | undefined;
  /** The new version. */
  readonly id: string;
  /** The labels that the caller wants on it. */
  readonly asked: string[];
}

async function orderLabels(secret: Lookups, { hollow, id, asked }: Ordering): Promise<void> {
  const after = await secret.versions();
  for (const label of asked.filter((one) => one !== 'AWSCURRENT')) {
    const present = holders(after, label).map(({ VersionId = '' }) => VersionId);
    for (const other of present.filter((one) => one !== id)) await secret.detach(label, other);
    if (!present.includes(id)) await secret.attach(label, id);
  }
  if (hollow === undefined) return;
  if (!asked.includes('AWSCURRENT')) await secret.attach('AWSCURRENT', id, hollow);
  await secret.detach('AWSPREVIOUS', hollow);
}
