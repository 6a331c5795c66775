import { expect, it } from '@jest/globals';
import type { IamPortLab } from '../iam-port.ts';

const TEN_YEARS_MS = 315_360_000_000;

/** Probing for overlap, setting secrets and ending the previous one. */
export function iamSecretCases({ overlap, plain }: { overlap: () => IamPortLab; plain: () => IamPortLab }): void {
  const inSeconds = (lab: IamPortLab, seconds: number) => new Date(lab.now().getTime() + seconds * 1000);

  it.each([
    ['with', true, overlap],
    ['without', false, plain],
  ])(
    'probeOverlap, %s a policy that applies: %s, as often as it is asked, and the secret stays',
    async (_, expected, lab) => {
      const { client, iam, accepts } = await lab().rotated();
      const found = await iam.find(client.clientId);
      expect([await iam.probeOverlap(found), await iam.probeOverlap(found)]).toEqual([expected, expected]);
      expect((await iam.find(client.clientId)).secret).toBe(client.secret);
      expect(await accepts(client.secret)).toBe(true);
    },
  );

  it.each([
    ['with', overlap],
    ['without', plain],
  ])(
    'setSecret without a previous one, %s the policy: the new secret is accepted, the old one refused',
    async (_, lab) => {
      const { client, iam, accepts } = await lab().rotated();
      await iam.setSecret(await iam.find(client.clientId), { secret: 'the-new-secret' });
      expect([await accepts('the-new-secret'), await accepts(client.secret)]).toEqual([true, false]);
      const found = await iam.find(client.clientId);
      expect([found.secret, found.previous]).toEqual(['the-new-secret', undefined]);
    },
  );

  it('setSecret under concurrency: done, or a conflict (409) that changes nothing, and a repeat is harmless', async () => {
    const { client, iam, accepts } = await overlap().rotated();
    const found = await iam.find(client.clientId);
    const change = {
      secret: 'the-new-secret',
      previous: { secret: client.secret, validUntil: inSeconds(overlap(), 600) },
    };
    const writes = await Promise.allSettled(Array.from({ length: 20 }, () => iam.setSecret(found, change)));
    for (const write of writes)
      if (write.status === 'rejected') expect(write.reason).toMatchObject({ code: 'iam-conflict' });
    expect(writes.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect([await accepts('the-new-secret'), await accepts(client.secret)]).toEqual([true, true]);
  });

  it('setSecret with a previous one: both are accepted, until when is told, and the new one lasts ten years', async () => {
    const { client, iam, accepts } = await overlap().rotated();
    const validUntil = inSeconds(overlap(), 600);
    const previous = { secret: client.secret, validUntil };
    await iam.setSecret(await iam.find(client.clientId), { secret: 'the-new-secret', previous });
    expect([await accepts('the-new-secret'), await accepts(client.secret)]).toEqual([true, true]);
    const found = await iam.find(client.clientId);
    expect(found).toMatchObject({ secret: 'the-new-secret', previous });
    const left = (found.secretExpiresAt?.getTime() ?? 0) - overlap().now().getTime();
    expect(Math.abs(left - TEN_YEARS_MS)).toBeLessThan(10_000);
  });

  it('setSecret with a previous one, where no policy applies, succeeds and proves nothing: the old secret is refused', async () => {
    const { client, iam, accepts } = await plain().rotated();
    const previous = { secret: client.secret, validUntil: inSeconds(plain(), 600) };
    await iam.setSecret(await iam.find(client.clientId), { secret: 'the-new-secret', previous });
    expect([await accepts('the-new-secret'), await accepts(client.secret)]).toEqual([true, false]);
    expect((await iam.find(client.clientId)).previous).toBeUndefined();
  });

  it('setSecret repeated changes nothing, also when the client was read before and after', async () => {
    const { client, iam, accepts } = await overlap().rotated();
    const change = {
      secret: 'the-new-secret',
      previous: { secret: client.secret, validUntil: inSeconds(overlap(), 600) },
    };
    const first = await iam.find(client.clientId);
    await iam.setSecret(first, change);
    await iam.setSecret(first, change);
    await iam.setSecret(await iam.find(client.clientId), change);
    expect([await accepts('the-new-secret'), await accepts(client.secret)]).toEqual([true, true]);
  });

  it('the previous secret is refused after its time', async () => {
    const { client, iam, accepts } = await overlap().rotated();
    const previous = { secret: client.secret, validUntil: inSeconds(overlap(), 2) };
    await iam.setSecret(await iam.find(client.clientId), { secret: 'the-new-secret', previous });
    expect(await accepts(client.secret)).toBe(true);
    await overlap().fixture.passSeconds(3);
    expect([await accepts('the-new-secret'), await accepts(client.secret)]).toEqual([true, false]);
  });

  it('endPrevious ends it at once, twice as well as once; the new one stays', async () => {
    const { client, iam, accepts } = await overlap().rotated();
    const previous = { secret: client.secret, validUntil: inSeconds(overlap(), 600) };
    await iam.setSecret(await iam.find(client.clientId), { secret: 'the-new-secret', previous });
    const found = await iam.find(client.clientId);
    await iam.endPrevious(found);
    await iam.endPrevious(found);
    expect([await accepts('the-new-secret'), await accepts(client.secret)]).toEqual([true, false]);
    expect((await iam.find(client.clientId)).previous).toBeUndefined();
  });

  it('prepareOverlap lets a policy that applies keep the secret that is regenerated away, and changes no secret', async () => {
    for (const [lab, kept] of [
      [overlap(), true],
      [plain(), false],
    ] as const) {
      const { client, iam, accepts } = await lab.rotated();
      await iam.prepareOverlap(await iam.find(client.clientId));
      const found = await iam.find(client.clientId);
      expect(found.secret).toBe(client.secret);
      const made = await iam.regenerate(found);
      expect([await accepts(made), await accepts(client.secret)]).toEqual([true, kept]);
    }
  });

  it('endPrevious names the secret that stays: one that somebody made meanwhile is ended, not the one that connectors hold', async () => {
    for (const lab of [overlap(), plain()]) {
      const { client, iam, accepts } = await lab.rotated();
      await iam.probeOverlap(await iam.find(client.clientId));
      const found = await iam.find(client.clientId);
      const { value } = (await client.call('POST', '/client-secret')).body;
      expect((await iam.find(client.clientId)).secret).toBe(value);
      await iam.endPrevious(found);
      expect([await accepts(client.secret), await accepts(value)]).toEqual([true, false]);
      const { secret, previous } = await iam.find(client.clientId);
      expect([secret, previous]).toEqual([client.secret, undefined]);
    }
  });

  it('endPrevious keeps the expiry of the secret that stays away', async () => {
    const { client, iam } = await overlap().rotated();
    const previous = { secret: client.secret, validUntil: inSeconds(overlap(), 600) };
    await iam.setSecret(await iam.find(client.clientId), { secret: 'the-new-secret', previous });
    await client.put({ attributes: { 'client.secret.expiration.time': `${overlap().fixture.nowSeconds() + 600}` } });
    await iam.endPrevious(await iam.find(client.clientId));
    const left = ((await iam.find(client.clientId)).secretExpiresAt?.getTime() ?? 0) - overlap().now().getTime();
    expect(Math.abs(left - TEN_YEARS_MS)).toBeLessThan(10_000);
  });

  it.each([
    ['with', true, overlap],
    ['without', false, plain],
  ])(
    'probeOverlap does not depend on who else probes: twenty at once, %s the policy, all say %s',
    async (_, expected, lab) => {
      const { client, iam, accepts } = await lab().rotated();
      const found = await iam.find(client.clientId);
      const answers = await Promise.all(Array.from({ length: 20 }, () => iam.probeOverlap(found)));
      expect(new Set(answers)).toEqual(new Set([expected]));
      expect(await accepts(client.secret)).toBe(true);
    },
  );

  it('setSecret repairs a client whose current secret has passed its expiry', async () => {
    const { client, iam, accepts } = await overlap().rotated();
    await iam.probeOverlap(await iam.find(client.clientId));
    const soon = `${overlap().fixture.nowSeconds() + 2}`;
    await client.put({ attributes: { 'client.secret.expiration.time': soon } });
    await overlap().fixture.passSeconds(3);
    expect(await accepts(client.secret)).toBe(false);
    await iam.setSecret(await iam.find(client.clientId), { secret: client.secret });
    expect(await accepts(client.secret)).toBe(true);
    expect((await iam.find(client.clientId)).secret).toBe(client.secret);
  });

  it('setSecret takes 255 characters; at 256 it fails, and the old secret stays', async () => {
    const { client, iam, accepts } = await overlap().rotated();
    const found = await iam.find(client.clientId);
    await iam.setSecret(found, { secret: 'x'.repeat(255) });
    expect(await accepts('x'.repeat(255))).toBe(true);
    await expect(iam.setSecret(found, { secret: 'y'.repeat(256) })).rejects.toMatchObject({ code: 'iam-unavailable' });
    expect(await accepts('x'.repeat(255))).toBe(true);
  });

  it('writes to a client that the rotator may not manage fail with iam-forbidden, and change nothing', async () => {
    const { client } = await overlap().rotated();
    const stranger = await overlap().probe.client();
    // Up to 26.0 a rotator may manage all clients: then one that may none takes its place.
    const fine = overlap().fixture.release === '26.7';
    const { iam } = fine
      ? await overlap().rotated()
      : overlap().iamAs({ clientId: stranger.clientId, secrets: [stranger.secret] });
    const found = { id: client.uuid, clientId: client.clientId, secret: client.secret };
    await expect(iam.setSecret(found, { secret: 'stolen' })).rejects.toMatchObject({ code: 'iam-forbidden' });
    await expect(iam.probeOverlap(found)).rejects.toMatchObject({ code: 'iam-forbidden' });
    await expect(iam.endPrevious(found)).rejects.toMatchObject({ code: 'iam-forbidden' });
    expect(await client.login(client.secret)).toBe(200);
  });
}
