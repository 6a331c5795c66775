import type { SecretVersionsListEntry } from '@aws-sdk/client-secrets-manager';
import { type ApiCall, errorResponse, jsonResponse } from '../../stand-ins/secrets-manager/request.ts';
import { hollowVersions } from './lookups.ts';
import { strictPut } from './put.ts';
import { bodyOf, type Upstream } from './upstream.ts';

type Rules = (call: ApiCall, upstream: Upstream) => Promise<Response>;

const rules: Readonly<Record<string, Rules>> = {
  PutSecretValue: strictPut,
  UpdateSecretVersionStage: strictMove,
  GetSecretValue: strictGet,
  ListSecretVersionIds: strictList,
  DescribeSecret: strictDescribe,
};

/** Applies the documented rules that the emulator lacks; every other call is forwarded as it is. */
export const strictRules: Rules = (call, upstream) => (rules[call.operation] ?? forwardOnly)(call, upstream);

function forwardOnly(_call: ApiCall, { forward }: Upstream): Promise<Response> {
  return forward();
}

/** @see [UpdateSecretVersionStage](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html) */
async function strictMove({ input }: ApiCall, { forward }: Upstream): Promise<Response> {
  if (input.VersionStage !== 'AWSCURRENT' || input.MoveToVersionId !== undefined) return forward();
  return errorResponse(
    'InvalidParameterException',
    "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
  );
}

/** @see [GetSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html) */
async function strictGet({ input }: ApiCall, { forward }: Upstream): Promise<Response> {
  const response = await forward();
  if (!response.ok) return response;
  const { VersionStages, SecretString, SecretBinary } = await bodyOf(response.clone());
  if (!SecretString && !SecretBinary) {
    return errorResponse('ResourceNotFoundException', "Secrets Manager can't find the specified secret value.");
  }
  const stages = (VersionStages ?? []) as unknown[];
  if (input.VersionId === undefined || input.VersionStage === undefined || stages.includes(input.VersionStage)) {
    return response;
  }
  return errorResponse(
    'InvalidRequestException',
    'You provided a VersionStage that is not associated to the provided VersionId.',
  );
}

/** @see [ListSecretVersionIds](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html) */
async function strictList({ input, secretId }: ApiCall, { forward, ...upstream }: Upstream): Promise<Response> {
  const response = await forward();
  if (!response.ok) return response;
  const answer = await bodyOf(response);
  const hollow = await hollowVersions(secretId, upstream);
  const versions = answer.Versions as SecretVersionsListEntry[];
  const valued = versions.filter(({ VersionId = '' }) => !hollow.includes(VersionId));
  const shown = valued.filter(({ VersionStages }) => input.IncludeDeprecated === true || VersionStages?.length);
  return jsonResponse({ ...answer, Versions: shown });
}

/** @see [DescribeSecret](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html) */
async function strictDescribe({ secretId }: ApiCall, { forward, ...upstream }: Upstream): Promise<Response> {
  const response = await forward();
  if (!response.ok) return response;
  const answer = await bodyOf(response);
  const hollow = await hollowVersions(secretId, upstream);
  const entries = Object.entries(answer.VersionIdsToStages ?? {}).filter(([id]) => !hollow.includes(id));
  const { VersionIdsToStages: _, ...others } = answer;
  return jsonResponse({ ...others, ...(entries.length > 0 && { VersionIdsToStages: Object.fromEntries(entries) }) });
}
