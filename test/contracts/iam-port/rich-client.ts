import { expect, it } from '@jest/globals';
import type { IamPortLab } from '../iam-port.ts';
import { enrich, everything, RICH, SWITCHES } from '../iam-rich-client.ts';
import { WRITES } from './writes.ts';

/** A client with all that a client can have: a write changes the secret and what belongs to it, and nothing else. */
export function iamRichClientCases(labs: Readonly<Record<string, () => IamPortLab>>): void {
  for (const [realm, lab] of Object.entries(labs)) {
    it.each(Object.entries(WRITES))(
      `%s leaves the rest of a rich client as it was, in a realm ${realm}`,
      async (_, write) => {
        const { client, iam } = await lab().rotated();
        await enrich(lab().probe, client);
        const before = await everything(lab().probe, client);
        expect(before).toMatchObject(RICH);
        await write(iam, await iam.find(client.clientId), lab());
        expect(await everything(lab().probe, client)).toEqual(before);
      },
    );
  }

  it.each(Object.entries(WRITES))(
    '%s leaves what an administrator changed after the client was read',
    async (_, write) => {
      const lab = (labs['with a policy that applies'] as () => IamPortLab)();
      const { client, iam } = await lab.rotated();
      await enrich(lab.probe, client);
      const found = await iam.find(client.clientId);
      const { attributes, ...changed } = LATER;
      const answer = await client.put({ ...SWITCHES, ...changed, attributes: { ...attributes, 'of.others': '' } });
      expect(answer.status).toBe(204);
      const before = await everything(lab.probe, client);
      expect(before.representation).toMatchObject(LATER);
      expect(before.representation.attributes).not.toHaveProperty(['of.others']);
      await write(iam, found, lab);
      expect(await everything(lab.probe, client)).toEqual(before);
    },
  );

  it.each(Object.entries(WRITES))('%s leaves a service account off that is off', async (_, write) => {
    const lab = (labs['with a policy that applies'] as () => IamPortLab)();
    const { client, iam } = await lab.rotated();
    expect((await client.put({ serviceAccountsEnabled: false, attributes: {} })).status).toBe(204);
    await write(iam, await iam.find(client.clientId), lab);
    expect(await client.read()).toMatchObject({ serviceAccountsEnabled: false });
  });
}

const LATER = {
  description: 'changed meanwhile',
  redirectUris: ['https://changed.example.com/*'],
  attributes: { 'of.another.administrator': 'added' },
};
