import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Credential } from '../../../functions/credential/settings/credential.ts';
import { rotateNaively } from '../naive.ts';

/** The naive script as a function. */
export const handler = async ({ credential }: { readonly credential: Credential }): Promise<void> => {
  await rotateNaively({ newClient: () => new SecretsManagerClient({}), fetch, credential });
};
