import { describe, expect, it } from '@jest/globals';
import { HttpError, type HttpFault } from '../../../../functions/adapters/http/connection/http-error.ts';
import { equippedFetch } from '../../../../functions/adapters/http/equipped.ts';
import type { Fetch, FetchInit } from '../../../../functions/adapters/http/fetch.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import { accessSecretsOf } from '../../../support/access-secrets.ts';

const URL_OF_IAM = 'https://iam.example.com/token';
const SECRET = 'csr-access/acme-prod/tls';
const TLS = new Map([['iam.example.com', SECRET]]);
const GET = { method: 'GET' } as const;
const CERTIFICATE = { ca: 'ca', certificate: 'one', privateKey: new Secret('key') };

/** Fails as told, one call after the other, then answers. */
function scripted(...faults: HttpFault[]) {
  const sent: FetchInit[] = [];
  const fetch: Fetch = async (_url, init) => {
    sent.push(init);
    const fault = faults.shift();
    if (fault) throw new HttpError(fault, 'failed');
    return new Response('fine');
  };
  return { fetch, sent };
}

describe('a call of a host with an access secret for TLS', () => {
  it('is made with what the secret holds', async () => {
    const { fetch, sent } = scripted();
    const accessSecrets = accessSecretsOf([CERTIFICATE]);
    await equippedFetch(fetch, { accessSecrets, tls: TLS })(URL_OF_IAM, GET);
    expect(sent).toEqual([{ ...GET, tls: { secretId: SECRET, ...CERTIFICATE } }]);
    expect(accessSecrets.reads).toEqual([false]);
  });

  it.each([
    'server-untrusted',
    'server-expired',
    'server-mismatch',
    'client-refused',
    'client-invalid',
    'secret-invalid',
    'tls',
  ] as const)('is repeated once after %s with what the secret holds by now', async (fault) => {
    const { fetch, sent } = scripted(fault);
    const renewed = { ...CERTIFICATE, certificate: 'two' };
    const accessSecrets = accessSecretsOf([CERTIFICATE, renewed]);
    const response = await equippedFetch(fetch, { accessSecrets, tls: TLS })(URL_OF_IAM, { method: 'PUT', body: '{}' });
    expect(response.status).toBe(200);
    expect(sent.map(({ tls }) => tls?.certificate)).toEqual(['one', 'two']);
    expect(accessSecrets.reads).toEqual([false, true]);
  });

  it('is not repeated where the secret holds what it held', async () => {
    const { fetch, sent } = scripted('client-refused');
    const call = equippedFetch(fetch, { accessSecrets: accessSecretsOf([CERTIFICATE]), tls: TLS })(URL_OF_IAM, GET);
    await expect(call).rejects.toMatchObject({ kind: 'client-refused' });
    expect(sent).toHaveLength(1);
  });

  it('is not repeated a second time', async () => {
    const { fetch, sent } = scripted('client-refused', 'client-refused');
    const accessSecrets = accessSecretsOf([CERTIFICATE, { ...CERTIFICATE, certificate: 'two' }]);
    const call = equippedFetch(fetch, { accessSecrets, tls: TLS })(URL_OF_IAM, GET);
    await expect(call).rejects.toMatchObject({ kind: 'client-refused' });
    expect(sent).toHaveLength(2);
  });

  it('is not repeated where it may have been carried out, but the next one finds a renewed certificate', async () => {
    const { fetch, sent } = scripted('connection');
    const accessSecrets = accessSecretsOf([CERTIFICATE, { ...CERTIFICATE, certificate: 'two' }]);
    const equipped = equippedFetch(fetch, { accessSecrets, tls: TLS });
    await expect(equipped(URL_OF_IAM, GET)).rejects.toMatchObject({ kind: 'connection' });
    await equipped(URL_OF_IAM, GET);
    expect(sent.map(({ tls }) => tls?.certificate)).toEqual(['one', 'two']);
  });

  it('asks nobody after a timeout', async () => {
    const { fetch } = scripted('timeout');
    const accessSecrets = accessSecretsOf([CERTIFICATE]);
    const call = equippedFetch(fetch, { accessSecrets, tls: TLS })(URL_OF_IAM, GET);
    await expect(call).rejects.toMatchObject({ kind: 'timeout' });
    expect(accessSecrets.reads).toEqual([false]);
  });
});

describe('a call of another host', () => {
  it.each(['https://connector.example.com/', 'https://iam.example.com:8443/'])('is made as ever: %s', async (url) => {
    const { fetch, sent } = scripted();
    const accessSecrets = accessSecretsOf([CERTIFICATE]);
    await equippedFetch(fetch, { accessSecrets, tls: TLS })(url, GET);
    expect(sent).toEqual([GET]);
    expect(accessSecrets.reads).toEqual([]);
  });
});

describe('a call through a proxy that has users', () => {
  const [flow, other] = [
    { username: 'flow', password: 'open-sesame' },
    { username: 'flow', password: 'changed' },
  ];

  it('is made with the user, and again after a refusal where the password was changed', async () => {
    const { fetch, sent } = scripted('proxy-unauthorized');
    const accessSecrets = accessSecretsOf([flow, other]);
    await equippedFetch(fetch, { accessSecrets, tls: new Map(), proxy: 'csr-access/proxy' })(URL_OF_IAM, GET);
    const basic = (text: string) => new Secret(`Basic ${btoa(text)}`);
    expect(sent.map(({ proxyAuthorization }) => proxyAuthorization)).toEqual([
      basic('flow:open-sesame'),
      basic('flow:changed'),
    ]);
  });

  it('is refused where the password is the same', async () => {
    const { fetch, sent } = scripted('proxy-unauthorized');
    const secrets = { accessSecrets: accessSecretsOf([flow]), tls: new Map(), proxy: 'csr-access/proxy' };
    await expect(equippedFetch(fetch, secrets)(URL_OF_IAM, GET)).rejects.toMatchObject({ kind: 'proxy-unauthorized' });
    expect(sent).toHaveLength(1);
  });
});
