import { expect, it } from '@jest/globals';
import { RotationError } from '../../../functions/credential/errors.ts';
import { signingKeyPair } from '../../support/signing-key.ts';
import type { IamPortLab } from '../iam-port.ts';

/** What the port promises of a rotator that signs in with a key. */
export function iamKeyCases(made: () => IamPortLab): void {
  it('finds, sets and reads a secret without any secret of the rotator', async () => {
    const { iam, client, accepts, reads, key } = await made().keyed();
    const found = await iam.find(client.clientId);
    expect(found?.secret).toBe(client.secret);
    if (found) await iam.setSecret(found, { secret: 'drawn-by-the-rotator' });
    expect((await iam.find(client.clientId))?.secret).toBe('drawn-by-the-rotator');
    expect([await accepts('drawn-by-the-rotator'), await accepts(client.secret)]).toEqual([true, false]);
    expect([reads, key.asked]).toEqual([[], ['alias/csr-signer']]);
  });

  it('signs anew for each sign-in: no assertion is taken twice', async () => {
    const lab = made();
    const { client, clientId, key } = await lab.keyed();
    for (const _ of [1, 2]) {
      const { iam } = lab.iamSigning(clientId, key.signer);
      expect(await iam.find(client.clientId)).toMatchObject({ secret: client.secret });
    }
    expect(key.asked).toHaveLength(2);
  });

  it('bears with a clock that differs by half a minute, ahead or behind', async () => {
    const lab = made();
    const { client, clientId, key } = await lab.keyed();
    for (const seconds of [-30, 30]) {
      const clock = () => new Date(lab.now().getTime() + seconds * 1000);
      const { iam } = lab.iamSigning(clientId, key.signer, { clock });
      expect(await iam.find(client.clientId)).toMatchObject({ secret: client.secret });
    }
  });

  it.each([
    ['behind', -240],
    ['ahead', 240],
  ])(
    'is iam-clock-differs where the function is minutes %s, but where the release looks at no beginning',
    async (_what, seconds) => {
      const lab = made();
      const { client, clientId, key, accepts } = await lab.keyed();
      const clock = () => new Date(lab.now().getTime() + seconds * 1000);
      const { iam } = lab.iamSigning(clientId, key.signer, { clock });
      const found = iam.find(client.clientId);
      if (seconds > 0 && lab.fixture.release !== '26.7') expect(await found).toMatchObject({ secret: client.secret });
      else
        await expect(found).rejects.toMatchObject({
          code: 'iam-clock-differs',
          message: expect.stringMatching(/since the clocks differ.*: Token /),
        });
      expect(await accepts(client.secret)).toBe(true);
    },
  );

  it('is iam-unauthorized with what to do where the IAM has lost the key, and works once it is back', async () => {
    const { iam, client, key, rekey, accepts } = await made().keyed();
    for (const keys of [[], [signingKeyPair().jwk]]) {
      await rekey(...keys);
      const failure: unknown = await iam.find(client.clientId).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'iam-unauthorized', next: expect.stringContaining('csr iam jwk') });
    }
    expect(await accepts(client.secret)).toBe(true);
    await rekey(key.jwk);
    expect(await iam.find(client.clientId)).toMatchObject({ secret: client.secret });
  });

  it('asks the IAM for nothing where the key signs nothing', async () => {
    const lab = made();
    const { client, clientId } = await lab.keyed();
    const fault = new RotationError('signer-unusable', 'AWS KMS, alias/csr-signer: the key is disabled');
    const asked: string[] = [];
    const through: typeof lab.fetch = (url, init) => {
      asked.push(url);
      return lab.fetch(url, init);
    };
    const { iam } = lab.iamSigning(clientId, { sign: () => Promise.reject(fault) }, { through });
    await expect(iam.find(client.clientId)).rejects.toBe(fault);
    expect(asked).toEqual([]);
  });
}
