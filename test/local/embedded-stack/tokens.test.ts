import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunView } from '../../../functions/api/contract/answers/run.ts';
import type { Rotation } from '../../../functions/credential/outcome.ts';
import { CUSTOMERS } from '../../../local/demo/fleet/customers.ts';
import { onboard } from '../../../local/demo/fleet/onboarding.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../../../local/embedded-stack/stack.ts';
import { startTokenIssuer, type TokenIssuer } from '../../support/token-issuer.ts';

const CONNECTOR_TOKEN = 'connector-access-token';

let issuer: TokenIssuer;
let stack: EmbeddedStack;
beforeAll(async () => {
  issuer = await startTokenIssuer();
  stack = await startEmbeddedStack({
    audits: false,
    // A busy machine is slow, and nothing here depends on how slow.
    timeouts: { function: 'PT60S', http: 'PT14S' },
    connectorToken: CONNECTOR_TOKEN,
    jwt: { issuer: issuer.url, audience: ['rotation'] },
  });
});
afterAll(async () => {
  await stack?.close();
  await issuer?.close();
});

async function call(path: string, scope: string, init: RequestInit = {}): Promise<Response> {
  const claims = { iss: issuer.url, aud: 'rotation', sub: 'anna', scope, exp: Math.floor(Date.now() / 1000) + 300 };
  const headers = { authorization: `Bearer ${await issuer.token(claims)}` };
  return await fetch(`${stack.apiUrl}${path}`, { ...init, headers });
}

it('rotates for whoever brings a token, and notes whose it was', async () => {
  const [acme] = CUSTOMERS;
  if (!acme) throw new Error('the fleet is empty');
  await onboard(stack, acme, { connectorToken: CONNECTOR_TOKEN, grace: 'PT1H' });
  const path = `/credentials/${acme.id}/rotations`;

  const answer = await call(path, 'rotation:write', { method: 'POST' });
  const rotation = (await answer.json()) as Rotation;
  expect([answer.status, rotation]).toMatchObject([200, { outcome: 'adopted', requestedBy: 'anna' }]);
  const run = (await (await call(`${path}/${rotation.requestId}`, 'rotation:read')).json()) as RunView;
  expect(run).toMatchObject({ status: 'ended', requestedBy: 'anna', trigger: 'api' });
});

it('lets nobody change anything with the scope to read, or read with the scope to write', async () => {
  expect((await call('/credentials/acme-prod/rotations', 'rotation:read', { method: 'POST' })).status).toBe(403);
  expect((await call('/credentials', 'rotation:write')).status).toBe(403);
  expect((await call('/credentials', 'rotation:read')).status).toBe(200);
});

it('refuses a call without a token', async () => {
  const response = await fetch(`${stack.apiUrl}/credentials`);
  expect([response.status, await response.json()]).toEqual([401, { message: 'Unauthorized' }]);
});
