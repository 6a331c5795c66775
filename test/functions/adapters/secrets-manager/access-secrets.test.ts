import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from '@jest/globals';
import { accessSecrets } from '../../../../functions/adapters/secrets-manager/access-secrets.ts';
import { inClear } from '../../../../functions/credential/secret/secret.ts';
import { serviceError, stubClient } from '../../../support/sdk.ts';

function secrets(...values: (string | undefined | Error)[]) {
  let reads = 0;
  const { client, sent } = stubClient<SecretsManagerClient>(() => {
    const value = values[Math.min(reads++, values.length - 1)];
    if (value instanceof Error) throw value;
    return { SecretString: value };
  });
  return { port: accessSecrets(client), sent };
}

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
const KEY = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n';

describe('an access secret', () => {
  it.each([
    ['clientSecret', { clientSecret: 's' }],
    ['token', { token: 't' }],
    ['basic', { username: 'u', password: 'p' }],
    ['tls', { ca: CERTIFICATE }],
    ['tls', { certificate: CERTIFICATE, privateKey: KEY, passphrase: 'open-sesame' }],
    ['tls', { ca: CERTIFICATE, certificate: CERTIFICATE, privateKey: KEY }],
  ] as const)('of the form %s is a JSON document', async (form, document) => {
    const { port, sent } = secrets(JSON.stringify(document));
    expect(inClear(await port.read('csr-access/x', form))).toEqual(document);
    expect(sent).toEqual([['GetSecretValueCommand', { SecretId: 'csr-access/x' }]]);
  });

  it('may hold what signs in beside what TLS is made with', async () => {
    const { port } = secrets(JSON.stringify({ token: 't', ca: CERTIFICATE }));
    expect(inClear(await port.read('csr-access/x', 'token'))).toEqual({ token: 't' });
    expect(await port.read('csr-access/x', 'tls')).toEqual({ ca: CERTIFICATE });
  });

  it('is read once while the function is warm, and again when a fresh one is asked for', async () => {
    const { port, sent } = secrets('{"token":"one"}', '{"token":"two"}');
    expect(inClear(await port.read('csr-access/x', 'token'))).toEqual({ token: 'one' });
    expect(inClear(await port.read('csr-access/x', 'token'))).toEqual({ token: 'one' });
    expect(inClear(await port.read('csr-access/x', 'token', { fresh: true }))).toEqual({ token: 'two' });
    expect(inClear(await port.read('csr-access/x', 'token'))).toEqual({ token: 'two' });
    expect(sent).toHaveLength(2);
  });

  it('is read once for all who ask at the same time', async () => {
    const { port, sent } = secrets('{"token":"one"}', '{"token":"two"}');
    const read = await Promise.all(Array.from({ length: 5 }, () => port.read('csr-access/x', 'token')));
    expect(new Set(read.map(({ token }) => token.reveal()))).toEqual(new Set(['one']));
    expect(sent).toHaveLength(1);
  });

  it('that could not be read is asked for again by whoever reads next', async () => {
    const { port, sent } = secrets(serviceError('InternalServiceError'), '{"token":"one"}');
    const both = await Promise.allSettled([port.read('csr-access/x', 'token'), port.read('csr-access/x', 'token')]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(inClear(await port.read('csr-access/x', 'token'))).toEqual({ token: 'one' });
    expect(sent).toHaveLength(2);
  });

  it('that is asked for afresh is not the one that was asked for before', async () => {
    const { port, sent } = secrets('{"token":"one"}', '{"token":"two"}');
    const [old, fresh] = await Promise.all([
      port.read('csr-access/x', 'token'),
      port.read('csr-access/x', 'token', { fresh: true }),
    ]);
    expect([old.token.reveal(), fresh.token.reveal()]).toEqual(['one', 'two']);
    expect(sent).toHaveLength(2);
  });

  it('of one name is not that of another', async () => {
    const { port, sent } = secrets('{"token":"one"}');
    await port.read('csr-access/x', 'token');
    await port.read('csr-access/y', 'token');
    expect(sent).toHaveLength(2);
  });

  it.each([
    ['not JSON', 'token=not-to-be-told'],
    ['another form', '{"clientSecret":"not-to-be-told"}'],
    ['empty', '{"token":""}'],
    ['a number', '{"token":42}'],
    ['without a value', undefined],
  ])('that is %s is named, and nothing of it told; it is read anew the next time', async (_what, value) => {
    const { port } = secrets(value, '{"token":"mended"}');
    const error = await port.read('csr-access/x', 'token').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'access-secret-invalid', message: expect.stringContaining('csr-access/x') });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/not-to-be-told|42/);
    expect(inClear(await port.read('csr-access/x', 'token'))).toEqual({ token: 'mended' });
  });

  it.each([
    ['token', { token: 'not-to-be-told\n' }],
    ['token', { token: 'not to-be-told' }],
    ['token', { token: 'not-tö-be-told' }],
    ['token', { token: '\u0000not-to-be-told' }],
    ['clientSecret', { clientSecret: 'not-to-be-told\r\n' }],
    ['clientSecret', { clientSecret: 'not-to-be-told\ud800' }],
    ['basic', { username: 'a:b', password: 'not-to-be-told' }],
    ['basic', { username: 'a', password: 'not-to-be-told\n' }],
    ['basic', { username: 'a\tb', password: 'not-to-be-told' }],
    ['tls', { ca: 'not-to-be-told' }],
    ['tls', { certificate: CERTIFICATE, passphrase: 'not-to-be-told' }],
    ['tls', { ca: CERTIFICATE, privateKey: `${KEY}not-to-be-told` }],
    ['tls', { passphrase: 'not-to-be-told' }],
    ['tls', { Ca: CERTIFICATE, certificate: CERTIFICATE, privateKey: KEY }],
    ['tls', { ca: CERTIFICATE, 'not-to-be-told': 1 }],
  ] as const)('that can not be used is refused before anything is sent: %s %j', async (form, document) => {
    const { port } = secrets(JSON.stringify(document));
    const error = await port.read('csr-access/x', form).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'access-secret-invalid', message: expect.stringContaining('csr-access/x') });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/be-told/);
  });

  it.each([
    ['token', { token: '1|a.b-c_d~e+f/g==' }],
    ['clientSecret', { clientSecret: 'pässword with+all%25 kinds:😀' }],
    ['basic', { username: 'jürgen', password: 'p:ä 😀' }],
  ] as const)('that can be encoded is taken: %s %j', async (form, document) => {
    expect(inClear(await secrets(JSON.stringify(document)).port.read('csr-access/x', form))).toEqual(document);
  });

  it.each([
    ['ResourceNotFoundException', 'access-secret-invalid'],
    ['AccessDeniedException', 'store-forbidden'],
    ['DecryptionFailure', 'key-unusable'],
    ['InternalServiceError', 'store-unavailable'],
  ])('%s: %s', async (name, code) => {
    const { port } = secrets(serviceError(name));
    const error = await port.read('csr-access/x', 'token').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining('csr-access/x') });
    expect(String(error)).not.toContain('not-to-be-told');
  });
});
