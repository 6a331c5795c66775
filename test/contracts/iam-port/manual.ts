import { expect, it } from '@jest/globals';
import type { Fetch } from '../../../functions/adapters/http/fetch.ts';
import type { IamPortLab } from '../iam-port.ts';

/** An IAM that nobody can read: token requests are the truth about a client's secret. */
export function iamManualCases({ overlap, plain }: { overlap: () => IamPortLab; plain: () => IamPortLab }): void {
  /** A client, and the token requests that it took to find it. */
  const counted = (lab: IamPortLab) => {
    let requests = 0;
    const through: Fetch = (url, init) => {
      requests += 1;
      return lab.fetch(url, init);
    };
    return { iam: lab.manual(through), requests: () => requests };
  };

  it('offers nothing', () => {
    const none = { read: false, set: false, regenerate: false, overlap: false };
    expect(plain().manual().capabilities).toEqual(none);
  });

  it('asks for nothing where no secret is known, and once for a secret that is known twice', async () => {
    const { clientId, secret } = await plain().probe.client();
    const { iam, requests } = counted(plain());
    expect(await iam.find(clientId)).toEqual({ id: clientId, clientId, secret: '' });
    expect(requests()).toBe(0);
    expect(await iam.find(clientId, [secret, secret])).toEqual({ id: clientId, clientId, secret });
    expect(requests()).toBe(1);
  });

  it('finds neither the former secret after a refresh, nor a new one that nobody has submitted', async () => {
    const client = await plain().probe.client();
    expect((await client.call('POST', '/client-secret')).status).toBe(200);
    expect(await plain().manual().find(client.clientId, [client.secret])).toMatchObject({ secret: '' });
  });

  it('of a client that was refreshed twice, finds the secret of the last refresh only', async () => {
    const client = await plain().probe.client();
    const refresh = async (): Promise<string> => (await client.call('POST', '/client-secret')).body.value;
    const [first, second] = [await refresh(), await refresh()];
    const found = await plain().manual().find(client.clientId, [client.secret, first, second]);
    expect([found.secret, found.previous]).toEqual([second, undefined]);
  });

  it('finds the likeliest first and the other beside it, where the IAM keeps the secret that was refreshed away', async () => {
    const { client, iam } = await overlap().rotated();
    await iam.prepareOverlap(await iam.find(client.clientId));
    const { value } = (await client.call('POST', '/client-secret')).body;
    for (const known of [
      [value, client.secret],
      [client.secret, value],
    ]) {
      const { secret, previous } = await overlap().manual().find(client.clientId, known);
      expect([secret, previous?.secret]).toEqual(known);
    }
  });

  it.each([
    ['does not exist', undefined],
    ['is disabled', { enabled: false }],
  ])('cannot tell a client that %s from one whose secret is unknown', async (_, change) => {
    const client = await plain().probe.client();
    if (change) await client.put({ ...change, attributes: {} });
    const clientId = change ? client.clientId : client.clientId.toLowerCase();
    const found = await plain().manual().find(clientId, [client.secret]);
    expect([found.secret, found.fault]).toEqual(['', undefined]);
  });

  it.each([
    ['is public', { publicClient: true }],
    ['has no service account', { serviceAccountsEnabled: false }],
    ['authenticates by client-jwt', { clientAuthenticatorType: 'client-jwt' }],
  ])('says so, in the words of the IAM, of a client that %s', async (_, change) => {
    const client = await plain().probe.client();
    expect((await client.put({ ...change, attributes: {} })).status).toBe(204);
    const found = await plain().manual().find(client.clientId, [client.secret]);
    expect(found).toMatchObject({ secret: '', fault: expect.stringContaining('The IAM refuses the client') });
  });

  it('an IAM that is away says nothing of a secret: iam-unavailable, without a secret in the error', async () => {
    const { clientId } = await plain().probe.client();
    const away: Fetch = async () => new Response('starting', { status: 503 });
    const error = await plain()
      .manual(away)
      .find(clientId, ['a-secret-that-nobody-may-see'])
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'iam-unavailable' });
    expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain('a-secret-that-nobody');
  });
}
