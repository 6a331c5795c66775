import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

const client = new SecretsManagerClient({});

/** The least that a rotation function can be. */
export const handler = async (): Promise<string> => await client.config.region();
