import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { localTokens } from '../../../../local/stand-ins/iam/tokens.ts';
import { engineWithClock } from './fixture.ts';

const KEY = Buffer.alloc(32, 1);
const ISSUER = 'https://iam.example.com/auth/realms/acmeprod';
/** 2026-01-05T00:00:00Z. */
const NOW = 1_767_571_200;

describe('a token of the embedded IAM', () => {
  const { engine, clock } = engineWithClock(NOW);
  engine.createRealm('acmeprod', { accessTokenLifespan: 180 });
  engine.createClient('acmeprod', { clientId: 'NC_Flow_OData', secret: 'its-secret' });
  const tokens = localTokens(engine, { key: KEY, randomUuid: () => 'a-uuid' });

  async function token(): Promise<string> {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'NC_Flow_OData',
      client_secret: 'its-secret',
      scope: 'openid microprofile-jwt',
    });
    const response = await tokens.answer('acmeprod', ISSUER, new Request(ISSUER, { method: 'POST', body }));
    return JSON.parse(await response.text()).access_token;
  }

  it('is a JWT of RFC 7519 with the claims of Keycloak, signed with HS256', async () => {
    const [header = '', claims = '', signature] = (await token()).split('.');
    expect(decoded(header)).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(decoded(claims)).toEqual({
      exp: NOW + 180,
      iat: NOW,
      jti: 'a-uuid',
      iss: ISSUER,
      aud: 'account',
      typ: 'Bearer',
      azp: 'NC_Flow_OData',
      scope: 'openid microprofile-jwt profile email',
      client_id: 'NC_Flow_OData',
    });
    expect(signature).toBe(signed(`${header}.${claims}`));
  });

  it('is recognised until its time is over, by the clock of the engine', async () => {
    const issued = await token();
    clock.seconds = NOW + 179;
    expect(await tokens.owner(issued)).toEqual({ realm: 'acmeprod', clientId: 'NC_Flow_OData' });
    clock.seconds = NOW + 180;
    expect(await tokens.owner(issued)).toBeUndefined();
    clock.seconds = NOW;
  });

  it('is not recognised with another key, another content or without an end, nor is anything else', async () => {
    const issued = await token();
    const [header = '', claims = '', signature] = issued.split('.');
    const others = localTokens(engine, { key: Buffer.alloc(32, 2), randomUuid: () => '' });
    expect(await others.owner(issued)).toBeUndefined();
    const forged = encoded({ ...decoded(claims), client_id: 'realm-admin' });
    expect(await tokens.owner(`${header}.${forged}.${signature}`)).toBeUndefined();
    const unsigned = encoded({ alg: 'none', typ: 'JWT' });
    expect(await tokens.owner(`${unsigned}.${claims}.`)).toBeUndefined();
    const endless = `${header}.${encoded({ ...decoded(claims), exp: undefined })}`;
    expect(await tokens.owner(`${endless}.${signed(endless)}`)).toBeUndefined();
    for (const text of ['', 'a.b', 'a.b.c', 'a.b.c.d', '..']) expect(await tokens.owner(text)).toBeUndefined();
  });
});

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signed(text: string): string {
  return createHmac('sha256', KEY).update(text).digest('base64url');
}
