import { describe, expect, it } from '@jest/globals';
import { credentialSchema } from '../../../../functions/credential/settings/credential.ts';
import { faultLines } from '../../../../functions/credential/settings/fault-lines.ts';
import { tlsSecrets } from '../../../../functions/credential/settings/tls.ts';
import { settingsWith } from '../../../support/settings.ts';

const schema = credentialSchema({ prefix: 'csr', local: false });
const own = (name: string) => ({ secretId: `csr-access/acme-prod/${name}` });

function faults(change: Record<string, unknown>): string[] {
  const result = schema.safeParse(settingsWith(change));
  return result.success ? [] : faultLines(result.error);
}

const secretsOf = (change: Record<string, unknown>) =>
  Object.fromEntries(tlsSecrets(schema.parse(settingsWith(change))));

const BY_TOKEN = {
  type: 'client-credentials',
  accessTokenUrl: 'https://sts.example.com:8443/token',
  clientId: 'flow',
  secretId: 'csr-access/acme-prod/connector',
};

describe('tls of a credential', () => {
  it('is none where the settings name none', () => {
    expect(secretsOf({})).toEqual({});
  });

  it("of the IAM holds for all of the IAM's hosts, and for the service", () => {
    const change = {
      'iam.tls': own('iam-tls'),
      'iam.auth.accessTokenUrl': 'https://sts.acme.example.com/token',
      serviceUri: 'https://ifs.acme.example.com:48080',
    };
    expect(secretsOf(change)).toEqual({
      'acme.example.com': own('iam-tls').secretId,
      'sts.acme.example.com': own('iam-tls').secretId,
      'ifs.acme.example.com:48080': own('iam-tls').secretId,
    });
  });

  it('of an IAM that a person changes holds for its token endpoint', () => {
    expect(secretsOf({ iam: { type: 'manual', tls: own('iam-tls') } })).toEqual({
      'acme.example.com': own('iam-tls').secretId,
    });
  });

  it('of a connector holds for its host and port, and that of its token endpoint for that one', () => {
    expect(secretsOf({ 'connectors.0.tls': own('connector-tls') })).toEqual({
      'flow.acme.example.com': own('connector-tls').secretId,
    });
    expect(secretsOf({ 'connectors.0.auth': { ...BY_TOKEN, tls: own('sts-tls') } })).toEqual({
      'sts.example.com:8443': own('sts-tls').secretId,
    });
  });

  it.each([
    [
      { 'iam.tls': { secretId: 'csr-access/globex-prod/tls' } },
      'iam.tls.secretId: must begin with csr-access/acme-prod/',
    ],
    [
      { 'connectors.0.tls': { secretId: 'csr-access/globex-prod/tls' } },
      'connectors[0].tls.secretId: must begin with csr-access/acme-prod/',
    ],
    [
      { 'connectors.0.auth': { ...BY_TOKEN, tls: { secretId: 'csr/acme-prod' } } },
      'connectors[0].auth.tls.secretId: must begin with csr-access/acme-prod/',
    ],
    [{ 'iam.tls': { ...own('x'), rejectUnauthorized: false } }, 'iam.tls.rejectUnauthorized: unknown key'],
    [{ 'iam.tls': { ca: '-----BEGIN CERTIFICATE-----' } }, 'iam.tls.secretId: '],
    [
      {
        'iam.tls': own('iam-tls'),
        'connectors.0.tls': own('other-tls'),
        'connectors.0.url': 'https://acme.example.com/configurations/ifs-production',
      },
      `connectors[0].tls.secretId: is not ${own('iam-tls').secretId}, which has the TLS of the same host`,
    ],
  ])('is refused where it can not be (%#)', (change, line) => {
    expect(faults(change)).toEqual(expect.arrayContaining([expect.stringContaining(line)]));
  });

  it('may lie among what several credentials use on purpose', () => {
    expect(faults({ 'iam.tls': { secretId: 'csr-access/shared/authorities' } })).toEqual([]);
  });
});
