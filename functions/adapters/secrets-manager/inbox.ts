import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { isUsableSecret } from '../../credential/document.ts';
import { Secret } from '../../credential/secret/secret.ts';
import type { Inbox, Submission } from '../../ports/inbox.ts';
import { awsErrorName } from '../aws/aws-error.ts';
import type { Patience } from '../aws/throttled.ts';
import { derivedVersionId } from './derived-version-id.ts';
import { patientClient, storeFailure } from './store.ts';

/** What lies in an inbox in which nothing lies. */
const EMPTY = '{}';
/** The label of the version that says so. */
const EMPTY_LABEL = 'EMPTY';
/** No IAM makes a longer secret. */
const LONGEST = 1000;

/**
 * The inbox of a credential, a secret in AWS Secrets Manager of its own. What a person puts there is `{"clientSecret":"…"}`, or the
 * secret alone; white space around it is dropped.
 *
 * @param secretId the inbox's name
 * @param patience how long it bears with throttling
 */
export function secretsManagerInbox(sdk: SecretsManagerClient, secretId: string, patience: Patience = {}): Inbox {
  const client = patientClient(sdk, secretId, patience);
  const guard = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      throw storeFailure(error, secretId);
    }
  };
  const move = (input: { VersionStage: string; RemoveFromVersionId: string; MoveToVersionId?: string }) =>
    client.send(new UpdateSecretVersionStageCommand({ SecretId: secretId, ...input }));
  return {
    read: async () => {
      try {
        const value = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
        const { VersionId: versionId = '', CreatedDate: createdAt = new Date(0), SecretString } = value;
        const text = SecretString === undefined ? undefined : new Secret(SecretString);
        return submissionIn(text, { versionId, createdAt });
      } catch (error) {
        // An inbox into which nothing was ever put has no value.
        if (awsErrorName(error) === 'ResourceNotFoundException') return undefined;
        throw storeFailure(error, secretId);
      }
    },
    empty: async ({ versionId }) => {
      const id = emptyVersionId(versionId);
      const version = { ClientRequestToken: id, SecretString: EMPTY, VersionStages: [EMPTY_LABEL] };
      await guard(client.send(new PutSecretValueCommand({ SecretId: secretId, ...version })));
      try {
        await move({ VersionStage: 'AWSCURRENT', RemoveFromVersionId: versionId, MoveToVersionId: id });
        await move({ VersionStage: 'AWSPREVIOUS', RemoveFromVersionId: versionId });
      } catch (error) {
        // Something else was submitted meanwhile, or the inbox was emptied before.
        if (awsErrorName(error) !== 'InvalidParameterException') throw storeFailure(error, secretId);
      }
    },
  };
}

/** Reads what was put into an inbox; undefined when that is nothing. */
function submissionIn(
  value: Secret | undefined,
  version: Pick<Submission, 'versionId' | 'createdAt'>,
): Submission | undefined {
  if (value === undefined) return { ...version, fault: 'it is binary' };
  const text = value.reveal().trim();
  if (text === '' || text === EMPTY) return undefined;
  const secret = secretIn(text);
  if (secret === undefined) return { ...version, fault: 'it has no text member "clientSecret"' };
  const fault = faultOf(secret);
  return fault === undefined ? { ...version, secret } : { ...version, fault };
}

function secretIn(text: string): Secret | undefined {
  if (!text.startsWith('{')) return new Secret(text);
  try {
    const { clientSecret } = JSON.parse(text) as { clientSecret?: unknown };
    return typeof clientSecret === 'string' ? new Secret(clientSecret.trim()) : undefined;
  } catch {
    return undefined;
  }
}

function faultOf(secret: Secret): string | undefined {
  if (!isUsableSecret(secret)) return 'it is empty or a mask';
  const text = secret.reveal();
  if (text.length > LONGEST) return `it is longer than ${LONGEST} characters`;
  return /[\s\p{C}]/u.test(text) ? 'it has a blank or a control character in it' : undefined;
}

/** Emptying the same version twice puts the same version twice. */
function emptyVersionId(versionId: string): string {
  return derivedVersionId(`empty ${versionId}`);
}
