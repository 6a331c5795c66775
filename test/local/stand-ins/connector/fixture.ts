import type { Configuration, Section } from '../../../../local/stand-ins/connector/configuration.ts';
import { ConnectorEngine } from '../../../../local/stand-ins/connector/engine.ts';

/** `printf %s secret-of-january | openssl dgst -sha256 -binary | basenc --base64url | tr -d =` */
export const JANUARY = { secret: 'secret-of-january', fingerprint: 'zUzpxFY7sc5kHhXcVK4TLYOdy-0yMfWFm_8bYQZ5TeI' };
/** Made like {@link JANUARY}; not ASCII, so that the encoding counts. */
export const UMLAUT = { secret: 'hemlighet-åäö', fingerprint: '-kx_CJAnCO1OzRDJYYYV7PhVcU1JVm9SPjTDplsgJrk' };

export const TOKEN_URL = 'https://acme.example.com/auth/realms/acmeprod/protocol/openid-connect/token';

export function section(overrides: Partial<Section> = {}): Section {
  return {
    flowType: 'ClientCredentials',
    accessTokenUrl: TOKEN_URL,
    clientId: 'NC_Flow_ClientCredentials',
    clientSecret: JANUARY.secret,
    scopes: 'openid microprofile-jwt',
    ...overrides,
  };
}

export function configuration(authentication: Partial<Configuration['authentication']> = {}): Configuration {
  return {
    name: 'IFS Production',
    serviceUri: 'https://acme.example.com',
    ifsVersion: 'IFS Cloud',
    breakWorkflowOnError: true,
    authentication: { designTime: section(), runtime: section(), ...authentication },
  };
}

export function engineWith(authentication: Partial<Configuration['authentication']> = {}): ConnectorEngine {
  const engine = new ConnectorEngine({ now: () => Date.UTC(2026, 0, 5), instance: 'test' });
  engine.configure('ifs-production', configuration(authentication));
  return engine;
}
