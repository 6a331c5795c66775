import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { HttpError } from '../../../../functions/adapters/http/connection/http-error.ts';
import { IAM_FAILURES } from '../../../../functions/adapters/http/failures.ts';
import { type Fetch, sentInClear } from '../../../../functions/adapters/http/fetch.ts';
import { privateKeyJwt } from '../../../../functions/adapters/oauth/private-key-jwt.ts';
import { exchange } from '../../../../functions/adapters/oauth/token-request.ts';
import { RotationError } from '../../../../functions/credential/errors.ts';
import { Secret } from '../../../../functions/credential/secret/secret.ts';

const ISSUER = 'https://iam.example.com/auth/realms/acme';
const TOKEN_URL = `${ISSUER}/protocol/openid-connect/token`;
const NOW = new Date('2026-03-01T03:00:00.900Z');
/** 2026-03-01T03:00:00Z */
const NOW_S = 1_772_334_000;
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function rotator(answers: (Response | Error)[], signFails?: Error) {
  const sent: URLSearchParams[] = [];
  const headers: Record<string, string>[] = [];
  const fetch: Fetch = async (_url, init) => {
    const request = sentInClear(init);
    sent.push(new URLSearchParams(request.body));
    headers.push(request.headers);
    const answer = answers[sent.length - 1] ?? Response.json({ access_token: 't', token_type: 'Bearer' });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  let ids = 0;
  const authentication = privateKeyJwt(ISSUER, {
    sign: async (message) => {
      if (signFails) throw signFails;
      return sign('sha256', Buffer.from(message), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    },
    now: () => NOW,
    newId: () => `id-${++ids}`,
  });
  const ask = () =>
    exchange(
      { accessTokenUrl: TOKEN_URL, clientId: 'flow-secret-rotator', authentication },
      { fetch, sleep: async () => {}, codes: IAM_FAILURES, what: 'Token request' },
    );
  return { ask, sent, headers };
}

describe('privateKeyJwt', () => {
  it('sends an assertion that verifies with the public key: one audience, a minute at most, no key named', async () => {
    const { ask, sent, headers } = rotator([]);
    expect(await ask()).toMatchObject({ accessToken: new Secret('t') });
    const [form] = sent;
    expect(Object.fromEntries(form ?? [])).toEqual({
      grant_type: 'client_credentials',
      client_id: 'flow-secret-rotator',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{86}$/),
    });
    expect(headers[0]).not.toHaveProperty('authorization');
    const assertion = form?.get('client_assertion') ?? '';
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'ES256', typ: 'JWT' });
    const { payload } = await jwtVerify(assertion, publicKey, { currentDate: NOW });
    expect(payload).toEqual({
      iss: 'flow-secret-rotator',
      sub: 'flow-secret-rotator',
      aud: ISSUER,
      jti: 'id-1',
      iat: NOW_S - 20,
      exp: NOW_S + 40,
    });
  });

  it('makes a new assertion for each attempt, a repeated one too', async () => {
    const away = new HttpError('connection', 'iam.example.com cannot be reached');
    const { ask, sent } = rotator([new Response('starting', { status: 503 }), away]);
    expect(await ask()).toMatchObject({ accessToken: new Secret('t') });
    await ask();
    const assertions = sent.map((form) => form.get('client_assertion') ?? '');
    expect(new Set(assertions).size).toBe(4);
    const ids = await Promise.all(
      assertions.map(async (one) => (await jwtVerify(one, publicKey, { currentDate: NOW })).payload.jti),
    );
    expect(ids).toEqual(['id-1', 'id-2', 'id-3', 'id-4']);
  });

  it('asks nobody where nothing can be signed, and tells why once', async () => {
    const fault = new RotationError('signer-unusable', 'AWS KMS, alias/csr-signer: the key is disabled');
    const { ask, sent } = rotator([], fault);
    await expect(ask()).rejects.toBe(fault);
    expect(sent).toEqual([]);
  });
});
