import { expect, it } from '@jest/globals';
import type { IamPortLab } from '../iam-port.ts';

/** Finding a client, and who may. */
export function iamFindCases(lab: () => IamPortLab): void {
  it('finds a client by its exact Client ID, with its present secret and nothing to complain of', async () => {
    const { client, iam } = await lab().rotated();
    const found = await iam.find(client.clientId);
    expect(found).toMatchObject({ id: client.uuid, clientId: client.clientId, secret: client.secret });
    expect([found.fault, found.previous]).toEqual([undefined, undefined]);
  });

  it('is signed in to without a change of anything: what is found is found all the same', async () => {
    const { client, iam } = await lab().rotated();
    const { secret, attributes } = await client.read();
    await iam.signIn();
    expect(await client.read()).toMatchObject({ secret, attributes });
    expect(await iam.find(client.clientId)).toMatchObject({ secret: client.secret });
  });

  it.each([
    ['another case', (id: string) => id.toUpperCase()],
    ['a longer one', (id: string) => `${id}x`],
    ['a part of it', (id: string) => id.slice(1)],
  ])('does not find it by %s of its Client ID: client-not-found', async (_, other) => {
    const { client, iam } = await lab().rotated();
    await expect(iam.find(other(client.clientId))).rejects.toMatchObject({ code: 'client-not-found' });
  });

  it('does not find a client that the rotator may not view: client-not-found. Up to 26.0 it may view all', async () => {
    const { iam } = await lab().rotated();
    const { clientId } = await lab().probe.client();
    if (lab().fixture.release !== '26.7') return expect(await iam.find(clientId)).toMatchObject({ clientId });
    await expect(iam.find(clientId)).rejects.toMatchObject({ code: 'client-not-found' });
  });

  it.each([
    ['is disabled', { enabled: false }, /disabled/],
    ['is public', { publicClient: true }, /not confidential/],
    ['has no service account', { serviceAccountsEnabled: false }, /no service account/],
    ['authenticates by client-jwt', { clientAuthenticatorType: 'client-jwt' }, /client-jwt/],
  ])('says so of a client that %s', async (_, change, fault) => {
    const { client, iam } = await lab().rotated();
    expect((await client.put({ ...change, attributes: {} })).status).toBe(204);
    expect((await iam.find(client.clientId)).fault).toMatch(fault);
  });

  it('is refused to a client without any permission: iam-forbidden', async () => {
    const stranger = await lab().probe.client();
    const { iam } = lab().iamAs({ clientId: stranger.clientId, secrets: [stranger.secret] });
    await expect(iam.find(stranger.clientId)).rejects.toMatchObject({ code: 'iam-forbidden' });
  });

  it('fails with iam-unauthorized on a wrong secret of the rotator, which is read afresh once', async () => {
    const { client, auth } = await lab().rotated();
    const { iam, reads } = lab().iamAs({ clientId: auth.clientId, secrets: ['wrong'] });
    await expect(iam.find(client.clientId)).rejects.toMatchObject({ code: 'iam-unauthorized' });
    expect(reads).toEqual([false, true]);
  });

  it('gets in with the secret that is stored now, when the one in memory is old', async () => {
    const { client, auth } = await lab().rotated();
    const { iam, reads } = lab().iamAs({ clientId: auth.clientId, secrets: ['old', auth.secret] });
    expect((await iam.find(client.clientId)).id).toBe(client.uuid);
    expect(reads).toEqual([false, true]);
  });

  it('fails with iam-not-found in a realm that does not exist', async () => {
    const { client, auth } = await lab().rotated();
    const nowhere = `${lab().fixture.adminUrl}-nowhere`;
    const { iam } = lab().iamAs({ clientId: auth.clientId, secrets: [auth.secret] }, nowhere);
    await expect(iam.find(client.clientId)).rejects.toMatchObject({ code: 'iam-not-found' });
  });

  it('repeats no secret in an error', async () => {
    const { client, auth } = await lab().rotated();
    const { iam } = lab().iamAs({ clientId: auth.clientId, secrets: ['a-secret-that-nobody-may-see'] });
    const error = await iam.find(client.clientId).catch((thrown: unknown) => thrown);
    expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain('a-secret-that-nobody');
  });
}
