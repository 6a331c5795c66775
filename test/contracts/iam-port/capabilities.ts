import { describe, expect, it } from '@jest/globals';
import type { ClearIam } from '../iam-in-clear.ts';
import type { IamPortLab } from '../iam-port.ts';
import { WRITES } from './writes.ts';

/** What each write asks of an IAM. */
const NEEDS = {
  prepareOverlap: 'overlap',
  probeOverlap: 'overlap',
  'setSecret with a previous one': 'set',
  'setSecret without a previous one': 'set',
  regenerate: 'regenerate',
  endPrevious: 'set',
} satisfies Record<keyof typeof WRITES, keyof ClearIam['capabilities']>;

type Rotated = Awaited<ReturnType<IamPortLab['rotated']>>;

/** Both doors of an IAM. */
const DOORS: Readonly<Record<string, (lab: IamPortLab, rotated: Rotated) => ClearIam>> = {
  'by API': (_, { iam }) => iam,
  'by a person': (lab) => lab.manual(),
};

/** An IAM does what its capabilities offer. What they don't, it refuses to, and changes nothing. */
export function iamCapabilityCases({ overlap, plain }: { overlap: () => IamPortLab; plain: () => IamPortLab }): void {
  describe.each(Object.entries(DOORS))('%s', (_door, open) => {
    for (const [realm, lab] of Object.entries({ 'with a policy': overlap, 'without one': plain })) {
      it.each(Object.entries(WRITES))(`%s, in a realm ${realm}: offered and done, or refused`, async (name, write) => {
        const rotated = await lab().rotated();
        const { client, accepts } = rotated;
        const iam = open(lab(), rotated);
        const found = await iam.find(client.clientId, [client.secret]);
        const before = await client.read();
        const offered = iam.capabilities[NEEDS[name as keyof typeof WRITES]];
        const written = write(iam, found, lab());
        if (offered) return void (await expect(written).resolves.not.toThrow());
        await expect(written).rejects.toMatchObject({
          code: 'internal-error',
          message: expect.stringMatching(/person/),
        });
        expect(await client.read()).toEqual(before);
        expect(await accepts(client.secret)).toBe(true);
      });
    }

    it('finds the secret in use without being told, or not at all: as its capabilities say', async () => {
      const rotated = await plain().rotated();
      const { clientId, secret } = rotated.client;
      const iam = open(plain(), rotated);
      expect((await iam.find(clientId)).secret).toBe(iam.capabilities.read ? secret : '');
    });

    it('finds the secret in use among those that are known, and the one that somebody made since', async () => {
      const rotated = await plain().rotated();
      const { client } = rotated;
      const iam = open(plain(), rotated);
      const find = async (known: readonly string[]) => (await iam.find(client.clientId, known)).secret;
      expect(await find(['mistyped', client.secret])).toBe(client.secret);
      const { value } = (await client.call('POST', '/client-secret')).body;
      expect(await find([client.secret, value])).toBe(value);
    });
  });
}
