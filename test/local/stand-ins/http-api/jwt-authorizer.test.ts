import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JWTPayload } from 'jose';
import { scopeOf } from '../../../../functions/api/contract/scopes.ts';
import { jwtAuthorizer } from '../../../../local/stand-ins/http-api/jwt-authorizer.ts';
import { startTokenIssuer, type TokenIssuer, unsigned } from '../../../support/token-issuer.ts';

const NOW = new Date('2026-03-01T03:00:00Z');
const SECOND = NOW.getTime() / 1000;
const READ = 'GET /credentials';
const WRITE = 'POST /credentials/{id}/rotations';

let issuer: TokenIssuer;
let other: TokenIssuer;
beforeAll(async () => {
  [issuer, other] = await Promise.all([startTokenIssuer(), startTokenIssuer()]);
});
afterAll(async () => {
  await Promise.all([issuer.close(), other.close()]);
});

const claims = (differing: JWTPayload = {}): JWTPayload => ({
  iss: issuer.url,
  aud: 'rotation',
  sub: 'anna',
  scope: 'openid rotation:read rotation:write',
  iat: SECOND - 1,
  exp: SECOND + 60,
  ...differing,
});

async function ask(authorization: string | undefined, { route = READ, issuerUrl = issuer.url } = {}) {
  const authorize = jwtAuthorizer({ issuer: issuerUrl, audience: ['console', 'rotation'], scopeOf });
  const request = new Request(
    'http://127.0.0.1:8080/',
    authorization === undefined ? {} : { headers: { authorization } },
  );
  const { allowed, refused } = await authorize({ request, body: Buffer.alloc(0), routeKey: route, now: NOW });
  return refused ? [refused.status, await refused.json(), refused.headers.get('www-authenticate')] : allowed;
}

const bearer = async (differing?: JWTPayload, header?: object) =>
  `Bearer ${await issuer.token(claims(differing), header)}`;
const subject = (sub: string) => ({ jwt: expect.objectContaining({ claims: expect.objectContaining({ sub }) }) });

describe('a call with a token', () => {
  it('is let through, and the function gets every claim as text', async () => {
    const differing = { aud: ['account', 'rotation'], acr: 1, realm_access: { roles: ['operator'] } };
    expect(await ask(await bearer(differing))).toEqual({
      jwt: {
        claims: {
          iss: issuer.url,
          aud: '[account rotation]',
          sub: 'anna',
          scope: 'openid rotation:read rotation:write',
          iat: String(SECOND - 1),
          exp: String(SECOND + 60),
          acr: '1',
          realm_access: '{"roles":["operator"]}',
        },
        scopes: ['openid', 'rotation:read', 'rotation:write'],
      },
    });
  });

  it.each<[string, JWTPayload]>([
    ['for one of several audiences', { aud: ['account', 'console'] }],
    ['of a client, without an audience', { aud: undefined as never, client_id: 'console' }],
    ['with scopes in scp', { scope: undefined, scp: ['rotation:read'] }],
    ['that is valid as of now', { nbf: SECOND, iat: SECOND }],
  ])('is let through: %s', async (_, differing) => {
    expect(await ask(await bearer(differing))).toEqual(subject('anna'));
  });

  it.each(['bearer', 'BEARER', ''])('may say %j before the token', async (scheme) => {
    expect(await ask(`${scheme} ${await issuer.token(claims())}`)).toEqual(subject('anna'));
  });

  it('has the keys looked up once', async () => {
    const before = issuer.discoveries();
    const authorize = jwtAuthorizer({ issuer: issuer.url, audience: ['rotation'], scopeOf });
    for (const authorization of [await bearer(), 'Bearer guessed', await bearer()]) {
      const request = new Request('http://127.0.0.1:8080/', { headers: { authorization } });
      await authorize({ request, body: Buffer.alloc(0), routeKey: READ, now: NOW });
    }
    expect(issuer.discoveries()).toBe(before + 1);
  });
});

describe('a token that is not valid', () => {
  const INVALID = [401, { message: 'Unauthorized' }, 'Bearer scope="" error="invalid_token"'];
  /** Signed by a symmetric key: what the issuer publishes. */
  const withPublishedKey = async () => {
    const published = await (await fetch(`${issuer.url}/keys`)).text();
    const parts = [{ alg: 'HS256', kid: 'one' }, claims()].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    return `${parts.join('.')}.${createHmac('sha256', published).update(parts.join('.')).digest('base64url')}`;
  };
  const altered = async () => {
    const [head, , signature] = (await issuer.token(claims())).split('.');
    return [head, Buffer.from(JSON.stringify(claims({ sub: 'eve' }))).toString('base64url'), signature].join('.');
  };

  it.each<[string, () => Promise<string> | string]>([
    ['is of another issuer', () => issuer.token(claims({ iss: other.url }))],
    ['is of an issuer whose name goes on', () => issuer.token(claims({ iss: `${issuer.url}/` }))],
    ['is signed by another key', () => other.token(claims())],
    ['names a key that the issuer does not have', () => issuer.token(claims(), { kid: 'two' })],
    ['names no key', () => issuer.token(claims(), { kid: undefined as never })],
    ['is for another audience', () => issuer.token(claims({ aud: 'elsewhere' }))],
    ['is for another audience, of our client', () => issuer.token(claims({ aud: 'elsewhere', client_id: 'rotation' }))],
    ['has neither audience nor client', () => issuer.token(claims({ aud: undefined as never }))],
    ['has expired', () => issuer.token(claims({ exp: SECOND }))],
    ['never expires', () => issuer.token(claims({ exp: undefined as never }))],
    ['is not valid yet', () => issuer.token(claims({ nbf: SECOND + 1 }))],
    ['was issued later than now', () => issuer.token(claims({ iat: SECOND + 1 }))],
    ['is signed by nothing', () => unsigned(claims())],
    ['is signed with what everybody can read', withPublishedKey],
    ['was altered', altered],
    ['is no token', () => 'guessed'],
  ])('is refused when it %s', async (_, token) => {
    expect(await ask(`Bearer ${await token()}`)).toEqual(INVALID);
  });

  it('is any token while the issuer cannot be asked', async () => {
    const away = await startTokenIssuer();
    const token = await away.token(claims({ iss: away.url }));
    await away.close();
    expect(await ask(`Bearer ${token}`, { issuerUrl: away.url })).toEqual(INVALID);
  });

  it.each([undefined, '', 'Basic b3BlcmF0b3I6c2VjcmV0', 'AWS4-HMAC-SHA256 Credential=AKIA/20260301/eu-north-1'])(
    'is missing in %j',
    async (authorization) => {
      expect(await ask(authorization)).toEqual([401, { message: 'Unauthorized' }, 'Bearer']);
    },
  );
});

describe('the scope', () => {
  const FORBIDDEN = [403, { message: 'Forbidden' }, null];

  it.each([
    [READ, 'rotation:read', subject('anna')],
    [WRITE, 'rotation:write', subject('anna')],
    [READ, 'rotation:write', FORBIDDEN],
    [WRITE, 'rotation:read', FORBIDDEN],
    [WRITE, 'rotation:writer', FORBIDDEN],
    [WRITE, 'openid', FORBIDDEN],
    [WRITE, '', FORBIDDEN],
  ])('is that of the route: %s with %j', async (route, scope, answer) => {
    expect(await ask(await bearer({ scope }), { route })).toEqual(answer);
  });
});
