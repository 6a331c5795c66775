import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Patience } from '../../../adapters/aws/throttled.ts';
import { accessSecrets } from '../../../adapters/secrets-manager/access-secrets.ts';
import { assumedRole } from '../../../adapters/sts/assumed-role.ts';
import type { Account } from '../../../credential/settings/placement.ts';
import type { AccessSecrets } from '../../../ports/access-secrets.ts';
import { clientOptions, requestHandlerOf } from '../../surroundings/aws.ts';
import type { Environment } from '../../surroundings/environment.ts';
import type { Surroundings } from './deployed.ts';

/** The secrets of one account. */
export interface SecretsIn {
  readonly secretsManager: SecretsManagerClient;
  /** Access secrets, which a warm function remembers, whatever client they are read with. */
  readonly accessSecrets: (client: SecretsManagerClient, patience: Patience) => AccessSecrets;
}

/** The secrets in the account of a credential, by its id. */
export type OtherAccounts = (account: Account, credential: string) => SecretsIn;

type Deployed = Pick<Environment, 'timing' | 'ROTATE_FUNCTION_ARN' | 'AWS_ENDPOINT_URL_STS' | 'AWS_ENDPOINT_URL'>;

/**
 * Secrets Manager in the accounts of customers. A warm function keeps a client for each credential: the client keeps the keys of its
 * role until some minutes before they end, and what was read in one account is remembered for no other.
 *
 * @param own signs the calls that assume the roles, and tells the region where an account names none
 */
export function otherAccounts(
  { environment, aws }: { readonly environment: Deployed; readonly aws: Surroundings['aws'] },
  own: SecretsManagerClient,
): OtherAccounts {
  const { timing, ROTATE_FUNCTION_ARN, AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL } = environment;
  const [, , , region = ''] = ROTATE_FUNCTION_ARN.split(':');
  const requestHandler = requestHandlerOf(timing);
  const known = new Map<string, SecretsIn>();
  const open = (account: Account, credential: string): SecretsIn => {
    const credentials = assumedRole(account, credential, {
      region,
      endpoint: AWS_ENDPOINT_URL_STS ?? AWS_ENDPOINT_URL,
      credentials: own.config.credentials,
      timeoutMs: timing.httpTimeoutMs,
    });
    const there = { region: account.region ?? region, credentials, requestHandler };
    const remembered = new Map<string, unknown>();
    return {
      secretsManager: new SecretsManagerClient({ ...clientOptions(aws, 'secretsManager'), ...there }),
      accessSecrets: (client, patience) => accessSecrets(client, { ...patience, remembered }),
    };
  };
  return (account, credential) => {
    const { roleArn, externalId, region: at } = account;
    const key = [credential, roleArn, externalId, at].join(' ');
    const found = known.get(key) ?? open(account, credential);
    known.set(key, found);
    return found;
  };
}
