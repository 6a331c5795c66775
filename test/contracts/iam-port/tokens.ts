import { expect, it } from '@jest/globals';
import type { Fetch } from '../../../functions/adapters/http/fetch.ts';
import type { IamPortLab } from '../iam-port.ts';

/** What a token request tells. */
export function iamTokenCases(lab: () => IamPortLab): void {
  it('accepts the right secret, and gives a token that opens the IAM', async () => {
    const { client, document } = await lab().rotated();
    const answer = await lab().tokens().request(document(client.secret));
    expect(answer).toMatchObject({ accepted: true, accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) });
  });

  it('does not accept a wrong secret, in the words of the IAM', async () => {
    const { document } = await lab().rotated();
    expect(await lab().tokens().request(document('wrong'))).toEqual({
      accepted: false,
      error: 'unauthorized_client',
      description: 'Invalid client or Invalid client credentials',
    });
  });

  it.each(['with-a+plus', 'with%25percent', 'with:a:colon', 'with a space'])(
    'sends a secret as it is: %s',
    async (secret) => {
      const { client, iam, document } = await lab().rotated();
      await iam.setSecret(await iam.find(client.clientId), { secret });
      expect(await lab().tokens().request(document(secret))).toMatchObject({ accepted: true });
    },
  );

  it.each([
    ['that is public', { publicClient: true }],
    ['without a service account', { serviceAccountsEnabled: false }],
    ['that authenticates by client-jwt', { clientAuthenticatorType: 'client-jwt' }],
  ])('fails with client-not-usable for a client %s: that is no matter of the secret', async (_, change) => {
    const { client, document } = await lab().rotated();
    await client.put({ ...change, attributes: {} });
    await expect(lab().tokens().request(document(client.secret))).rejects.toMatchObject({ code: 'client-not-usable' });
  });

  it.each([
    ['that does not exist', undefined],
    ['that is disabled', { enabled: false }],
  ])('does not accept the secret of a client %s: only finding it tells that from a wrong secret', async (_, change) => {
    const { client, document } = await lab().rotated();
    if (change) await client.put({ ...change, attributes: {} });
    const asked = { ...document(client.secret), ...(change ? {} : { clientId: `${client.clientId}-unknown` }) };
    expect(await lab().tokens().request(asked)).toMatchObject({ accepted: false, error: 'invalid_client' });
  });

  it('accepts a token that does not name a scope, although it is granted', async () => {
    const { client, document } = await lab().rotated();
    const scope = `hidden-${client.clientId}`;
    await lab().fixture.allowHiddenScope(client.uuid, scope);
    const form = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.secret };
    const { status, body } = await lab().probe.token({ ...form, scope: `openid ${scope}` });
    expect([status, body.scope.split(' ').includes(scope)]).toEqual([200, false]);
    const asked = { ...document(client.secret), scope: `openid ${scope}` };
    expect(await lab().tokens().request(asked)).toMatchObject({ accepted: true });
  });

  it('fails with iam-unavailable, after it was asked again, where Keycloak itself fails over the credentials', async () => {
    const { document } = await lab().rotated();
    let asked = 0;
    const broken: Fetch = (url, init) => {
      asked += 1;
      return lab().fetch(url, { ...init, headers: { ...init.headers, authorization: `Basic ${btoa('x:a%zz')}` } });
    };
    await expect(lab().tokens(broken).request(document('any'))).rejects.toMatchObject({
      code: 'iam-unavailable',
      message: expect.stringContaining('Unexpected error when authenticating client'),
    });
    expect(asked).toBe(3);
  });

  it('fails with client-not-usable for a scope that the realm does not have', async () => {
    const { client, document } = await lab().rotated();
    const asked = { ...document(client.secret), scope: 'openid no-such-scope' };
    await expect(lab().tokens().request(asked)).rejects.toMatchObject({
      code: 'client-not-usable',
      message: expect.stringContaining('invalid_scope'),
    });
  });

  it('fails with iam-not-found in a realm that does not exist', async () => {
    const { client, document } = await lab().rotated();
    const accessTokenUrl = lab().fixture.tokenUrl.replace('/protocol', '-nowhere/protocol');
    const asked = { ...document(client.secret), accessTokenUrl };
    await expect(lab().tokens().request(asked)).rejects.toMatchObject({ code: 'iam-not-found' });
  });

  it('fails with token-not-ours where the token of another client comes back', async () => {
    const { client, document } = await lab().rotated();
    const other = await lab().rotated();
    const basic = `Basic ${btoa(`${other.client.clientId}:${other.client.secret}`)}`;
    const mixedUp: Fetch = (url, init) =>
      lab().fetch(url, { ...init, headers: { ...init.headers, authorization: basic } });
    await expect(lab().tokens(mixedUp).request(document(client.secret))).rejects.toMatchObject({
      code: 'token-not-ours',
      message: expect.stringContaining('names another client'),
    });
  });
}
