import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type Fetch, sentInClear } from '../../../../functions/adapters/http/fetch.ts';
import { adminToken } from '../../../../functions/adapters/keycloak/sign-in.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';
import { accessSecretsOf } from '../../../support/access-secrets.ts';
import { signingKeyPair } from '../../../support/signing-key.ts';

const ISSUER = 'https://iam.example.com/auth/realms/acme';
const TOKEN_URL = `${ISSUER}/protocol/openid-connect/token`;
const NOW = new Date('2026-03-01T03:00:00Z');
const KEY = { clientId: 'rotator', kmsKeyId: 'alias/csr-signer' };
const SECRET = { clientId: 'rotator', secretId: 'csr-access/acme-prod/iam' };

const refusal = (error_description: string, date?: string) => () =>
  Response.json({ error: 'invalid_client', error_description }, { status: 400, headers: date ? { date } : {} });
const given = () => Response.json({ access_token: 'token', token_type: 'Bearer' });

/** Signs in as `auth`; the IAM answers one after the other. */
function signIn(
  auth: (typeof KEY | typeof SECRET) & { accessTokenUrl?: string },
  answers: (() => Response)[],
  { fresh = false, own }: { fresh?: boolean; own?: readonly string[] } = {},
) {
  const asked: { url: string; form: URLSearchParams; authorization: string | undefined }[] = [];
  const fetch: Fetch = async (url, init) => {
    const { body, headers } = sentInClear(init);
    asked.push({ url, form: new URLSearchParams(body), authorization: headers.authorization });
    return (answers[asked.length - 1] ?? given)();
  };
  const accessSecrets = accessSecretsOf([{ clientSecret: 'old' }, { clientSecret: 'new' }]);
  const { signer, asked: signed } = signingKeyPair();
  const ownSecrets = own && (async () => own.map((one) => new Secret(one)));
  const deps = { fetch, sleep: async () => {}, now: () => NOW, newId: () => 'id', accessSecrets, signer, ownSecrets };
  const iam = { type: 'keycloak', renewal: 'set', firstRun: 'adopt', adminUrl: 'https://x', auth } as const;
  const token = adminToken({ accessTokenUrl: TOKEN_URL, iam }, deps, fresh);
  return { token, asked, signed, reads: accessSecrets.reads };
}

const audienceIn = (form: URLSearchParams | undefined) => decodeJwt(form?.get('client_assertion') ?? '').aud;

describe('adminToken, by a secret', () => {
  it('reads the secret anew, once, where the one that is remembered is refused', async () => {
    const { token, reads, signed } = signIn(SECRET, [refusal('Invalid client or Invalid client credentials')]);
    expect([await token, reads, signed]).toEqual([new Secret('token'), [false, true], []]);
  });

  it('says what the IAM says, and nothing of keys or clocks', async () => {
    const words = 'Invalid client or Invalid client credentials';
    const { token } = signIn(SECRET, [
      refusal(words, NOW.toUTCString()),
      refusal(words, 'Sun, 01 Mar 2026 04:00:00 GMT'),
    ]);
    await expect(token).rejects.toMatchObject({
      code: 'iam-unauthorized',
      message: `The IAM refuses the rotator rotator: invalid_client: ${words}`,
      next: "Correct the rotator's own client secret.",
    });
  });
});

describe("adminToken, by the rotator's own secret while it is rotated", () => {
  const wrong = () => Response.json({ error: 'unauthorized_client' }, { status: 401 });
  const secretsIn = (asked: readonly { authorization: string | undefined }[]) =>
    asked.map(({ authorization = '' }) => Buffer.from(authorization.split(' ')[1] ?? '', 'base64').toString());

  it('tries what a run that died may have left in the IAM, once the access secret is refused', async () => {
    const { token, asked, reads } = signIn(SECRET, [wrong, wrong, wrong], { own: ['candidate', 'current'] });
    expect([await token, reads]).toEqual([new Secret('token'), [false, true]]);
    expect(secretsIn(asked)).toEqual(['rotator:old', 'rotator:new', 'rotator:candidate', 'rotator:current']);
  });

  it('tells the refusal of the access secret where none of them is accepted', async () => {
    const { token, asked } = signIn(SECRET, [wrong, wrong, wrong], { own: ['candidate'] });
    await expect(token).rejects.toMatchObject({ code: 'iam-unauthorized' });
    expect(asked).toHaveLength(3);
  });

  it('tries none of them where the access secret is accepted, or the client itself is refused', async () => {
    expect(await signIn(SECRET, [], { own: ['candidate'] }).token).toEqual(new Secret('token'));
    const { token, asked } = signIn(SECRET, [refusal('Realm not enabled'), refusal('Realm not enabled')], {
      own: ['x'],
    });
    await expect(token).rejects.toMatchObject({ code: 'iam-unauthorized' });
    expect(asked).toHaveLength(2);
  });
});

describe('adminToken, by a key', () => {
  it('signs one assertion for the issuer of the realm, and reads no secret', async () => {
    const { token, asked, signed, reads } = signIn(KEY, []);
    expect([await token, signed, reads]).toEqual([new Secret('token'), ['alias/csr-signer'], []]);
    expect(asked.map(({ url, form, authorization }) => [url, audienceIn(form), authorization])).toEqual([
      [TOKEN_URL, ISSUER, undefined],
    ]);
  });

  it.each([
    [
      'https://login.example.com/realms/master/protocol/openid-connect/token',
      'https://login.example.com/realms/master',
    ],
    ['https://login.example.com/oauth/token', 'https://login.example.com/oauth/token'],
  ])('takes the audience from the settings: %s', async (accessTokenUrl, audience) => {
    const { token, asked } = signIn({ ...KEY, accessTokenUrl }, []);
    await token;
    expect(asked.map(({ url, form }) => [url, audienceIn(form)])).toEqual([[accessTokenUrl, audience]]);
  });

  it('asks once where the IAM does not know the key, and says what to do', async () => {
    const { token, asked } = signIn(KEY, [refusal('Unable to load public key', NOW.toUTCString())]);
    await expect(token).rejects.toMatchObject({
      code: 'iam-unauthorized',
      message: 'The IAM refuses the rotator rotator: invalid_client: Unable to load public key',
      next: expect.stringContaining('csr iam jwk'),
    });
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['Sun, 01 Mar 2026 03:05:00 GMT', 'the IAM is 300 s ahead'],
    ['Sun, 01 Mar 2026 02:57:30 GMT', 'the IAM is 150 s behind'],
  ])('tells by the time of the answer, %s, how far the clocks differ, whatever the words are', async (date, told) => {
    const { token } = signIn(KEY, [refusal('some words of a release to come', date)]);
    await expect(token).rejects.toMatchObject({
      code: 'iam-clock-differs',
      message: expect.stringContaining(`the clocks differ; ${told}`),
    });
  });

  it('knows by the words alone that the clocks differ', async () => {
    const { token } = signIn(KEY, [refusal('Token is not active')]);
    await expect(token).rejects.toMatchObject({
      code: 'iam-clock-differs',
      message: expect.stringContaining('since the clocks differ: '),
    });
  });
});
