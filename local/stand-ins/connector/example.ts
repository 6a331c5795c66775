import { randomBytes } from 'node:crypto';
import type { AccessSettings } from './access.ts';
import type { Configuration } from './configuration.ts';

/** Who may call the example connector. It listens on loopback, and its secrets open nothing. */
export const EXAMPLE_ACCESS = { type: 'bearer', token: 'local-connector-token' } as const satisfies AccessSettings;

/** A configuration to try things out with: every kind of section, each with a random secret. */
export function exampleConfiguration(): Configuration {
  const ours = {
    flowType: 'ClientCredentials' as const,
    accessTokenUrl: 'https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token',
    clientId: 'NC_Flow_ClientCredentials',
    clientSecret: randomBytes(32).toString('base64url'),
    scopes: 'openid microprofile-jwt',
  };
  const another = { ...ours, clientId: 'NC_Flow_TestBench', clientSecret: randomBytes(32).toString('base64url') };
  return {
    name: 'IFS Production',
    serviceUri: 'https://acme.example.com',
    ifsVersion: 'IFS Cloud',
    breakWorkflowOnError: true,
    authentication: { designTime: ours, runtime: ours, studioTestBench: another, machineUsers: { anna: ours } },
  };
}
