import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { awsFailure } from './failure.ts';

/** How the caller signs in to AWS, and where. */
export interface SessionOptions {
  /** A profile of the AWS configuration files. @default - the environment's */
  readonly profile?: string | undefined;
  /** @default - the environment's, then the profile's */
  readonly region?: string | undefined;
}

/** Keys that sign a call. */
interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
}

/**
 * The caller's own access to AWS, by the ordinary chain: environment, profile, SSO, process, container, instance. Nothing is loaded before
 * it is asked for.
 */
export interface Session {
  /** @throws {CliError} when there are none */
  keys(): Promise<Keys>;
  /** @throws {CliError} when none is set */
  region(): Promise<string>;
  cloudFormation(): Promise<CloudFormationClient>;
  kms(): Promise<KMSClient>;
  secretsManager(): Promise<SecretsManagerClient>;
}

/** In milliseconds: an AWS that can't be reached is told of soon. */
const PATIENCE = { connectionTimeout: 5000, requestTimeout: 10_000 };

/** The SDK warns of keys in the environment beside a profile. A profile that was named counts. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Opens a session; nothing is called yet. */
export function openSession({ profile, region }: SessionOptions): Session {
  const options = {
    maxAttempts: 3,
    logger: SILENT,
    requestHandler: { ...PATIENCE, throwOnRequestTimeout: true },
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
  };
  const once = <T>(make: () => Promise<T>) => {
    let made: Promise<T> | undefined;
    return () => (made ??= make());
  };
  const secretsManager = once(async () => {
    const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
    return new SecretsManagerClient(options);
  });
  const cloudFormation = once(async () => {
    const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
    return new CloudFormationClient({ ...options, credentials: (await secretsManager()).config.credentials });
  });
  const kms = once(async () => {
    const { KMSClient } = await import('@aws-sdk/client-kms');
    return new KMSClient({ ...options, credentials: (await secretsManager()).config.credentials });
  });
  const configured = async <T>(read: (config: SecretsManagerClient['config']) => Promise<T>, to: string) => {
    try {
      return await read((await secretsManager()).config);
    } catch (error) {
      throw awsFailure(error, { to, profile: profile ?? process.env.AWS_PROFILE });
    }
  };
  return {
    // The SDK keeps them, and renews them before they expire.
    keys: () => configured((config) => config.credentials(), 'give credentials'),
    region: once(() => configured((config) => config.region(), 'name a region')),
    cloudFormation,
    kms,
    secretsManager,
  };
}
