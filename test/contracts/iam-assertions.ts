import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { keyedClient, signingKeyPair } from '../support/signing-key.ts';
import { type Answer, type IamProbe, refusalOf } from './iam-probe.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const FAILED = 'Client authentication with signed JWT failed: ';
const NO_KEY = 'Unable to load public key';
const OTHER_KEY = `${FAILED}Signature on JWT token failed validation`;

/** An assertion that differs from a usual one. */
interface Case {
  readonly title: string;
  readonly change: (now: number, issuer: string) => Readonly<Record<string, unknown>>;
  /** How 26.7 refuses it. @default - it is taken */
  readonly words?: string;
  /** How older releases refuse it. @default - they take it */
  readonly older?: string;
}

const CLAIMS: readonly Case[] = [
  {
    title: 'its token endpoint as the audience',
    change: (_, issuer) => ({ aud: `${issuer}/protocol/openid-connect/token` }),
  },
  {
    title: 'two audiences',
    change: (_, issuer) => ({ aud: [issuer, `${issuer}/x`] }),
    words: 'Multiple audiences not allowed',
  },
  {
    title: 'a beginning a minute ago',
    change: (now) => ({ iat: now - 70 }),
    words: 'Token was issued too far in the past to be used now',
  },
  { title: 'a beginning within a moment', change: (now) => ({ iat: now + 10 }) },
  {
    title: 'a beginning in minutes',
    change: (now) => ({ iat: now + 240, exp: now + 300 }),
    words: 'Token was issued in the future',
  },
  {
    title: 'an end that is over',
    change: (now) => ({ exp: now - 5 }),
    words: 'Token is not active',
    older: `${FAILED}Token is not active`,
  },
  { title: 'an end tomorrow, beside a beginning', change: (now) => ({ exp: now + 86_400 }) },
  {
    title: 'no id',
    change: () => ({ jti: undefined }),
    words: 'Token jti claim is required',
    older: `${FAILED}Missing ID on the token`,
  },
];

/** How a client signs in with a key: `private_key_jwt`. */
export function assertionCases(probe: () => IamProbe): void {
  const expected = (iam: IamProbe, words: string | undefined, older: string | undefined) => {
    const told = iam.fixture.release === '26.7' ? words : older;
    return told === undefined ? 200 : [400, 'invalid_client', told];
  };
  const resultOf = (answer: Answer) => (answer.status === 200 ? 200 : refusalOf(answer));

  describe('a client that signs', () => {
    it('gets a token for one assertion for the issuer of its realm, without a secret', async () => {
      const { ask } = await keyed(probe());
      expect((await ask()).status).toBe(200);
    });

    it.each(CLAIMS)('is judged by the claims: $title', async ({ change, words, older }) => {
      const iam = probe();
      const { ask, issuer } = await keyed(iam);
      const answer = await ask({ claims: change(iam.nowSeconds(), issuer) });
      expect(resultOf(answer)).toEqual(expected(iam, words, older));
    });

    it('is refused with another audience: another host, or a slash more', async () => {
      const iam = probe();
      const { ask, issuer } = await keyed(iam);
      for (const aud of ['https://other.example.com', `${issuer}/`]) {
        const [status, error, words] = refusalOf(await ask({ claims: { aud } }));
        expect([status, error]).toEqual([400, 'invalid_client']);
        expect(words).toMatch(
          iam.fixture.release === '26.7' ? /^Invalid token audience$/ : /failed: Token audience doesn't match domain\./,
        );
      }
    });

    it('is refused with an assertion that was taken before', async () => {
      const iam = probe();
      const { ask } = await keyed(iam);
      expect((await ask({ claims: { jti: 'once' } })).status).toBe(200);
      const again = resultOf(await ask({ claims: { jti: 'once' } }));
      expect(again).toEqual(expected(iam, 'Token reuse detected', `${FAILED}Token reuse detected`));
    });

    it('is refused where the IAM holds no key, another key, or the key in another place than the first', async () => {
      const iam = probe();
      const { ask, key, client } = await keyed(iam);
      const other = signingKeyPair();
      const withKeys = async (...keys: object[]) => {
        await client.put(keyedClient(...keys));
        return resultOf(await ask());
      };
      const outcomes = [await withKeys(), await withKeys(other.jwk), await withKeys(other.jwk, key.jwk)];
      expect(outcomes).toEqual([NO_KEY, OTHER_KEY, OTHER_KEY].map((words) => [400, 'invalid_client', words]));
      expect(await withKeys(key.jwk, other.jwk)).toBe(200);
    });

    it('names a key that the IAM does not know in vain', async () => {
      const { ask } = await keyed(probe());
      expect(resultOf(await ask({ kid: 'nobody' }))).toEqual([400, 'invalid_client', NO_KEY]);
    });

    it('is refused as if it were unknown while it is disabled, and where the client has a secret', async () => {
      const iam = probe();
      const { ask, client } = await keyed(iam);
      await client.put({ clientAuthenticatorType: 'client-secret', serviceAccountsEnabled: true });
      expect(refusalOf(await ask()).slice(0, 2)).toEqual([401, 'unauthorized_client']);
      await client.put({ enabled: false, serviceAccountsEnabled: true });
      expect(refusalOf(await ask()).slice(0, 2)).toEqual([401, 'invalid_client']);
    });

    it('has to send an assertion', async () => {
      const iam = probe();
      const { client } = await keyed(iam);
      const form = { grant_type: 'client_credentials', client_id: client.clientId, client_assertion_type: JWT_BEARER };
      expect(refusalOf(await iam.token(form))).toEqual([400, 'invalid_client', 'client_assertion parameter missing']);
    });
  });
}

/** What of an assertion differs. */
interface Differing {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly kid?: string;
}

let made = 0;

async function keyed(iam: IamProbe) {
  const client = await iam.client();
  const key = signingKeyPair();
  expect((await client.put(keyedClient(key.jwk))).status).toBe(204);
  const issuer = iam.fixture.tokenUrl.replace('/protocol/openid-connect/token', '');
  const ask = async ({ claims = {}, kid }: Differing = {}) => {
    const now = iam.nowSeconds();
    const { clientId } = client;
    const usual = { iss: clientId, sub: clientId, aud: issuer, jti: `${clientId}-${++made}`, iat: now, exp: now + 60 };
    const assertion = await new SignJWT(JSON.parse(JSON.stringify({ ...usual, ...claims })))
      .setProtectedHeader({ alg: 'ES256', ...(kid !== undefined && { kid }) })
      .sign(key.privateKey);
    const proof = { client_assertion_type: JWT_BEARER, client_assertion: assertion };
    return await iam.token({ grant_type: 'client_credentials', client_id: clientId, ...proof });
  };
  return { client, key, issuer, ask };
}
