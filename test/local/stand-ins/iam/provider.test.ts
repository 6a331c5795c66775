import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { IamEngine } from '../../../../local/stand-ins/iam/engine.ts';
import { iamHandler } from '../../../../local/stand-ins/iam/handler.ts';
import { type OidcTokens, oidcTokens } from '../../../../local/stand-ins/iam/provider.ts';
import { randomSecret } from '../../../../local/stand-ins/iam/random-secret.ts';
import { type Server, serve } from '../../../../local/stand-ins/serve.ts';
import { iamBehaviourContract } from '../../../contracts/iam-behaviour.ts';
import { embeddedFixture } from './fixture.ts';

describe('the embedded IAM on oidc-provider, over a socket', () => {
  const started: { tokens?: OidcTokens; server?: Server } = {};
  let ahead = 0;
  const engine = new IamEngine({ now: () => Date.now() + ahead * 1000, randomSecret, randomUuid: randomUUID });
  afterAll(async () => {
    await started.server?.close();
    await started.tokens?.close();
  });

  iamBehaviourContract(
    async () => {
      started.tokens = oidcTokens(engine);
      started.server = await serve(iamHandler(engine, started.tokens));
      const passSeconds = async (seconds: number) => {
        ahead += seconds;
      };
      const base = `${started.server.url}/auth`;
      return embeddedFixture(engine, { fetch: (request) => fetch(request), base, passSeconds });
    },
    { emptySecret: false },
  );

  it('signs its tokens as access tokens with ES256', async () => {
    engine.createClient('acmeprod', { clientId: 'signed', secret: 'its-secret' });
    const form = { grant_type: 'client_credentials', client_id: 'signed', client_secret: 'its-secret' };
    const url = `${started.server?.url}/realms/acmeprod/protocol/openid-connect/token`;
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: token } = JSON.parse(await response.text());
    const header = JSON.parse(Buffer.from(token.split('.')[0], 'base64url').toString());
    expect(header).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(await started.tokens?.owner(token)).toEqual({ realm: 'acmeprod', clientId: 'signed' });
    const claims = Buffer.from('{"exp":9999999999,"client_id":"realm-admin"}').toString('base64url');
    const [head, , signature] = token.split('.');
    expect(await started.tokens?.owner(`${head}.${claims}.${signature}`)).toBeUndefined();
  });
});
