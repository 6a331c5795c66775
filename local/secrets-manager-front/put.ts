import type { GetSecretValueCommandOutput, SecretVersionsListEntry } from '@aws-sdk/client-secrets-manager';
import { type ApiCall, errorResponse, jsonResponse } from '../secrets-manager/request.ts';
import { type Lookups, lookups } from './lookups.ts';
import { bodyOf, type Upstream } from './upstream.ts';

/** Keeps a version alive that the emulator would remove as soon as it has no label; AWS keeps it as deprecated. */
const KEEP = 'local-front-keeps-this-version';

/**
 * A token that is in use is answered here. Otherwise the labels are put in order after the emulator has answered: each on one
 * version, all that were asked for on the new one, and AWSCURRENT besides when it is the first with a value.
 *
 * @see [PutSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html)
 */
export async function strictPut({ input }: ApiCall, { forward, admin }: Upstream): Promise<Response> {
  if ((input.SecretString === undefined) === (input.SecretBinary === undefined)) {
    return errorResponse('InvalidParameterException', 'Either SecretString or SecretBinary must be given, not both.');
  }
  const secret = lookups(admin, String(input.SecretId));
  const token = input.ClientRequestToken;
  const present = typeof token === 'string' ? await secret.version(token) : undefined;
  if (present) return answerRepeat(input, present);
  const before = await secret.versions();
  const response = await keeping(secret, before, forward);
  if (!response.ok) return response;
  const answer = await bodyOf(response);
  const id = String(answer.VersionId);
  await orderLabels(secret, { before, id, asked: (input.VersionStages as string[] | undefined) ?? ['AWSCURRENT'] });
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
  /** The versions before the call. */
  readonly before: SecretVersionsListEntry[];
  /** The new version. */
  readonly id: string;
  /** The labels that the caller wants on it. */
  readonly asked: string[];
}

async function orderLabels(secret: Lookups, { before, id, asked }: Ordering): Promise<void> {
  const after = await secret.versions();
  for (const label of asked.filter((one) => one !== 'AWSCURRENT')) {
    const present = holders(after, label).map(({ VersionId = '' }) => VersionId);
    for (const other of present.filter((one) => one !== id)) await secret.detach(label, other);
    if (!present.includes(id)) await secret.attach(label, id);
  }
  // What the emulator makes of a secret that was created without a value, and AWS does not: a current version without one.
  const hollow = holders(before, 'AWSCURRENT')[0]?.VersionId;
  if (hollow === undefined || hasValue(await secret.version(hollow))) return;
  if (!asked.includes('AWSCURRENT')) await secret.attach('AWSCURRENT', id, hollow);
  await secret.detach('AWSPREVIOUS', hollow);
}

function holders(versions: SecretVersionsListEntry[], label: string): SecretVersionsListEntry[] {
  return versions.filter(({ VersionStages }) => VersionStages?.includes(label));
}

function hasValue(version: GetSecretValueCommandOutput | undefined): boolean {
  return Boolean(version?.SecretString || version?.SecretBinary);
}
