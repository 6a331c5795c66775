import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { RotationError } from '../../credential/errors.ts';
import { secretFingerprint } from '../../credential/secret/fingerprint.ts';
import { Secret } from '../../credential/secret/secret.ts';
import type { ConnectorVia } from '../../credential/settings/credential.ts';
import { ConfigurationChangedError, type Connector } from '../../ports/connector.ts';
import { awsErrorName } from '../aws/aws-error.ts';
import type { Patience } from '../aws/throttled.ts';
import { derivedVersionId } from './derived-version-id.ts';
import { patientClient, storeFailure } from './store.ts';

/** The label of a version that was put and is not current yet. */
const WRITTEN_LABEL = 'WRITTEN';
/** Pauses between looks that were answered from before this run's own write, in milliseconds. */
const LOOK_AGAIN_MS = [1000, 2000] as const;

/** How the access secret is written. */
export interface AccessSecretDeps {
  readonly client: SecretsManagerClient;
  readonly patience: Patience;
  /** Whose secret it is. */
  readonly clientId: string;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The version that carries AWSCURRENT, and the members of its document. */
interface Stored {
  readonly id: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/**
 * The rotator itself as a consumer of the secret: an access secret in Secrets Manager. Whoever signs in with it remembers it until
 * it is refused, and asks Secrets Manager then: what is stored is what is used, at the latest at the end of the previous secret.
 *
 * A write puts a version beside the current one and moves AWSCURRENT to it, away from the version that was read and from no other.
 *
 * @see [UpdateSecretVersionStage](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html)
 */
export function accessSecretConnector(
  { name, secretId, proof }: Pick<ConnectorVia<'access-secret'>, 'name' | 'secretId' | 'proof'>,
  { client: sdk, patience, clientId, sleep }: AccessSecretDeps,
): Connector {
  const client = patientClient(sdk, secretId, patience);
  const replaced = new Set<string>();
  const readRecent = async (): Promise<Stored> => {
    for (const pause of LOOK_AGAIN_MS) {
      const stored = await readStored(client, { name, secretId });
      if (!replaced.has(stored.id) || patience.mayWait?.(pause) === false) return stored;
      await sleep(pause);
    }
    return await readStored(client, { name, secretId });
  };
  return {
    name,
    proof,
    attended: false,
    read: async () => {
      const { id, members } = await readRecent();
      const { clientSecret } = members;
      const held = typeof clientSecret === 'string' ? secretFingerprint(new Secret(clientSecret)) : null;
      const sections = [{ path: 'clientSecret', clientId, secretFingerprint: held }];
      return { etag: id, sections, sectionsSkipped: 0, proof: 'loaded' };
    },
    write: async ({ etag: from }, { id: versionId, document: { clientSecret } }) => {
      const { members } = await readStored(client, { name, secretId, versionId: from });
      const text = new Secret(JSON.stringify({ ...members, clientSecret: clientSecret.reveal() }));
      const to = writtenVersionId({ versionId, from, text });
      await put(client, { name, secretId, id: to, text });
      await moveCurrent(client, { name, secretId, from, to });
      replaced.add(from);
      replaced.delete(to);
    },
  };
}

type Client = Pick<SecretsManagerClient, 'send'>;

/** Which access secret, and of which connector. */
interface Place {
  readonly name: string;
  readonly secretId: string;
}

async function put(client: Client, { id, text, ...place }: Place & { id: string; text: Secret }): Promise<void> {
  const version = { ClientRequestToken: id, SecretString: text.reveal(), VersionStages: [WRITTEN_LABEL] };
  try {
    await client.send(new PutSecretValueCommand({ SecretId: place.secretId, ...version }));
  } catch (error) {
    throw failure(error, place);
  }
}

/** @throws {ConfigurationChangedError} when AWSCURRENT is no longer where it was read */
async function moveCurrent(
  client: Client,
  { from, to, ...place }: Place & { from: string; to: string },
): Promise<void> {
  const move = { VersionStage: 'AWSCURRENT', RemoveFromVersionId: from, MoveToVersionId: to };
  try {
    await client.send(new UpdateSecretVersionStageCommand({ SecretId: place.secretId, ...move }));
  } catch (error) {
    if (awsErrorName(error) === 'InvalidParameterException') throw new ConfigurationChangedError();
    throw failure(error, place);
  }
}

/**
 * @param wanted the version @default - the one that carries AWSCURRENT
 * @throws {RotationError} `access-secret-invalid` where there is no JSON object to keep the other members of
 */
async function readStored(client: Client, { versionId, ...place }: Place & { versionId?: string }): Promise<Stored> {
  const { secretId } = place;
  try {
    const input = { SecretId: secretId, ...(versionId !== undefined && { VersionId: versionId }) };
    const { VersionId: id = '', SecretString } = await client.send(new GetSecretValueCommand(input));
    return { id, members: membersIn(SecretString, secretId) };
  } catch (error) {
    throw failure(error, place);
  }
}

function membersIn(text: string | undefined, secretId: string): Stored['members'] {
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Stored['members'];
  throw new RotationError('access-secret-invalid', `${secretId} is not a JSON document with {"clientSecret"}`);
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

/** Whether a call that was not answered was carried out is as open as at any connector; a refusal is Secrets Manager's own word. */
function failure(error: unknown, { name, secretId }: Place): RotationError {
  const known = storeFailure(error, secretId);
  if (known.code === 'store-unavailable')
    return new RotationError('connector-unavailable', `${name}: ${known.message}`);
  if (known.code === 'secret-not-found')
    return new RotationError('access-secret-invalid', `There is no secret ${secretId}, or it has no value`);
  return known;
}

/** The same write twice puts the same version; another one, or one onto another version, puts another. */
function writtenVersionId(parts: { readonly versionId: string; readonly from: string; readonly text: Secret }): string {
  const { versionId, from, text } = parts;
  return derivedVersionId(JSON.stringify([versionId, from, text.reveal()]));
}
