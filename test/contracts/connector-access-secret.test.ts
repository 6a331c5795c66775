import { describe } from '@jest/globals';
import { bench } from '../local/stand-ins/secrets-manager/bench.ts';
import { accessSecretConnectorContract } from './connector-access-secret.ts';

describe('an access secret in the embedded Secrets Manager', () => {
  const { client } = bench();
  accessSecretConnectorContract(() => client);
});
