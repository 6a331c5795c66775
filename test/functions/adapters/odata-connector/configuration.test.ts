import { describe, expect, it } from '@jest/globals';
import { mergePatch, parseConfiguration } from '../../../../functions/adapters/odata-connector/configuration.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';

const TOKEN_URL = 'https://acme.example.com/auth/realms/acme/protocol/openid-connect/token';
const OURS = { clientIds: ['NC_Flow'], accessTokenUrl: TOKEN_URL };
// printf %s abc | openssl dgst -sha256 -binary | basenc --base64url
const FINGERPRINT = 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0';
const section = {
  flowType: 'ClientCredentials',
  accessTokenUrl: TOKEN_URL,
  clientId: 'NC_Flow',
  clientSecretFingerprint: FINGERPRINT,
  scopes: 'openid',
};
const DOCUMENT = {
  accessTokenUrl: TOKEN_URL,
  clientId: 'NC_Flow',
  clientSecret: new Secret('new'),
  scope: 'openid profile',
};

const READ = {
  etag: '"7"',
  sections: [{ path: 'runtime', clientId: 'NC_Flow', secretFingerprint: null }],
  sectionsSkipped: 0,
  proof: 'written',
} as const;

function configuration(authentication: object) {
  const body = { name: 'IFS', serviceUri: '', ifsVersion: '', breakWorkflowOnError: true, authentication };
  return { etag: '"7"', body };
}

const parse = (authentication: object) => parseConfiguration('IFS', configuration(authentication), OURS);

describe('parseConfiguration', () => {
  it('finds the sections of ours, with what can be read of their secrets', () => {
    const found = parse({
      designTime: section,
      runtime: { ...section, clientSecretFingerprint: null },
      studioTestBench: { ...section, flowType: 'PasswordCredentials' },
      machineUsers: { anna: section, 'bert/x': section },
    });
    expect(found).toEqual({
      etag: '"7"',
      sectionsSkipped: 0,
      proof: 'written',
      sections: [
        { path: 'designTime', clientId: 'NC_Flow', secretFingerprint: FINGERPRINT },
        { path: 'runtime', clientId: 'NC_Flow', secretFingerprint: null },
        { path: 'studioTestBench', clientId: 'NC_Flow', secretFingerprint: FINGERPRINT },
        { path: 'machineUsers/anna', clientId: 'NC_Flow', secretFingerprint: FINGERPRINT },
        { path: 'machineUsers/bert/x', clientId: 'NC_Flow', secretFingerprint: FINGERPRINT },
      ],
    });
  });

  it.each([
    ['another case of the Client ID', { clientId: 'nc_flow' }, 0],
    ['another client', { clientId: 'Other' }, 0],
    ['no client', { clientId: null }, 0],
    ['Basic', { flowType: 'Basic' }, 0],
    ['another realm', { accessTokenUrl: TOKEN_URL.replace('acme/', 'acmetest/') }, 1],
    ['no URL', { accessTokenUrl: null }, 1],
    ['something that is no URL', { accessTokenUrl: 'x' }, 1],
  ])('leaves a section with %s alone', (_what, fields, skipped) => {
    const found = parse({ designTime: section, runtime: { ...section, ...fields } });
    expect(found.sections.map(({ path }) => path)).toEqual(['designTime']);
    expect(found.sectionsSkipped).toBe(skipped);
  });

  it.each([
    'HTTPS://ACME.example.com:443/auth/realms/acme/protocol/openid-connect/token',
    'https://acme.example.com/auth/./realms/acme/protocol/openid-connect/token',
  ])('takes %s for the same URL', (accessTokenUrl) => {
    const found = parse({ designTime: section, runtime: { ...section, accessTokenUrl } });
    expect(found.sections).toHaveLength(2);
  });

  it('says when no section is ours, and how many are of another environment', () => {
    const other = { ...section, accessTokenUrl: 'https://test.example.com/token' };
    const message = expect.stringContaining('2 with this Client ID');
    expect(() => parse({ designTime: other, runtime: other })).toThrow(
      expect.objectContaining({ code: 'section-not-found', message }),
    );
  });

  it.each([
    ['without an ETag', { ...configuration({ designTime: section, runtime: section }), etag: null }],
    ['without a runtime', configuration({ designTime: section })],
    ['that is not JSON', { etag: '"7"', body: undefined }],
  ])('an answer %s breaks the contract', (_what, answer) => {
    expect(() => parseConfiguration('IFS', answer, OURS)).toThrow(
      expect.objectContaining({ code: 'connector-invalid' }),
    );
  });

  it.each([
    ['loaded', 'loaded'],
    ['written', 'written'],
    [undefined, 'written'],
    ['attested', 'written'],
    [7, 'written'],
  ])('takes what an answer says of its proof, and nothing else for more than written (%s)', (proof, expected) => {
    const { etag, body } = configuration({ designTime: section, runtime: section });
    expect(parseConfiguration('IFS', { etag, body: { ...body, proof } }, OURS).proof).toBe(expected);
  });
});

describe('mergePatch', () => {
  it('has only sections of ours, always with the same four members', () => {
    const sections = ['runtime', 'machineUsers/anna', 'machineUsers/bert/x'].map((path) => ({
      path,
      clientId: 'NC_Flow',
      secretFingerprint: null,
    }));
    const value = { clientId: 'NC_Flow', clientSecret: 'new', accessTokenUrl: TOKEN_URL, scopes: 'openid profile' };
    expect(JSON.parse(mergePatch({ ...READ, sections }, DOCUMENT).reveal())).toEqual({
      authentication: { runtime: value, machineUsers: { anna: value, 'bert/x': value } },
    });
  });

  it.each([`${TOKEN_URL} `, TOKEN_URL.replace('https://', 'https:/'), TOKEN_URL.replace('.com', '.com:443')])(
    'writes a URL as it means, not as it was written: %j',
    (accessTokenUrl) => {
      const patch = JSON.parse(mergePatch(READ, { ...DOCUMENT, accessTokenUrl }).reveal());
      expect(patch).toMatchObject({ authentication: { runtime: { accessTokenUrl: TOKEN_URL } } });
    },
  );
});

describe('an ETag', () => {
  const withEtag = (etag: string | undefined) => ({
    ...configuration({ designTime: section, runtime: section }),
    etag,
  });

  it.each(['"7"', '""', '"a-b.c!"'])('that is strong is taken as it is: %s', (etag) => {
    expect(parseConfiguration('IFS', withEtag(etag), OURS)).toMatchObject({ etag });
  });

  it.each([undefined, '*', 'W/"7"', 'w/"7"', '7', '"7', '"7", "8"', '"a"b"'])(
    'that no write can be made conditional on breaks the contract: %s',
    (etag) => {
      const failure = { code: 'connector-invalid', message: 'IFS: the answer has no strong ETag' };
      expect(() => parseConfiguration('IFS', withEtag(etag), OURS)).toThrow(expect.objectContaining(failure));
    },
  );
});
