import { Secret } from '../../functions/credential/secret/secret.ts';
import { awsFailure } from './failure.ts';
import type { Session } from './session.ts';

const GONE = 'Restore the secret first: aws secretsmanager restore-secret.';

/** A value of a secret. */
export interface SecretValue {
  readonly text: Secret;
  readonly versionId: string;
}

/**
 * Reads what is current in a secret, by the caller's own right.
 *
 * @throws {CliError}
 */
export async function readSecretValue(
  name: string,
  session: Pick<Session, 'secretsManager' | 'keys'>,
  credential?: string,
): Promise<SecretValue> {
  await session.keys();
  const client = await session.secretsManager();
  const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  const next = {
    ResourceNotFoundException:
      'Compare the id with csr list. Before the first run of a credential there is no value yet.',
    InvalidRequestException: GONE,
  };
  try {
    const { SecretString = '', VersionId = '' } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    return { text: new Secret(SecretString), versionId: VersionId };
  } catch (error) {
    throw awsFailure(error, { to: `read the secret ${name}`, credential, next });
  }
}

/** Where a value goes. */
export interface SecretWrite {
  readonly name: string;
  /** The text that is stored. */
  readonly value: Secret;
  readonly credential?: string;
  /** What to do when there is no such secret. @default - it is created */
  readonly absent?: string;
}

/**
 * Puts a value into a secret.
 *
 * @returns whether the secret was there before
 * @throws {CliError}
 */
export async function writeSecretValue(
  { name, value, credential, absent }: SecretWrite,
  session: Session,
): Promise<'created' | 'replaced'> {
  await session.keys();
  const client = await session.secretsManager();
  const { CreateSecretCommand, PutSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  const SecretString = value.reveal();
  const call = { to: `write the secret ${name}`, credential, writes: true };
  const next = { InvalidRequestException: GONE, ...(absent !== undefined && { ResourceNotFoundException: absent }) };
  try {
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
    return 'replaced';
  } catch (error) {
    const isAbsent = (error as Error).name === 'ResourceNotFoundException';
    if (!isAbsent || absent !== undefined) throw awsFailure(error, { ...call, next });
  }
  try {
    await client.send(new CreateSecretCommand({ Name: name, SecretString }));
    return 'created';
  } catch (error) {
    throw awsFailure(error, { ...call, next });
  }
}
