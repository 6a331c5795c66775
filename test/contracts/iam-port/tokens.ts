import { expect, it } from '@jest/globals';
import type { Fetch } from '../../../functions/http/fetch.ts';
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
    ['that does not exist', undefined],
    ['that is disabled', { enabled: false }],
    ['that is public', { publicClient: true }],
    ['without a service account', { serviceAccountsEnabled: false }],
    ['that authenticates by client-jwt', { clientAuthenticatorType: 'client-jwt' }],
  ])('fails with client-not-usable for a client %s: that is no matter of the secret', async (_, change) => {
    const { client, document } = await lab().rotated();
    if (change) await client.put({ ...change, attributes: {} });
    const asked = { ...document(client.secret), ...(change ? {} : { clientId: `${client.clientId}-unknown` }) };
    await expect(lab().tokens().request(asked)).rejects.toMatchObject({ code: 'client-not-usable' });
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

  it('fails with token-not-ours where the token lacks a scope that was asked for', async () => {
    const { client, document } = await lab().rotated();
    const forgetful: Fetch = (url, init) =>
      lab().fetch(url, { ...init, body: 'grant_type=client_credentials&scope=openid' });
    await expect(lab().tokens(forgetful).request(document(client.secret))).rejects.toMatchObject({
      code: 'token-not-ours',
      message: expect.stringContaining('lacks the scope microprofile-jwt'),
    });
  });
}
