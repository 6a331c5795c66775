import type {
  ListSecretVersionIdsCommandInput,
  ListSecretVersionIdsCommandOutput,
  UpdateSecretVersionStageCommandInput,
  UpdateSecretVersionStageCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { page } from '../aws-json.ts';
import { fault, invalidToken } from './errors.ts';
import { findSecret, type Secret, type Store, usableSecret } from './model.ts';
import type { Answer } from './values.ts';
import { attach, stagesOf } from './versions.ts';

/**
 * Moves a label, or takes it away when no MoveToVersionId is given.
 *
 * @throws {SecretsManagerFault} InvalidParameterException unless RemoveFromVersionId names the version that has the label
 * @see [UpdateSecretVersionStage](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html)
 */
export function updateSecretVersionStage(
  store: Store,
  input: UpdateSecretVersionStageCommandInput,
): Answer<UpdateSecretVersionStageCommandOutput> {
  const secret = usableSecret(store, input.SecretId);
  const { VersionStage: label = '', MoveToVersionId: to } = input;
  checkMove(secret, input);
  if (to === undefined) secret.labels.delete(label);
  else attach(secret, label, to);
  secret.lastChangedDate = store.clock();
  return { ARN: secret.arn, Name: secret.name };
}

function checkMove(secret: Secret, input: UpdateSecretVersionStageCommandInput): void {
  const { VersionStage: label = '', MoveToVersionId: to, RemoveFromVersionId: from } = input;
  for (const id of [to, from]) {
    if (id !== undefined && !secret.versions.has(id)) {
      throw fault('ResourceNotFoundException', `Secrets Manager can't find the specified secret version: ${id}.`);
    }
  }
  const reason = moveFault({ label, to, from, holder: secret.labels.get(label) });
  if (reason) throw fault('InvalidParameterException', reason);
}

interface Move {
  readonly label: string;
  readonly to: string | undefined;
  readonly from: string | undefined;
  /** The version that has the label now. */
  readonly holder: string | undefined;
}

function moveFault({ label, to, from, holder }: Move): string | undefined {
  if (to === undefined && from === undefined) return 'You must specify MoveToVersionId, RemoveFromVersionId or both.';
  if (from !== undefined && from !== holder) {
    return `If you specify RemoveFromVersionId, it must be the version that has the staging label ${label}; ${holder ?? 'none'} has it.`;
  }
  if (from === undefined && holder !== undefined && holder !== to) {
    return `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ${holder}.`;
  }
  if (to === undefined && label === 'AWSCURRENT') {
    return "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.";
  }
  return undefined;
}

/**
 * Lists versions, oldest first. The deprecated ones, which have no label, only on demand.
 *
 * @see [ListSecretVersionIds](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html)
 */
export function listSecretVersionIds(
  store: Store,
  input: ListSecretVersionIdsCommandInput,
): Answer<ListSecretVersionIdsCommandOutput> {
  const secret = findSecret(store, input.SecretId);
  const entries = [...secret.versions.values()]
    .map(({ id, createdDate }) => ({ VersionId: id, VersionStages: stagesOf(secret, id), CreatedDate: createdDate }))
    .filter(({ VersionStages }) => input.IncludeDeprecated || VersionStages.length > 0);
  const key = ({ CreatedDate, VersionId }: (typeof entries)[number]) => `${CreatedDate.toISOString()} ${VersionId}`;
  const { items, next } = page(entries, { key, invalidToken, ...input });
  return { ARN: secret.arn, Name: secret.name, Versions: items, ...next };
}
